package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/outputs"
	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/internal/faults/plant"
	"github.com/onvy-health/onvy-go/contract/internal/selftest"
	oas "github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// causeFor is the cause of a rule in a report file.
func causeFor(t *testing.T, name, rule string) string {
	t.Helper()
	r, err := outputs.ReadReport(name)
	require.NoError(t, err)
	for _, cause := range r.Causes() {
		if slices.ContainsFunc(cause.Findings, func(f *contract.Finding) bool { return f.Rule == rule }) {
			return cause.ID
		}
	}
	require.Fail(t, "no cause", rule)
	return ""
}

// changed writes a report with something changed.
func changed(t *testing.T, name string, change func(*contract.Report)) string {
	t.Helper()
	r, err := outputs.ReadReport(name)
	require.NoError(t, err)
	change(r)
	text, err := json.Marshal(r)
	require.NoError(t, err)
	return file(t, "changed.json", string(text))
}

// once is a report of which again asks the case that found something, and not all
// of them, where long tables do not run whole: all it found was found once.
func once(t *testing.T, name string) string {
	t.Helper()
	if needs.Whole(t) {
		return name
	}
	return changed(t, name, func(r *contract.Report) {
		for i := range r.Findings {
			r.Findings[i].Count = 1
		}
	})
}

// someFaults are faults from all over the matrix, with how they show again: by their
// steps, or, where a rule looks at more than the answer to them, by their cases.
var someFaults = []struct{ fault, way string }{
	{"measurement-unit-enum", "steps"},
	{"patch-as-put", "steps"},
	{"accept-garbage-token", "steps"},
	{"accept-alg-none", "steps"},
	{"server-accept-wrong-secret", "steps"},
	{"scope-not-enforced-on-delete", "steps"},
	{"refresh-token-reusable", "steps"},
	{"www-authenticate-missing", "steps"},
	{"token-cache-control-public", "steps"},
	{"weight-nan", "steps"},
	{"get-duplicate-keys", "steps"},
	{"put-ignores-field", "steps"},
	{"unknown-user-200", "steps"},
	{"malformed-json-500", "steps"},
	{"list-ignores-limit", "steps"},
	{"total-one-more", "cases"},
	{"get-prefix-match", "cases"},
	{"put-other-id-wins", "cases"},
	{"other-project-cursor-works", "cases"},
	{"refresh-other-user", "cases"},
	{"create-takes-unknown-enum", "steps"},
}

func TestAgainConfirmsAFaultAndNoneOfAMendedServer(t *testing.T) {
	for _, one := range needs.Sample(t, someFaults, len(someFaults)) {
		t.Run(one.fault, func(t *testing.T) {
			c, _, srv := faulty(t, one.fault)
			everything(c, srv)
			name := filepath.Join(t.TempDir(), "report.json")
			c.run(t, "run", "--seed", "7", someCases(t), "--max-wait", "1ms", "--json", name, ledger(t))
			name = once(t, name)
			id := causeFor(t, name, faults.Named(one.fault).Rule)
			dir := t.TempDir()

			r := c.run(t, "again", id, name, "--max-wait", "1ms", "--ledger", dir)
			require.Equal(t, 1, r.status, r.stdout+r.stderr)
			require.Contains(t, r.stdout, id+" still so, by its "+one.way)
			require.Contains(t, r.stdout, "curl -i -sS")
			withoutSecrets(t, r, srv)

			mended := httptest.NewServer(srv.Handler())
			t.Cleanup(mended.Close)
			c.env["ONVY_BASE_URL"] = mended.URL
			r = c.run(t, "again", strings.ToLower(id), name, "--max-wait", "1ms", "--ledger", dir)
			require.Zero(t, r.status, r.stdout+r.stderr)
			require.Contains(t, r.stdout, id+" not seen again: ")
			require.Contains(t, r.stdout, "its steps: ")
			require.Contains(t, r.stdout, "its cases, with seed 7: ")
			require.Contains(t, r.stderr, "The report is about ")
			withoutSecrets(t, r, srv)

			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Empty(t, left, "what the steps created is deleted again")
		})
	}
}

// everything adds to an environment what is not needed for every case.
func everything(c call, srv *sandbox.Server) {
	target := selftest.Target(srv, srv.URL)
	c.env["ONVY_ID_TOKEN"], c.env["ONVY_SDK_CLIENT_ID"] = target.IDToken.Reveal(), target.SDKClientID
	c.env["ONVY_OTHER_PROJECT_ID"], c.env["ONVY_OTHER_CLIENT_ID"] = target.Other.ID, target.Other.ClientID
	c.env["ONVY_OTHER_CLIENT_SECRET"] = target.Other.ClientSecret.Reveal()
}

func withoutSecrets(t *testing.T, r result, srv *sandbox.Server) {
	t.Helper()
	require.NotContains(t, r.stdout+r.stderr, srv.Project.ClientSecret.Reveal())
	require.NotContains(t, r.stdout+r.stderr, srv.Other.ClientSecret.Reveal())
	require.NotRegexp(t, `eyJ[\w-]+\.[\w-]+\.[\w-]+`, r.stdout+r.stderr, "a token")
}

func TestAgainSaysWhatIsDifferentNow(t *testing.T) {
	c, _, srv := faulty(t, "unknown-user-200")
	name := filepath.Join(t.TempDir(), "report.json")
	c.run(t, "run", "--seed", "7", "--run", "^(auth/server|users/unknown)", "--json", name, ledger(t))
	mended := httptest.NewServer(srv.Handler())
	c.env["ONVY_BASE_URL"] = mended.URL
	id := causeFor(t, name, "users/not-found")
	r := c.run(t, "again", id, name, ledger(t))
	require.Zero(t, r.status, r.stdout+r.stderr)
	require.Regexp(t, `its steps: GET getUser answered 200 then, and 404 now`, r.stdout)

	mended.Close()
	r = c.run(t, "again", id, name, ledger(t))
	require.Equal(t, 2, r.status, "a server that is not there says nothing")
	require.Empty(t, r.stdout)
	require.Contains(t, r.stderr, "cannot be said: the server cannot be reached")
}

// A report names the case that was the first to see something. Where that one does
// not see it again, others may that saw it too.
func TestAgainAsksAllCasesThatMayHaveSeenIt(t *testing.T) {
	c, _, _ := faulty(t, "next-page-null")
	name := filepath.Join(t.TempDir(), "report.json")
	c.run(t, "run", "--seed", "7", "--run", "^(auth/server|users/pages)$", "--json", name, ledger(t))
	id := causeFor(t, name, "page/next-null")
	byAnother := func(count int) string {
		return changed(t, name, func(r *contract.Report) {
			for i := range r.Findings {
				f := &r.Findings[i]
				f.Exchange, f.Count, f.Curl = "auth/server", count, ""
			}
		})
	}
	require.Contains(t, c.run(t, "again", id, byAnother(2), ledger(t)).stdout, id+" still so, by its cases (")
	require.Contains(t, c.run(t, "again", id, byAnother(1), ledger(t)).stdout, "nothing of the kind (auth/server)", "it was seen once, and by that case")
}

// A report is a file. Whoever wrote it, what no run has created stays as it is.
func TestAgainLeavesAloneWhatTheSuiteDidNotCreate(t *testing.T) {
	c, _, srv := faulty(t, "measurement-unit-enum")
	name := filepath.Join(t.TempDir(), "report.json")
	c.run(t, "run", "--seed", "7", "--run", "^(auth/server|users/create)$", "--json", name, ledger(t))
	name = once(t, name)
	id := causeFor(t, name, "schema/enum")
	var asked atomic.Bool
	seen := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "maria") {
			asked.Store(true)
		}
		srv.Handler().ServeHTTP(w, r)
	}))
	t.Cleanup(seen.Close)
	c.env["ONVY_BASE_URL"] = seen.URL
	for what, line := range map[string]string{
		"another user":    `curl -i -sS -X DELETE "$URL/users/maria" -H "Authorization: Bearer ${TOKEN}"`,
		"in two readings": `curl -i -sS -X DELETE "$URL/users/contract_0_1/../maria" -H "Authorization: Bearer ${TOKEN}"`,
		"by its override": `curl -i -sS "$URL/users/maria" -H 'X-HTTP-Method-Override: DELETE' -H "Authorization: Bearer ${TOKEN}"`,
		"another host":    `curl -i -sS "https://example.com/users?limit=1" -H "Authorization: Bearer ${TOKEN}"`,
		"a shell":         `curl -i -sS "$URL/users/$(id)" -H "Authorization: Bearer ${TOKEN}"`,
	} {
		t.Run(what, func(t *testing.T) {
			bad := changed(t, name, func(r *contract.Report) {
				for i := range r.Findings {
					if f := &r.Findings[i]; f.Curl != "" {
						head, _, _ := strings.Cut(f.Curl, "curl -i -sS")
						f.Curl = head + line + "\n"
					}
				}
			})
			r := c.run(t, "again", id, bad, ledger(t))
			require.Contains(t, r.stdout, "its steps: not sent, or not to the end: ", r.stderr)
			require.False(t, asked.Load())
		})
	}
}

func TestAgainPlaysWhatARecordingHasFromTheCreateOn(t *testing.T) {
	c, _, srv := faulty(t, "put-ignores-field")
	dir := t.TempDir()
	har, name := filepath.Join(dir, "session.har"), filepath.Join(dir, "report.json")
	c.run(t, "record", har, "--seed", "7", "--run", "^(auth/server|users/replace)$", ledger(t))
	c.run(t, "replay", har, "--complete", "--json", name)
	id := causeFor(t, name, "users/read-back")
	r := c.run(t, "again", id, name, ledger(t))
	require.Equal(t, 1, r.status, r.stdout+r.stderr)
	require.Contains(t, r.stdout, id+" still so, by its steps: ")
	withoutSecrets(t, r, srv)

	mended := httptest.NewServer(srv.Handler())
	t.Cleanup(mended.Close)
	c.env["ONVY_BASE_URL"] = mended.URL
	r = c.run(t, "again", id, name, ledger(t))
	require.Zero(t, r.status, r.stdout+r.stderr)
	require.NotContains(t, r.stdout, "its cases", "a recording has none")

	without := changed(t, name, func(r *contract.Report) {
		for i := range r.Findings {
			lines := strings.Split(r.Findings[i].Curl, "\n")
			r.Findings[i].Curl = strings.Join(slices.DeleteFunc(lines, func(line string) bool { return strings.Contains(line, "-X POST \"$URL/users\"") }), "\n")
		}
	})
	c.run(t, "again", id, without, ledger(t)).refuses(t, "cannot be said", "created what it", "--script")
	endless := changed(t, name, func(r *contract.Report) {
		for i := range r.Findings {
			r.Findings[i].Curl += `curl "$URL/users" -d "$(printf %s x | sed '` + strings.Repeat(`s/^\(.*\)/\1\1/;`, 24) + "t')\"\n"
		}
	})
	c.run(t, "again", id, endless, ledger(t)).refuses(t, "cannot be said: its script makes more than 1 MiB of text", "--script")
	call{}.run(t, "again", id, name).refuses(t, "name a server")
}

// faultyMeals is a fault of a resource that only the spec knows, and a sandbox to
// plant it into.
func faultyMeals(t *testing.T, file, name string) (faults.Fault, *sandbox.Server) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	doc, err := openapi3.NewLoader().LoadFromData(text)
	require.NoError(t, err)
	model, err := oas.New(doc)
	require.NoError(t, err)
	planted := plant.In(model.Resource("meals"))
	srv, err := sandbox.New(sandbox.WithSpec(text))
	require.NoError(t, err)
	return planted[slices.IndexFunc(planted, func(f faults.Fault) bool { return f.Name == name })], srv
}

// Of a create that is to be refused, the answer to it decides, and not that to the
// create of what holds it.
func TestAgainLooksAtTheCreateThatTheFindingIsAbout(t *testing.T) {
	const spec = "../../testdata/meals.yaml"
	fault, srv := faultyMeals(t, spec, "meals-takes-any-comment")
	server, mended := httptest.NewServer(fault.Handler(srv)), httptest.NewServer(srv.Handler())
	t.Cleanup(server.Close)
	t.Cleanup(mended.Close)
	c := in(srv)
	c.env["ONVY_BASE_URL"] = server.URL
	name := filepath.Join(t.TempDir(), "report.json")
	c.run(t, "run", "--spec", spec, "--run", "^(auth/server|meals/input-comment)$", "--seed", "7", "--json", name, ledger(t))
	id := causeFor(t, name, fault.Rule)
	r := c.run(t, "again", id, name, "--spec", spec, ledger(t))
	require.Equal(t, 1, r.status, r.stdout+r.stderr)
	require.Contains(t, r.stdout, id+" still so, by its steps: ")
	c.env["ONVY_BASE_URL"] = mended.URL
	r = c.run(t, "again", id, name, "--spec", spec, ledger(t))
	require.Zero(t, r.status, r.stdout+r.stderr)
	require.Contains(t, r.stdout, id+" not seen again: ")
}

// A resource that only the spec knows is created within a user of this run, and has
// the id that the server gives it now; recorded or not.
func TestAgainPlaysStepsOfAnyResource(t *testing.T) {
	const spec = "../../testdata/meals.yaml"
	fault, srv := faultyMeals(t, spec, "meals-create-loses-comment")
	handler, escape := fault.Handler(srv), new(atomic.Bool)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		require.NotContains(t, path.Clean(r.URL.EscapedPath()), "/users/maria")
		if escape.Load() && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/meals") {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte(`{"id":"x/../../../../users/maria"}`))
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	mended := httptest.NewServer(srv.Handler())
	t.Cleanup(mended.Close)
	c := in(srv)
	everything(c, srv)
	dir := t.TempDir()
	live, har, recorded := filepath.Join(dir, "live.json"), filepath.Join(dir, "session.har"), filepath.Join(dir, "recorded.json")
	c.env["ONVY_BASE_URL"] = server.URL
	c.run(t, "run", "--spec", spec, "--run", "^meals/create$", "--seed", "7", "--json", live, ledger(t))
	names := []string{once(t, live)}
	if needs.Whole(t) {
		c.run(t, "record", har, "--spec", spec, "--run", "^meals/create$", "--seed", "7", ledger(t))
		c.run(t, "replay", har, "--spec", spec, "--complete", "--json", recorded)
		names = append(names, recorded)
	}
	for _, name := range names {
		c.env["ONVY_BASE_URL"] = server.URL
		id := causeFor(t, name, fault.Rule)
		r := c.run(t, "again", id, name, "--spec", spec, ledger(t))
		require.Equal(t, 1, r.status, r.stdout+r.stderr)
		require.Contains(t, r.stdout, id+" still so, by its steps: ")

		escape.Store(true) // ids that lead to somebody else's user are not followed
		r = c.run(t, "again", id, name, "--spec", spec, ledger(t))
		require.NotContains(t, r.stdout, "still so, by its steps")
		escape.Store(false)

		c.env["ONVY_BASE_URL"] = mended.URL
		r = c.run(t, "again", id, name, "--spec", spec, ledger(t))
		require.Zero(t, r.status, r.stdout+r.stderr)
		require.Contains(t, r.stdout, id+" not seen again: ")
		withoutSecrets(t, r, srv)
	}
}

func TestAgainSaysWhichServerItAsks(t *testing.T) {
	c, _, _ := faulty(t, "measurement-unit-enum")
	name := filepath.Join(t.TempDir(), "report.json")
	c.run(t, "run", "--seed", "7", "--run", "^(auth/server|users/create)$", "--json", name, ledger(t))
	name = once(t, name)
	id := causeFor(t, name, "schema/enum")
	r := call{}.run(t, "again", id, name, "--sandbox", ledger(t))
	require.Zero(t, r.status, r.stderr)
	require.Equal(t, "The report is about "+c.env["ONVY_BASE_URL"]+"; this is the embedded sandbox.\n", r.stderr)

	own := changed(t, name, func(r *contract.Report) { r.Kind = contract.Sandbox })
	r = call{}.run(t, "again", id, own, ledger(t))
	require.Zero(t, r.status, r.stderr)
	require.Contains(t, r.stderr, "this is the sandbox again")
	require.Equal(t, 1, strings.Count(r.stderr, "\n"), "it is said once")
	call{env: map[string]string{"CI": "true"}}.run(t, "again", id, own).refuses(t, "this is CI")
}

func TestAgainRefusesWhatItCannotAsk(t *testing.T) {
	call{}.run(t, "again").refuses(t, "again takes a cause, such as F1, and a JSON report")
	call{}.run(t, "again", "F1", "none.json").refuses(t, "none.json")
	for _, name := range []string{"run", "seed", "shard", "json", "junit", "html", "report", "rules", "skip-rules", "strict", "waivers", "fail-on", "cover", "scripts", "report-dir"} {
		call{}.run(t, "again", "F1", "none.json", "--"+name+"=1").refuses(t, "unknown flag: --"+name)
	}
	c, _, _ := faulty(t, "measurement-unit-enum")
	name := filepath.Join(t.TempDir(), "report.json")
	c.run(t, "run", "--run", "^(auth/server|users/create)$", "--json", name, ledger(t))
	c.run(t, "again", "F9", name).refuses(t, "no cause of this name", "F1")
	call{}.run(t, "again", "F1", name).refuses(t, "the report is about "+c.env["ONVY_BASE_URL"], "name a server")
	older := changed(t, name, func(r *contract.Report) { r.Version-- })
	c.run(t, "again", "F1", older).refuses(t, "another version")
	bare := changed(t, name, func(r *contract.Report) {
		for i := range r.Findings {
			r.Findings[i].Curl, r.Findings[i].Steps, r.Findings[i].Exchange = "", nil, ""
		}
	})
	c.run(t, "again", "F1", bare).refuses(t, "cannot be said", "no steps", "which case found it")
}
