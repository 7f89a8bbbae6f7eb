package contract_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
)

// The matcher notes what is in bodies on its way. A second walk, over the values
// as encoding/json has them and with the schemas of kin-openapi, must have seen
// the same.
func TestCoverageOfBodiesIsThatOfAWalkOverTheirValues(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(onvy.Spec)
	require.NoError(t, err)
	walked := map[string]bool{}
	for _, x := range clean(t).exchanges {
		walkResponse(doc, x, walked)
	}
	r := clean(t).report
	require.NotNil(t, r.Coverage)

	inBodies := map[string]bool{}
	for id := range r.Coverage.Points {
		op, rest, _ := strings.Cut(id, " ")
		place, rest, _ := strings.Cut(rest, " ")
		if place != "request" && (strings.HasPrefix(rest, "property ") || strings.HasPrefix(rest, "enum value ")) {
			inBodies[op+" "+place+" "+rest] = true
		}
	}
	require.Greater(t, len(walked), 250)
	require.Equal(t, slices.Sorted(maps.Keys(walked)), slices.Sorted(maps.Keys(inBodies)))
}

// walkResponse notes what is in the body of an answer.
func walkResponse(doc *openapi3.T, x *contract.Exchange, seen map[string]bool) {
	if x.Response == nil || len(x.Response.Body) == 0 || x.Request.Method == http.MethodHead {
		return
	}
	for path, item := range doc.Paths.Map() {
		op := item.Operations()[x.Request.Method]
		_, rest, _ := strings.Cut(x.Request.URL, "://")
		at := rest[strings.Index(rest, "/"):]
		at, _, _ = strings.Cut(at, "?")
		if op == nil || !sameShape(path, at) {
			continue
		}
		ref := op.Responses.Status(x.Response.Status)
		if ref == nil {
			continue
		}
		var v any
		media := ref.Value.Content.Get("application/json")
		if media == nil || !strings.HasPrefix(x.Response.Header.Get("Content-Type"), "application/json") || json.Unmarshal(x.Response.Body, &v) != nil {
			continue
		}
		prefix := op.OperationID + " " + statusPlace(op, x.Response.Status) + " "
		walkValue(media.Schema.Value, v, prefix, "", seen)
	}
}

func statusPlace(op *openapi3.Operation, status int) string {
	code := strconv.Itoa(status)
	if op.Responses.Value(code) != nil {
		return code
	}
	return code[:1] + "XX"
}

func sameShape(template, path string) bool {
	a, b := strings.Split(template, "/"), strings.Split(path, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && (!strings.HasPrefix(a[i], "{") || b[i] == "") {
			return false
		}
	}
	return true
}

func walkValue(s *openapi3.Schema, v any, prefix, path string, seen map[string]bool) {
	if len(s.AllOf) == 1 {
		s = s.AllOf[0].Value
	}
	switch v := v.(type) {
	case map[string]any:
		for name, p := range s.Properties {
			value, there := v[name]
			switch at := prefix + "property " + path + "/" + name; {
			case !there && !slices.Contains(s.Required, name):
				seen[at+" left out"] = true
			case value == nil:
				seen[at] = true
				seen[at+" null"] = true
			default:
				seen[at] = true
				walkValue(p.Value, value, prefix, path+"/"+name, seen)
			}
		}
	case []any:
		if len(v) == 0 {
			seen[prefix+"property "+path+" empty"] = true
		} else {
			seen[prefix+"property "+path+" with items"] = true
		}
		for _, item := range v {
			walkValue(s.Items.Value, item, prefix, path+"/*", seen)
		}
	case string:
		if len(s.Enum) > 0 {
			seen[prefix+"enum value "+path+" ="+v] = true
		}
	}
}

func TestCoverageOfAReplayIsThatOfTheRunThatWasRecorded(t *testing.T) {
	t.Parallel()
	live := clean(t).report.Coverage.Points
	replayed := loadSpec(t).Replay(t.Context(), "run", entries(clean(t).exchanges...), contract.ReplayOptions{}).Coverage.Points
	for id, n := range live {
		if strings.Contains(id, " credential ") || strings.Contains(id, " answer ") {
			continue // a recording may have begun after a token was granted
		}
		require.Equal(t, n, replayed[id], id)
	}
}

func TestABodyThatIsWrongCoversNothingOfItself(t *testing.T) {
	spec := loadSpec(t)
	for gender, covered := range map[string]bool{"other": true, "unknown": false} {
		r := spec.Replay(t.Context(), "one", func(yield func(*contract.Exchange, error) bool) {
			yield(happened([]step{{"GET /users/a", "", 200, `{"id":"a","firstname":"A","created_at":"2026-03-05T18:10:00Z","updated_at":"2026-03-05T18:10:00Z","gender":"` + gender + `"}`}})[0], nil)
		}, contract.ReplayOptions{})
		require.Positive(t, r.Coverage.Points["getUser 200 status"], r.Coverage.Points)
		require.Equal(t, covered, r.Coverage.Points["getUser 200 property /firstname"] > 0)
	}
}
