package rules

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/internal/accept"
	"github.com/onvy-health/onvy-go/contract/internal/accept/mutant"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// What a server adds is reported as kin-openapi and the walk over the decoded
// body report it, whatever it is and wherever it stands; and where it is nothing
// worse, without them.
func TestUndocumentedPropertiesAreTheSameWithoutTheFastPath(t *testing.T) {
	fast, slow := specs()

	many := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"more%c%c":%d,`, 'a'+i/26, 'a'+i%26, i)
		}
		return b.String()
	}
	for added, accepted := range map[string]bool{
		`"nickname":"Avery",`:                         true,
		`"nickname":null,"score":1e400,`:              true,
		`"streak":{"days":[1,2,{"x":true}],"of":{}},`: true,
		`"user_8241":1,"user_8242":2,`:                true, // may be data: masked
		`"a/b~c":1,`:                                  true,
		`"` + `":1,`:                                  true,
		many(accept.MostStrangers):                    true,
		many(accept.MostStrangers + 1):                false,
		many(60):                                      false,
		`"nickname":1,"nickname":2,`:                  false,
		`"nickname":{"a":1,"a":2},`:                   false,
		`"nick\u006eame":1,`:                          false,
		`"nickname":"\ud83d",`:                        false,
		"\"nickname\":\"\xff\",":                      false,
		`"nickname":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `,`: false,
		`"nickname":tru,`: false,
		`"nickname":}`:    false,
	} {
		done := map[string]bool{}
		for _, x := range exampleExchanges(t, fast) {
			body := x.Response.Body
			if done[string(body)] || !json.Valid(body) {
				continue
			}
			done[string(body)] = true
			for at := range body {
				if body[at] != '{' || at+1 < len(body) && body[at+1] == '}' {
					continue
				}
				x.Response.Body = append(append(bytes.Clone(body[:at+1]), added...), body[at+1:]...)
				c := fast.Open(x, "")
				was := fast.Open(&wire.Exchange{Request: x.Request, Response: &wire.Response{Proto: x.Response.Proto, Status: x.Response.Status, Header: x.Response.Header, Body: body}}, "").Clean
				require.Equal(t, accepted && was, c.Clean, "%s: %s", x.Name, x.Response.Body)
				require.ElementsMatch(t, Check(slow, x), Check(fast, x), "%s: %s", x.Name, x.Response.Body)
			}
		}
	}
}

// encoding/json takes a name in other letters for the documented one.
func TestANameInOtherLettersIsLookedAt(t *testing.T) {
	spec, _ := specs()
	x := pageExchange(drifting(2, `"CREATED_AT":5,`))
	require.False(t, spec.Open(x, "").Clean)
	rules := map[string]bool{}
	for _, f := range Check(spec, x) {
		rules[f.Rule] = true
	}
	require.True(t, rules["model/decodes"], rules)
}

// drifting is a page of users that each have properties that are not documented.
func drifting(n int, added string) []byte {
	return bytes.ReplaceAll(mutant.UserList(n), []byte(`{"id":`), []byte(`{`+added+`"id":`))
}

func TestEachUndocumentedPropertyOfAPageIsOneFinding(t *testing.T) {
	spec, _ := specs()
	x := pageExchange(drifting(100, `"nickname":"Avery","streak":{"days":3},`))
	require.True(t, spec.Open(x, "").Clean)
	counts := map[string]int{}
	for _, f := range Check(spec, x) {
		require.Equal(t, "schema/undocumented-property", f.Rule)
		counts[f.Pointer+" "+f.At] = f.Count
	}
	require.Equal(t, map[string]int{"/users/*/nickname /users/0/nickname": 100, "/users/*/streak /users/0/streak": 100}, counts)
}

func pageExchange(body []byte) *wire.Exchange {
	return &wire.Exchange{
		Request: wire.Request{Method: http.MethodGet, URL: "https://api.onvy.health/users?limit=100", Header: wire.Header{{Name: "Authorization", Value: "Bearer " + aToken}}},
		Response: &wire.Response{Proto: "HTTP/1.1", Status: http.StatusOK, Reason: "OK", Body: body,
			Header: wire.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "Date", Value: "Thu, 05 Mar 2026 18:10:27 GMT"}}},
	}
}

// BenchmarkDrift compares a page of 100 users as documented with pages that have
// more than is documented, or break it in each user, on the fast path and with
// kin-openapi alone:
//
//	go test -run='^$' -bench=Drift ./contract/internal/rules
func BenchmarkDrift(b *testing.B) {
	fast, slow := specs()
	wrong := strings.NewReplacer(`"gender":"other"`, `"gender":"unknown"`)
	worse := strings.NewReplacer(`"gender":"other"`, `"gender":"unknown"`, `"birthday":"1990-04-23"`, `"birthday":5`, `"tz_offset":3600`, `"tz_offset":"1h"`)
	for _, c := range []struct {
		name, added string
		wrong       *strings.Replacer
		spec        *pass.Spec
	}{
		{"clean", "", nil, fast},
		{"one property", `"nickname":"Avery",`, nil, fast},
		{"three, one of them an object", `"nickname":"Avery","streak":{"days":3,"since":"2026-03-05"},"score":12,`, nil, fast},
		{"one violation", "", wrong, fast},
		{"three violations", "", worse, fast},
		{"clean, kin-openapi", "", nil, slow},
		{"one property, kin-openapi", `"nickname":"Avery",`, nil, slow},
		{"one violation, kin-openapi", "", wrong, slow},
	} {
		b.Run(c.name, func(b *testing.B) {
			body := drifting(100, c.added)
			if c.wrong != nil {
				body = []byte(c.wrong.Replace(string(body)))
			}
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				Check(c.spec, pageExchange(body))
			}
		})
	}
}
