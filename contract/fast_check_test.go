package contract

import (
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

	random := rand.New(rand.NewPCG(5, 6))
	accepted := 0
	for _, x := range exampleExchanges(t, fast) {
		example := x.Response.Body
		for i := range 50 {
			if x.Response.Body = example; i > 0 {
				x.Response.Body = mutate(example, randomEdits(random))
			}
			if fast.open(x, "").clean {
				accepted++
			}
			require.ElementsMatch(t, slow.Check(x), fast.Check(x), "%s: %s", x.Name, x.Response.Body)
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
