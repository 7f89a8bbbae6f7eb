package contract_test

import (
	"encoding/base64"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// What the tests of the rules build their exchanges from: a good one of each
// operation, and changes to it.

const baseURL = "https://api.onvy.health"

// noon is when an exchange starts unless a test says otherwise.
var noon = time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)

// load loads the spec once: it takes longer than most tests.
var load = sync.OnceValues(func() (*contract.Spec, error) { return contract.Load(onvy.Spec) })

// A sixth of the time of these tests would be the collector's.
var _ = debug.SetGCPercent(400)

// cases are all cases where long tables run whole. Elsewhere they are some that
// send each request that there is, in a quarter of the time.
func cases(t *testing.T) string {
	t.Helper()
	if needs.Whole(t) {
		return ""
	}
	return "^(auth/.*|client/server|grant/server|bearer/(missing|garbage)|input/odd-paths|http/.*|" +
		"users/(quickstart|create|read-only|replace|patch|delete|unknown|pages|pages-limits|fields|input-measurement_unit))$"
}

// TestMain lets four tests run at a time on a machine of fewer cores: several of
// them wait, for a time that a server has asked for, or for one that is silent.
func TestMain(m *testing.M) {
	flag.Parse()
	if runtime.GOMAXPROCS(0) < 4 && flag.Lookup("test.parallel").Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		_ = flag.Set("test.parallel", "4") // it is a number
	}
	os.Exit(m.Run())
}

// loadText loads a spec once, however many runs it is for.
func loadText(text string) (*contract.Spec, error) {
	load, _ := loaded.LoadOrStore(text, sync.OnceValues(func() (*contract.Spec, error) { return contract.Load([]byte(text)) }))
	return load.(func() (*contract.Spec, error))()
}

// withText lets a sandbox serve a spec, which is read once, however many serve it.
func withText(text string) sandbox.Option {
	option, _ := served.LoadOrStore(text, sandbox.WithSpec([]byte(text)))
	return option.(sandbox.Option)
}

var loaded, served sync.Map

func loadSpec(t testing.TB) *contract.Spec {
	t.Helper()
	spec, err := load()
	require.NoError(t, err)
	return spec
}

// change makes an exchange another one.
type change func(*contract.Exchange)

// exchange is a request with a bearer token and its answer in JSON.
func exchange(method, path string, status int, body string, changes ...change) *contract.Exchange {
	x := &contract.Exchange{
		Name: "test", Started: noon, Duration: 10 * time.Millisecond,
		Request: contract.Request{
			Method: method, URL: baseURL + path,
			Header: contract.Header{{Name: "Authorization", Value: "Bearer opaque-access-token"}},
		},
		Response: &contract.Response{Proto: "HTTP/1.1", Status: status, Body: []byte(body)},
	}
	if body != "" {
		x.Response.Header = contract.Header{{Name: "Content-Type", Value: "application/json"}}
	}
	for _, c := range changes {
		c(x)
	}
	return x
}

// fields is a JSON object from names and values; a later value wins, and nil
// is null.
func fields(pairs ...any) string {
	object := make(map[string]any)
	for i := 0; i < len(pairs); i += 2 {
		object[pairs[i].(string)] = pairs[i+1]
	}
	text, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}
	return string(text)
}

const stamp = "2026-03-05T11:00:00Z"

// user is a user with an id and timestamps, and more or other fields.
func user(pairs ...any) string {
	return fields(slices.Concat([]any{"id", "user_123", "created_at", stamp, "updated_at", stamp}, pairs)...)
}

func getUser(body string, changes ...change) *contract.Exchange {
	return exchange("GET", "/users/user_123", 200, body, changes...)
}

func createUser(sent, body string, changes ...change) *contract.Exchange {
	return exchange("POST", "/users", 201, body, append([]change{sends(sent)}, changes...)...)
}

func putUser(sent, body string, changes ...change) *contract.Exchange {
	return exchange("PUT", "/users/user_123", 200, body, append([]change{sends(sent)}, changes...)...)
}

func patchUser(sent, body string, changes ...change) *contract.Exchange {
	return exchange("PATCH", "/users/user_123", 200, body, append([]change{sends(sent)}, changes...)...)
}

func deleteUser(changes ...change) *contract.Exchange {
	return exchange("DELETE", "/users/user_123", 204, "", changes...)
}

// listUsers is a page; the query begins with "?" or is empty.
func listUsers(query, pagination string, users ...string) *contract.Exchange {
	return exchange("GET", "/users"+query, 200, `{"users":[`+strings.Join(users, ",")+`],"pagination":`+pagination+`}`)
}

// tokenHeaders are those of a token answer.
func tokenHeaders(x *contract.Exchange) {
	x.Response.Header = append(x.Response.Header, contract.Field{Name: "Cache-Control", Value: "no-store"}, contract.Field{Name: "Pragma", Value: "no-cache"})
}

const basicCredentials = "Basic c2VydmVyOnNlY3JldC1vZi10aGUtY2xpZW50" // server:secret-of-the-client

// serverToken is an answer of auth/server.
func serverToken(sent, body string, changes ...change) *contract.Exchange {
	return exchange("POST", "/v1/projects/proj_1/auth/server", 200, body,
		append([]change{sends(sent), authorization(basicCredentials), tokenHeaders}, changes...)...)
}

// oauthToken is an answer of /oauth/token.
func oauthToken(form, body string, changes ...change) *contract.Exchange {
	return exchange("POST", "/oauth/token", 200, body,
		append([]change{sends(form), requestHeader("Content-Type", "application/x-www-form-urlencoded"), authorization(basicCredentials), tokenHeaders}, changes...)...)
}

// token is the body of a token answer.
func token(pairs ...any) string {
	return fields(slices.Concat([]any{"access_token", "opaque", "token_type", "Bearer", "expires_in", 900}, pairs)...)
}

// goodClaims are those of a server's token that was given at noon.
func goodClaims() map[string]any {
	return map[string]any{
		"iss": "https://auth.onvy.health", "aud": "urn:onvy:project:proj_1", "sub": "server", "jti": "jti-1",
		"iat": noon.Unix(), "nbf": noon.Unix(), "exp": noon.Unix() + 900,
		"project_id": "proj_1", "principal_type": "client", "scope": "users:create users:read users:update users:delete",
	}
}

// jwt is a token with good claims and others; nil takes one out.
func jwt(pairs ...any) string { return jwtWith(map[string]any{"alg": "ES256", "typ": "JWT"}, pairs...) }

func jwtWith(header map[string]any, pairs ...any) string {
	claims := goodClaims()
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == nil {
			delete(claims, pairs[i].(string))
			continue
		}
		claims[pairs[i].(string)] = pairs[i+1]
	}
	part := func(m map[string]any) string {
		text, err := json.Marshal(m)
		if err != nil {
			panic(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	return part(header) + "." + part(claims) + ".c2lnbmF0dXJl"
}

func sends(body string) change {
	return func(x *contract.Exchange) {
		x.Request.Body = []byte(body)
		x.Request.Header = append(x.Request.Header, contract.Field{Name: "Content-Type", Value: "application/json"})
	}
}

func requestHeader(name, value string) change {
	return func(x *contract.Exchange) {
		x.Request.Header = slices.DeleteFunc(x.Request.Header, func(f contract.Field) bool { return f.Name == name })
		if value != "" {
			x.Request.Header = append(x.Request.Header, contract.Field{Name: name, Value: value})
		}
	}
}

// authorization replaces the credentials; "" takes them out.
func authorization(value string) change { return requestHeader("Authorization", value) }

// header replaces a header of the answer; "" takes it out.
func header(name string, values ...string) change {
	return func(x *contract.Exchange) {
		x.Response.Header = slices.DeleteFunc(x.Response.Header, func(f contract.Field) bool { return f.Name == name })
		for _, value := range values {
			x.Response.Header = append(x.Response.Header, contract.Field{Name: name, Value: value})
		}
	}
}

func status(s int) change { return func(x *contract.Exchange) { x.Response.Status = s } }

// refused makes the answer a refusal.
func refused(s int, code string) change {
	return func(x *contract.Exchange) {
		x.Response.Status = s
		x.Response.Body = []byte(fields("error", code))
		header("Content-Type", "application/json")(x)
	}
}

func took(d time.Duration) change { return func(x *contract.Exchange) { x.Duration = d } }

// rulesOf are the ids of the rules of findings, sorted, each once.
func rulesOf(findings []contract.Finding) []string {
	ids := make(map[string]bool)
	for _, f := range findings {
		ids[f.Rule] = true
	}
	return slices.Sorted(maps.Keys(ids))
}

// kindRules are the ids of the rules of a kind, sorted.
func kindRules(kind contract.Kind) []string {
	var ids []string
	for _, r := range contract.Rules() {
		if r.Kind == kind {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	return ids
}
