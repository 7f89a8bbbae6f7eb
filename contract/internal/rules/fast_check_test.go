package rules

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/internal/accept/mutant"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/wire"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// specs are the shipped one as it is, and without the fast path.
var specs = sync.OnceValues(func() (fast, slow *pass.Spec) {
	fast, err := pass.Load(onvy.Spec)
	slow, err2 := pass.LoadWithoutFastPath(onvy.Spec)
	if err != nil || err2 != nil {
		panic(errors.Join(err, err2))
	}
	return fast, slow
})

// The fast path may save time, not findings.
func TestFindingsAreTheSameWithoutTheFastPath(t *testing.T) {
	fast, slow := specs()

	nth, accepted, done := 4, 0, map[string]bool{} // the mutants of an example are thousands
	if needs.Whole(t) {
		nth = 1
	}
	compare := func(x *wire.Exchange, body []byte) {
		x.Response.Body = body
		if fast.Open(x, "").Clean {
			accepted++
		}
		require.ElementsMatch(t, Check(slow, x), Check(fast, x), "%s: %s", x.Name, body)
	}
	random := rand.New(rand.NewPCG(5, 6))
	for _, x := range exampleExchanges(t, fast) {
		example := x.Response.Body
		compare(x, example)
		for range 20 {
			compare(x, mutant.Mutate(example, mutant.RandomEdits(random)))
		}
		if x.Response.Status/100 != 2 || done[string(example)] {
			continue
		}
		done[string(example)] = true
		places := len(mutant.ParseNode(json.NewDecoder(bytes.NewReader(example))).All())
		for place := range places {
			for scalar := place % nth; scalar < len(mutant.Scalars); scalar += nth {
				compare(x, mutant.Mutate(example, []byte{byte(place), 0, byte(scalar)}))
			}
		}
	}
	t.Logf("a scalar at a place: 1 of %d", nth)
	require.Greater(t, accepted, 500/nth)
}

// exampleExchanges returns one exchange for each example of each response of
// each operation.
func exampleExchanges(t *testing.T, s *pass.Spec) []*wire.Exchange {
	t.Helper()
	var xs []*wire.Exchange
	path := strings.NewReplacer("{project_id}", "proj_your_project", "{user_id}", "user_123")
	for _, o := range s.Operations {
		for _, code := range slices.Sorted(maps.Keys(o.Doc.Responses.Map())) {
			status, err := strconv.Atoi(strings.ReplaceAll(code, "X", "0"))
			require.NoError(t, err)
			for media, content := range o.Doc.Responses.Map()[code].Value.Content {
				for _, title := range slices.Sorted(maps.Keys(content.Examples)) {
					body, err := json.Marshal(content.Examples[title].Value.Value)
					require.NoError(t, err)
					xs = append(xs, &wire.Exchange{
						Name: o.ID + " " + code + " " + title,
						Request: wire.Request{Method: o.Method, URL: "https://api.onvy.health" + path.Replace(o.Path),
							Header: wire.Header{{Name: "Authorization", Value: "Bearer eyJ"}}},
						Response: &wire.Response{Proto: "HTTP/1.1", Status: status, Reason: http.StatusText(status),
							Header: wire.Header{{Name: "Content-Type", Value: media}}, Body: body},
					})
				}
			}
		}
	}
	return xs
}
