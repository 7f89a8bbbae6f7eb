package contract

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
)

// The fast path may save time, not findings.
func TestFindingsAreTheSameWithoutTheFastPath(t *testing.T) {
	fast, err := Load(onvy.Spec)
	require.NoError(t, err)
	slow, err := Load(onvy.Spec)
	require.NoError(t, err)
	clear(slow.fast)

	accepted, done := 0, map[string]bool{}
	compare := func(x *Exchange, body []byte) {
		x.Response.Body = body
		if fast.open(x, "").clean {
			accepted++
		}
		require.ElementsMatch(t, slow.Check(x), fast.Check(x), "%s: %s", x.Name, body)
	}
	random := rand.New(rand.NewPCG(5, 6))
	for _, x := range exampleExchanges(t, fast) {
		example := x.Response.Body
		compare(x, example)
		for range 20 {
			compare(x, mutate(example, randomEdits(random)))
		}
		if x.Response.Status/100 != 2 || done[string(example)] {
			continue
		}
		done[string(example)] = true
		places := len(parseNode(json.NewDecoder(bytes.NewReader(example))).all())
		for place := range places {
			for scalar := range scalars {
				compare(x, mutate(example, []byte{byte(place), 0, byte(scalar)}))
			}
		}
	}
	require.Greater(t, accepted, 500)
}

// exampleExchanges returns one exchange for each example of each response of
// each operation.
func exampleExchanges(t *testing.T, s *Spec) []*Exchange {
	t.Helper()
	var xs []*Exchange
	path := strings.NewReplacer("{project_id}", "proj_your_project", "{user_id}", "user_123")
	for _, o := range s.ops {
		for _, code := range slices.Sorted(maps.Keys(o.op.Responses.Map())) {
			status, err := strconv.Atoi(strings.ReplaceAll(code, "X", "0"))
			require.NoError(t, err)
			for media, content := range o.op.Responses.Map()[code].Value.Content {
				for _, title := range slices.Sorted(maps.Keys(content.Examples)) {
					body, err := json.Marshal(content.Examples[title].Value.Value)
					require.NoError(t, err)
					xs = append(xs, &Exchange{
						Name: o.id + " " + code + " " + title,
						Request: Request{Method: o.method, URL: "https://api.onvy.health" + path.Replace(o.path),
							Header: Header{{"Authorization", "Bearer eyJ"}}},
						Response: &Response{Proto: "HTTP/1.1", Status: status, Reason: http.StatusText(status),
							Header: Header{{"Content-Type", media}}, Body: body},
					})
				}
			}
		}
	}
	return xs
}
