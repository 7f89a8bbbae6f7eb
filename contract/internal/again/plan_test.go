package again

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/selftest"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// Lines of scripts, as package evidence writes them.
const (
	token      = `TOKEN=$(curl -sS -X POST "$URL/v1/projects/proj_sandbox/auth/server" -u "$ONVY_CLIENT_ID:$ONVY_CLIENT_SECRET" -H 'Content-Type: application/json' --data-raw '{}' | sed -n 's/.*"access_token" *: *"\([^"]*\)".*/\1/p')`
	otherToken = `OTHER_TOKEN=$(curl -sS -X POST "$URL/v1/projects/proj_other/auth/server" -u "server:${ONVY_OTHER_CLIENT_SECRET}" -H 'Content-Type: application/json' --data-raw '{}' | sed -n 's/.*"access_token" *: *"\([^"]*\)".*/\1/p')`
	bearer     = ` -H "Authorization: Bearer ${TOKEN}"`
	asJSON     = ` -H 'Content-Type: application/json'`
	create     = `curl -i -sS -X POST "$URL/users"` + bearer + asJSON + ` --data-raw '{"id":"contract_0123456789ab_x_1"}'`
)

// loaded are specs by their text.
var loaded sync.Map

// planOf reads a script that begins with a token.
func planOf(t *testing.T, spec []byte, recorded bool, lines ...string) (*Plan, error) {
	t.Helper()
	load, _ := loaded.LoadOrStore(string(spec), sync.OnceValues(func() (*pass.Spec, error) { return pass.Load(spec) }))
	s, err := load.(func() (*pass.Spec, error))()
	require.NoError(t, err)
	srv, err := sandbox.New()
	require.NoError(t, err)
	target := selftest.Target(srv, "http://127.0.0.1:1")
	f := &rule.Finding{Rule: "users/read-back", Curl: strings.Join(append([]string{token}, lines...), "\n") + "\n", Steps: []rule.Step{{Method: "GET"}}}
	return NewPlan(s, &target, f, recorded, time.Second)
}

func TestWhatIsNotOfTheSuiteIsNotSent(t *testing.T) {
	meals, err := os.ReadFile("../../testdata/meals.yaml")
	require.NoError(t, err)
	ref := "      - $ref: '#/components/parameters/UserID'\n"
	apart := strings.NewReplacer("  /users/{user_id}/nutrition/meals:\n    parameters:\n"+ref, "  /meals:\n",
		"  /users/{user_id}/nutrition/meals/{meal_id}:\n    parameters:\n"+ref, "  /meals/{meal_id}:\n    parameters:\n").Replace(string(meals))
	write := func(method, path string) string {
		return `curl -i -sS -X ` + method + ` "$URL` + path + `"` + bearer + asJSON + ` --data-raw '{"id":"x"}'`
	}
	for name, c := range map[string]struct {
		spec     []byte
		recorded bool
		lines    []string
		want     string // "" where it is sent
	}{
		"a user of the suite":            {onvy.Spec, false, []string{create, write("DELETE", "/users/contract_0123456789ab_x_1")}, ""},
		"its id in capitals":             {onvy.Spec, false, []string{write("DELETE", "/users/CONTRACT_0123456789AB_X_1")}, ""},
		"another user":                   {onvy.Spec, false, []string{write("PUT", "/users/maria")}, "no run of this suite has created"},
		"a create of another one":        {onvy.Spec, false, []string{write("POST", "/users")}, "no run of this suite has created"},
		"a path in two readings":         {onvy.Spec, false, []string{write("PATCH", "/users/contract_1/../maria")}, "more than one way"},
		"an escaped one":                 {onvy.Spec, false, []string{write("PATCH", "/users/contract_1%2f..%2fmaria")}, "more than one way"},
		"beside the spec":                {onvy.Spec, false, []string{write("POST", "/users/maria/x")}, "more than one way"},
		"another project":                {onvy.Spec, false, []string{write("POST", "/v1/projects/proj_3/auth/server")}, "another project"},
		"the second project":             {onvy.Spec, false, []string{write("POST", "/v1/projects/proj_other/auth/server")}, ""},
		"a read of anybody":              {onvy.Spec, false, []string{`curl -i -sS "$URL/users/maria"` + bearer}, ""},
		"within a user of the suite":     {meals, false, []string{create, write("POST", "/users/contract_0123456789ab_x_1/nutrition/meals")}, ""},
		"within another user":            {meals, false, []string{create, write("PATCH", "/users/maria/nutrition/meals/meal_1")}, "no run of this suite has created"},
		"recorded, within another user":  {meals, true, []string{create, `curl -i -sS "$URL/users/pseudonym/nutrition/meals"` + bearer}, "created what it reads"},
		"what a server gives ids":        {[]byte(apart), false, []string{write("POST", "/meals")}, "gives ids to"},
		"a wait":                         {onvy.Spec, false, []string{"sleep 1", `curl -i -sS "$URL/users"` + bearer}, ""},
		"a long one":                     {onvy.Spec, false, []string{"sleep 2", `curl -i -sS "$URL/users"` + bearer}, "--max-wait"},
		"a part":                         {onvy.Spec, false, []string{partial + "a body of 9000 bytes is left out.", create}, "a body of 9000 bytes is left out"},
		"a part, recorded":               {onvy.Spec, true, []string{partial + "ids are pseudonyms.", `curl -i -sS "$URL/users"` + bearer}, ""},
		"nothing but a token":            {onvy.Spec, false, nil, "sends nothing"},
		"a variable that nobody has":     {onvy.Spec, false, []string{`curl -i -sS "$URL/users" -H "Authorization: Bearer ${USER_TOKEN}"`}, "needs USER_TOKEN"},
		"recorded, from its create on":   {onvy.Spec, true, []string{strings.ReplaceAll(create, "contract_0123456789ab_x_1", "pseudonym"), write("PUT", "/users/pseudonym")}, ""},
		"recorded, without its create":   {onvy.Spec, true, []string{write("PUT", "/users/pseudonym")}, "created what it writes to"},
		"recorded, a read without it":    {onvy.Spec, true, []string{`curl -i -sS "$URL/users/pseudonym"` + bearer}, "created what it reads"},
		"recorded, no id":                {onvy.Spec, true, []string{`curl -i -sS -X POST "$URL/users"` + bearer + asJSON + ` --data-raw '{'`}, "cannot be read"},
		"recorded, an id of two letters": {onvy.Spec, true, []string{strings.ReplaceAll(create, "contract_0123456789ab_x_1", "it")}, "too short"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := planOf(t, c.spec, c.recorded, c.lines...)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}

// What cannot be deleted is still in the ledger, with the project that it is in.
func TestWhatStepsCreateIsInTheLedger(t *testing.T) {
	srv, err := sandbox.New()
	require.NoError(t, err)
	var created []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			http.Error(w, `{"error":"locked"}`, http.StatusLocked)
			return
		}
		if r.URL.Path == "/users" {
			created = append(created, r.Header.Get("Authorization"))
		}
		srv.Handler().ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s, err := pass.Load(onvy.Spec)
	require.NoError(t, err)
	target := selftest.Target(srv, server.URL)
	second := strings.NewReplacer("${TOKEN}", "${OTHER_TOKEN}", "x_1", "x_2").Replace(create)
	f := &rule.Finding{Rule: "users/read-back", Curl: strings.Join([]string{token, otherToken, create, second}, "\n") + "\n", Steps: []rule.Step{{Method: "POST", Status: 201}}}
	plan, err := NewPlan(s, &target, f, false, time.Second)
	require.NoError(t, err)
	dir := t.TempDir()
	seen, err := plan.Play(t.Context(), run.Options{LedgerDir: dir}, nil)
	require.NoError(t, err)
	require.Contains(t, seen.Error, "ledger")
	require.Len(t, created, 2)
	require.Equal(t, "201", seen.Now)

	names, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Len(t, names, 1)
	text, err := os.ReadFile(names[0])
	require.NoError(t, err)
	require.Regexp(t, `proj_sandbox[^\n]*contract_[0-9a-z]+_x_1`, string(text))
	require.Regexp(t, `proj_other[^\n]*contract_[0-9a-z]+_x_2`, string(text))
	require.NotContains(t, string(text), "0123456789ab", "the ids are of this run")
}

// The status of an answer shows a finding only if what led to it worked, as it did
// then.
func TestAStatusDecidesOnlyAfterStepsThatWorked(t *testing.T) {
	srv, err := sandbox.New()
	require.NoError(t, err)
	for _, c := range []struct {
		created, patched int // 0 for what the sandbox answers
		still            bool
	}{{0, 404, true}, {409, 404, false}, {0, 0, false}} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodPatch && c.patched != 0:
				http.Error(w, `{"error":"not_found"}`, c.patched)
			case r.URL.Path == "/users" && c.created != 0:
				http.Error(w, `{"error":"conflict"}`, c.created)
			default:
				srv.Handler().ServeHTTP(w, r)
			}
		}))
		t.Cleanup(server.Close)
		s, err := pass.Load(onvy.Spec)
		require.NoError(t, err)
		target := selftest.Target(srv, server.URL)
		patch := `curl -i -sS -X PATCH "$URL/users/contract_0123456789ab_x_1"` + bearer + asJSON + ` --data-raw '{"language":"en"}'`
		f := &rule.Finding{
			Rule: "operation/works", Status: 404, Message: "a valid request is refused with 404", Curl: strings.Join([]string{token, create, patch}, "\n") + "\n",
			Steps: []rule.Step{{Method: "POST", Status: 201}, {Method: "PATCH", Status: 404}},
		}
		plan, err := NewPlan(s, &target, f, false, time.Second)
		require.NoError(t, err)
		seen, err := plan.Play(t.Context(), run.Options{LedgerDir: t.TempDir()}, map[string]bool{})
		require.NoError(t, err)
		require.Empty(t, seen.Error)
		require.Equal(t, c.still, seen.Still, "%+v", c)
	}
}
