package rules

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/internal/accept/mutant"
	"github.com/onvy-health/onvy-go/contract/internal/rules/model"
	"github.com/onvy-health/onvy-go/contract/internal/rules/schema"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// A body that is wrong in some places and not as a whole is judged at these
// places, as it would be if kin-openapi had all of it, in the same order.
func TestBodiesWithFlawsAreJudgedAsWithoutTheFastPath(t *testing.T) {
	fast, slow := specs()
	ofSchema := func(all []rule.Finding) []rule.Finding {
		return slices.DeleteFunc(slices.Clone(all), func(f rule.Finding) bool {
			return !strings.HasPrefix(f.Rule, "schema/") || f.Rule == schema.UndocumentedProperty.ID
		})
	}
	flawed, most, random := 0, 0, rand.New(rand.NewPCG(7, 8))
	for _, x := range exampleExchanges(t, fast) {
		example := x.Response.Body
		if strings.Contains(x.Name, "listUsers 200") {
			example = mutant.UserList(12) // more than nine, so that indexes are not in the order of their text
		}
		places := len(mutant.ParseNode(json.NewDecoder(bytes.NewReader(example))).All())
		for range 100 {
			var edits []byte
			for range 1 + random.IntN(6) { // another value, or one property less
				edits = append(edits, byte(random.IntN(min(places, 256))), []byte{1, 1, 3}[random.IntN(3)], byte(random.IntN(len(mutant.Scalars))))
			}
			x.Response.Body = mutant.Mutate(example, edits)
			want, got := Check(slow, x), Check(fast, x)
			require.ElementsMatch(t, want, got, "%s: %s", x.Name, x.Response.Body)
			require.Equal(t, ofSchema(want), ofSchema(got), "%s: %s", x.Name, x.Response.Body)
			if c := fast.Open(x, ""); c.Clean && len(c.SchemaErrors()) > 0 {
				flawed++
				most = max(most, len(c.SchemaErrors()))
			}
		}
	}
	require.Greater(t, flawed, 300)
	require.Greater(t, most, 3)
}

func TestOnlyWhatIsWrongByTheSchemaAloneIsSetAside(t *testing.T) {
	spec, _ := specs()
	for _, c := range []struct {
		instead string // of a property
		aside   bool
		rules   []string
	}{
		{`"birthday":5`, true, []string{"schema/type"}},
		{`"birthday":true`, true, []string{"schema/type"}},
		{`"birthday":"05.03.1981"`, true, []string{"schema/format"}},
		{`"gender":"unknown"`, true, []string{"schema/enum"}},
		{`"gender":null`, true, []string{"schema/null"}},
		{`"tz_offset":1.5`, true, []string{"schema/type"}},
		{`"tz_offset":"3600"`, true, []string{"schema/type"}},
		{`"location":7`, true, []string{"schema/type"}},
		{`"tz_offset":3600.0`, false, []string{"json/integer-form"}},
		{`"tz_offset":9007199254740993`, false, []string{"json/number-range"}},
		{`"birthday":1e400`, false, []string{"json/number-range"}},
		{`"birthday":{}`, false, []string{"schema/type"}},
		{`"birthday":[1]`, false, []string{"schema/type"}},
		{`"birthday":5,"birthday":5`, false, []string{"json/duplicate-name"}},
	} {
		name, _, _ := strings.Cut(c.instead[1:], `"`)
		body := without(t, mutant.UserList(2), name, c.instead)
		x := pageExchange(body)
		require.Equal(t, c.aside, spec.Open(x, "").Clean, "%s", body)
		said := map[string]bool{}
		for _, f := range Check(spec, x) {
			said[f.Rule] = true
		}
		for _, id := range c.rules {
			require.True(t, said[id], "%s: %v", c.instead, said)
		}
	}
}

// without is a page whose users have something else instead of a property.
func without(t *testing.T, page []byte, name, instead string) []byte {
	t.Helper()
	var list map[string]any
	require.NoError(t, json.Unmarshal(page, &list))
	for _, user := range list["users"].([]any) {
		delete(user.(map[string]any), name)
	}
	text, err := json.Marshal(list)
	require.NoError(t, err)
	return bytes.ReplaceAll(text, []byte(`"id":`), []byte(instead+`,"id":`))
}

// A time that a matcher does not take and kin-openapi does may still be one that
// typed clients cannot read: the whole body is looked at.
func TestWhatKinOpenAPITakesIsNotSetAside(t *testing.T) {
	spec, _ := specs()
	x := pageExchange(without(t, mutant.UserList(2), "created_at", `"created_at":"2016-12-31T23:59:60Z"`))
	require.False(t, spec.Open(x, "").Clean)
	require.True(t, slices.ContainsFunc(Check(spec, x), func(f rule.Finding) bool { return f.Rule == model.Decodes.ID }))
}

// What no schema is for is held against none, whoever looks at it.
func TestFlawsOfBodiesThatAreNotReadAsJSONAreNotReported(t *testing.T) {
	fast, slow := specs()
	for name, change := range map[string]func(*wire.Exchange){
		"nothing":         func(*wire.Exchange) {},
		"packed":          func(x *wire.Exchange) { x.Response.Decoded = wire.NotDecoded },
		"HEAD":            func(x *wire.Exchange) { x.Request.Method = http.MethodHead },
		"another type":    func(x *wire.Exchange) { x.Response.Header[0].Value = "text/html" },
		"no type":         func(x *wire.Exchange) { x.Response.Header = x.Response.Header[1:] },
		"cut off":         func(x *wire.Exchange) { x.Response.Truncated = true },
		"another status":  func(x *wire.Exchange) { x.Response.Status = http.StatusTeapot },
		"another charset": func(x *wire.Exchange) { x.Response.Header[0].Value += "; charset=latin1" },
	} {
		t.Run(name, func(t *testing.T) {
			x := pageExchange(without(t, mutant.UserList(2), "gender", `"gender":"unknown"`))
			change(x)
			require.ElementsMatch(t, Check(slow, x), Check(fast, x))
		})
	}
}
