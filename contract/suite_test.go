package contract_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/selftest"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

func TestAServerThatIsDownIsAnErrorAndTheRestIsNotRun(t *testing.T) {
	// Nothing listens there; a port that was closed may be another test's now.
	report := run(t, selftest.Target(sandbox.Start(t), "http://127.0.0.1:1"), contract.Options{})
	require.Equal(t, 2, report.ExitStatus())
	require.Equal(t, contract.Error, report.Outcomes[0].Status)
	require.Contains(t, report.Outcomes[0].Reason, "cannot be reached")
	for _, o := range report.Outcomes[1:] {
		require.Equal(t, contract.NotRun, o.Status, o.Case)
		require.NotEmpty(t, o.Reason)
	}
}

func TestAWrongClientSecretStopsTheRunInOneSentence(t *testing.T) {
	target := sandboxTarget(t, sandbox.Start(t))
	target.Project.ClientSecret = onvy.NewSecret("wrong-secret-canary")
	report := run(t, target, contract.Options{})
	require.Equal(t, 2, report.ExitStatus())
	require.Equal(t, "no access token: createServerToken answered 401 invalid_client", report.Outcomes[0].Reason)
	require.Equal(t, len(report.Outcomes)-1, report.Summary.NotRun)
	require.Equal(t, 1, report.Summary.Exchanges)
}

func TestAnInterruptedRunCleansUpAndSaysWhatDidNotRun(t *testing.T) {
	s := sandbox.Start(t)
	ctx, cancel := context.WithCancel(t.Context())
	n, dir := 0, t.TempDir()
	suite, err := contract.NewSuite(loadSpec(t), sandboxTarget(t, s), contract.Options{
		LedgerDir: dir, Parallel: 4,
		OnExchange: func(*contract.Exchange) {
			if n++; n == 40 {
				cancel()
			}
		},
	})
	require.NoError(t, err)
	report := suite.Run(ctx)
	require.Equal(t, 2, report.ExitStatus(), report.Findings)
	require.Len(t, report.Outcomes, len(suite.Cases()))
	require.Positive(t, report.Summary.NotRun)
	for _, o := range report.Outcomes {
		if o.Status == contract.NotRun {
			require.Equal(t, "interrupted", o.Reason)
		}
	}
	require.Empty(t, usersOf(t, s))
	require.Empty(t, ledgerFiles(t, dir))
}

func TestTheBudgetOfRequestsEndsTheRunAndNotTheCleanUp(t *testing.T) {
	s := sandbox.Start(t)
	report := run(t, sandboxTarget(t, s), contract.Options{MaxRequests: 30, Parallel: 1})
	require.Equal(t, 2, report.ExitStatus())
	last := report.Outcomes[len(report.Outcomes)-1]
	require.Equal(t, contract.NotRun, last.Status)
	require.Contains(t, last.Reason, "budget of requests")
	require.Empty(t, usersOf(t, s))
	require.Less(t, report.Summary.Exchanges, 60)
}

// That the suite has no more time is not the server's fault.
func TestTheBudgetOfTimeIsNeverATimeoutOfTheServer(t *testing.T) {
	s := sandbox.Start(t)
	for _, budget := range []time.Duration{time.Microsecond, time.Millisecond, 20 * time.Millisecond, 60 * time.Millisecond} {
		report := run(t, sandboxTarget(t, s), contract.Options{MaxDuration: budget})
		require.Empty(t, report.Findings, budget)
		require.Equal(t, 2, report.ExitStatus(), budget)
		require.Positive(t, report.Summary.NotRun, budget)
		require.Contains(t, report.Outcomes[len(report.Outcomes)-1].Reason, "budget of time")
	}
}

// A callback that panics takes its own case with it, and no other.
func TestACallbackThatPanicsIsTheErrorOfItsCase(t *testing.T) {
	first := true
	report := run(t, sandboxTarget(t, sandbox.Start(t)), contract.Options{Run: "^(auth/server|users/(create.*|replace))$", OnExchange: func(x *contract.Exchange) {
		if x.Name == "users/create-twice" && first {
			first = false
			panic("callback")
		}
	}})
	require.Equal(t, 1, report.Summary.Errors)
	require.Equal(t, 0, report.Summary.NotRun)
	require.Equal(t, 2, report.ExitStatus())
}

func TestRunSelectsCasesAndSaysWhichThereAre(t *testing.T) {
	target := sandboxTarget(t, sandbox.Start(t))
	suite, err := contract.NewSuite(loadSpec(t), target, contract.Options{Run: "^users/patch"})
	require.NoError(t, err)
	for _, name := range suite.Cases() {
		require.True(t, strings.HasPrefix(name, "users/patch"), name)
	}
	report := run(t, target, contract.Options{Run: "^users/patch"}) // without the case that signs in
	require.Empty(t, report.Findings)
	require.Equal(t, len(suite.Cases()), report.Summary.Passed)

	_, err = contract.NewSuite(loadSpec(t), target, contract.Options{Run: "nothing-like-it"})
	require.ErrorContains(t, err, "users/create")
	_, err = contract.NewSuite(loadSpec(t), target, contract.Options{Run: "("})
	require.ErrorContains(t, err, "cannot be read")
}

func TestCasesThatNeedMoreAreSkippedWithTheReason(t *testing.T) {
	target := sandboxTarget(t, sandbox.Start(t))
	target.Other, target.IDToken = nil, onvy.Secret{}
	report := run(t, target, contract.Options{Run: "^(auth|client|grant|isolation)/"})
	require.Equal(t, 0, report.ExitStatus())
	reasons := ""
	for _, o := range report.Outcomes {
		if o.Status == contract.Skip {
			reasons += o.Reason + "\n"
		}
	}
	require.Contains(t, reasons, "ONVY_ID_TOKEN")
	require.Contains(t, reasons, "ONVY_OTHER_PROJECT_ID")
	require.Contains(t, reasons, "--risky")
}

// The base URL may have a path, and a slash at its end.
func TestABaseURLMayHaveAPathAndASlash(t *testing.T) {
	t.Parallel()
	s := sandbox.Start(t)
	mux := http.NewServeMux()
	mux.Handle("/base/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.StripPrefix("/base", s.Handler()).ServeHTTP(locationUnder{w, "/base"}, r)
	}))
	front := httptest.NewServer(mux)
	t.Cleanup(front.Close)
	for _, base := range needs.Sample(t, []string{" " + front.URL + "/base// ", front.URL + "/base", front.URL + "/base/"}, 3) {
		target := sandboxTarget(t, s)
		target.BaseURL = base
		report := run(t, target, contract.Options{Run: "^(auth/|users/(quickstart|create|replace|patch|delete|pages)$)"})
		require.Empty(t, report.Findings, base)
		require.Equal(t, 0, report.ExitStatus())
		require.Equal(t, front.URL+"/base", report.Target)
	}
}

// locationUnder puts the path of the base URL into Location.
type locationUnder struct {
	http.ResponseWriter
	path string
}

func (w locationUnder) WriteHeader(status int) {
	if at := w.Header().Get("Location"); at != "" {
		w.Header().Set("Location", w.path+at)
	}
	w.ResponseWriter.WriteHeader(status)
}

// The path of a base URL may need escapes, and be none of this API.
func TestABaseURLWithEscapesInItsPathIsFollowedAsItIsWritten(t *testing.T) {
	t.Parallel()
	s := sandbox.Start(t)
	for _, path := range needs.Sample(t, []string{"/a%2Fb", "/a%20b", "/%C3%A4"}, 3) {
		front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			raw, ok := strings.CutPrefix(r.URL.EscapedPath(), path)
			plain, err := url.PathUnescape(raw)
			if !ok || err != nil {
				http.NotFound(w, r)
				return
			}
			r.URL.Path, r.URL.RawPath, r.RequestURI = plain, raw, ""
			s.Handler().ServeHTTP(locationUnder{w, path}, r)
		}))
		t.Cleanup(front.Close)
		target := sandboxTarget(t, s)
		target.BaseURL = front.URL + path + "/"
		report := run(t, target, contract.Options{Run: "^(auth/|users/(quickstart|create|replace|patch|delete|pages)$)"})
		require.Empty(t, report.Findings, path)
		require.Equal(t, 0, report.ExitStatus(), path)
		require.Equal(t, front.URL+path, report.Target)

		target.BaseURL = s.URL + path // where nothing is
		report = run(t, target, contract.Options{Run: "^auth/"})
		require.Empty(t, report.Findings, path)
		require.Equal(t, 2, report.ExitStatus(), path)
		require.Contains(t, report.Outcomes[0].Reason, "404")
	}
}

func TestTheSameSeedSendsTheSameRequests(t *testing.T) {
	t.Parallel()
	runs, cases := [3][]string{}, "^(auth/server|users/|input/|values/)"
	if !needs.Whole(t) {
		cases = "^(auth/server|users/(fields|patch|input-height)|values/numbers)"
	}
	for i, seed := range []uint64{11, 11, 12} {
		id := regexp.MustCompile(`contract_[0-9a-z]+_|page=[^ ]*`) // the server's cursors are its own
		report := run(t, sandboxTarget(t, sandbox.Start(t)), contract.Options{Seed: seed, Run: cases, OnExchange: func(x *contract.Exchange) {
			if strings.HasPrefix(x.Name, "users/concurrent") || strings.Contains(x.Request.URL, "/auth/") {
				return // which of the cases asks for the token they share is chance
			}
			url := x.Request.URL[strings.Index(x.Request.URL[8:], "/")+8:]
			runs[i] = append(runs[i], id.ReplaceAllString(x.Name+" "+x.Request.Method+" "+url+" "+string(x.Request.Body), "contract_RUN_"))
		}})
		require.Empty(t, report.Findings)
		slices.Sort(runs[i]) // cases run side by side
	}
	require.Equal(t, runs[0], runs[1])
	require.NotEqual(t, runs[0], runs[2])
}

// Throttled requests are sent again when the server says so.
func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	s := sandbox.Start(t)
	s.Trouble(sandbox.Trouble{Operation: "getUser", Times: 2, Status: 429, RetryAfter: "1"}, sandbox.Trouble{Operation: "createUser", Status: 503, RetryAfter: "1"})
	var starts []int64
	report := run(t, sandboxTarget(t, s), contract.Options{Run: "^(auth/server|users/quickstart)$", OnExchange: func(x *contract.Exchange) {
		if x.Request.Method == "GET" {
			starts = append(starts, x.Started.UnixMilli())
		}
	}})
	require.Equal(t, []string{"http/throttled"}, rulesOf(report.Findings))
	require.Equal(t, contract.Drift, report.Findings[0].Level)
	require.Equal(t, 0, report.ExitStatus())
	require.Len(t, starts, 4, "the user three times, and the list")
	require.GreaterOrEqual(t, starts[1]-starts[0], int64(1000))
	require.GreaterOrEqual(t, starts[2]-starts[1], int64(1000))
}

// A date counts from the server's own Date, whatever the clocks say.
func TestRetryAfterAsADateIsHonoured(t *testing.T) {
	t.Parallel()
	s := sandbox.Start(t)
	refusals := 1
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && refusals > 0 {
			refusals--
			long := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
			w.Header().Set("Date", long.Format(http.TimeFormat))
			w.Header().Set("Retry-After", long.Add(time.Second).Format(http.TimeFormat))
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		s.Handler().ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	target := sandboxTarget(t, s)
	target.BaseURL = front.URL
	var starts []time.Time
	run(t, target, contract.Options{Run: "^(auth/server|users/quickstart)$", OnExchange: func(x *contract.Exchange) {
		if x.Request.Method == "GET" {
			starts = append(starts, x.Started)
		}
	}})
	require.Len(t, starts, 3, "the user twice, and the list")
	require.GreaterOrEqual(t, starts[1].Sub(starts[0]), time.Second)
}

func TestStrictFailsForDrift(t *testing.T) {
	s := sandbox.Start(t)
	s.Trouble(sandbox.Trouble{Operation: "getUser", Status: 429})
	report := run(t, sandboxTarget(t, s), contract.Options{Run: "^(auth/server|users/quickstart)$", Strict: true})
	require.Equal(t, 1, report.ExitStatus())
	require.Equal(t, 1, report.Summary.Failed)
}

// Nothing of a secret or a token is in a report, whatever the server does with
// them. What the suite made up itself is evidence, and in the texts it is not.
func TestAReportHoldsNoSecretAndNoPersonsValue(t *testing.T) {
	t.Parallel()
	s := sandbox.Start(t)
	var sent, made []string
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := through(s, r)
		for name := range a.header {
			w.Header()[name] = a.header[name]
		}
		// Everything that was sent comes back: as names, values and headers.
		w.Header().Set("X-Echo-Canaryname", r.Header.Get("Authorization"))
		w.Header().Set("Www-Authenticate", `Bearer realm="canary-realm", realm="canary-realm"`)
		w.Header().Del("Content-Length")
		if object := a.object(); object != nil {
			object["canary-name-4711"] = r.Header.Get("Authorization")
			object["firstname"], object["gender"], object["error"] = 5, "canary-gender", "canary-error-4711"
			a.set(object)
		}
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body)
	}))
	t.Cleanup(echo.Close)
	target := sandboxTarget(t, s)
	target.BaseURL = echo.URL
	report := run(t, target, contract.Options{Run: cases(t), OnExchange: func(x *contract.Exchange) {
		sent = append(sent, x.Request.Header.Get("Authorization"))
		var body map[string]any
		if json.Unmarshal(x.Request.Body, &body) == nil {
			if text, ok := body["token"].(string); ok {
				sent = append(sent, text)
			}
			for _, name := range []string{"id", "lastname", "birthday"} {
				if text, ok := body[name].(string); ok {
					made = append(made, text)
				}
			}
		}
		if x.Response != nil && json.Unmarshal(x.Response.Body, &body) == nil {
			token, _ := body["access_token"].(string)
			next, _ := body["refresh_token"].(string)
			sent = append(sent, token, next)
		}
	}})
	require.Equal(t, 1, report.ExitStatus())
	text, err := json.Marshal(report)
	require.NoError(t, err)
	lines, scripts := "", ""
	for _, f := range report.Findings {
		scripts += f.Curl
		f.Curl = ""
		lines += f.String() + f.Exchange
	}
	secrets := append(sent, "sandbox-secret", "other-secret", target.IDToken.Reveal())
	requireNone(t, string(text)+lines+scripts, secrets)
	answered := []string{"canary-realm", "canary-name", "canary-gender", "canary-error"}
	requireNone(t, scripts, answered) // what was sent is the suite's own
	requireNone(t, lines, append(made, answered...))
}

// requireNone fails if one of the values is in a text. Of credentials it looks
// for what follows the scheme. What the suite itself makes up is no secret.
func requireNone(t *testing.T, text string, values []string) {
	t.Helper()
	for _, canary := range slices.Compact(slices.Sorted(slices.Values(values))) { // a token is sent many times
		if _, value, ok := strings.Cut(canary, " "); ok {
			canary = value
		}
		if len(canary) >= 6 && !slices.Contains([]string{"contract", "contract-made-up", "Bearer", "Basic"}, canary) {
			if at := strings.Index(text, canary); at >= 0 {
				t.Fatalf("%q is in the report: %s", canary, text[max(0, at-80):min(len(text), at+80)])
			}
		}
	}
}
