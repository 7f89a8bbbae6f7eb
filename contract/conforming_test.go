package contract_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// answered is an answer of the sandbox on its way to the client.
type answered struct {
	status int
	header http.Header
	body   []byte
}

// object is the body as an object, numbers as they were written; nil if it is
// none.
func (a *answered) object() map[string]any {
	var object map[string]any
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.UseNumber()
	if decoder.Decode(&object) != nil {
		return nil
	}
	return object
}

// set replaces the body.
func (a *answered) set(body any) {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	a.body = text
}

// eachUser changes the users in the answer.
func (a *answered) eachUser(change func(map[string]any)) {
	object := a.object()
	if object == nil || a.status/100 != 2 || object["access_token"] != nil {
		return
	}
	if users, isList := object["users"].([]any); isList {
		for _, u := range users {
			change(u.(map[string]any))
		}
	} else {
		change(object)
	}
	a.set(object)
}

// server is a conforming server that is not like the sandbox.
type server struct {
	name    string
	options []sandbox.Option
	// before may answer the request itself, or change it.
	before func(s *sandbox.Server) func(r *http.Request) *answered
	after  func(r *http.Request, a *answered)
	raw    func(w http.ResponseWriter, a *answered) // sends the answer otherwise
	drift  []string                                 // what is rightly reported, as drift
	assume []string                                 // what is rightly reported, as an assumption
}

func (c server) handler(s *sandbox.Server) http.Handler {
	var before func(*http.Request) *answered
	if c.before != nil {
		before = c.before(s)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var a *answered
		if before != nil {
			a = before(r)
		}
		if a == nil {
			recorder := httptest.NewRecorder()
			s.Handler().ServeHTTP(recorder, r)
			a = &answered{recorder.Code, recorder.Header(), recorder.Body.Bytes()}
		}
		if c.after != nil {
			c.after(r, a)
		}
		a.header.Del("Content-Length")
		maps.Copy(w.Header(), a.header)
		if c.raw != nil {
			c.raw(w, a)
			return
		}
		if a.status != http.StatusNoContent {
			w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
		}
		w.WriteHeader(a.status)
		if r.Method != http.MethodHead {
			_, _ = w.Write(a.body)
		}
	})
}

// No server that keeps to the contract in its own way is called wrong.
func TestConformingServersUnlikeTheSandboxGetNoFalseAlarm(t *testing.T) {
	t.Parallel()
	for _, c := range needs.Sample(t, conforming(), 10) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := sandbox.Start(t, c.options...)
			front := httptest.NewServer(c.handler(s))
			t.Cleanup(front.Close)
			target := sandboxTarget(t, s)
			target.BaseURL = front.URL
			report := run(t, target, contract.Options{Run: cases(t)})
			for _, f := range report.Findings {
				switch {
				case f.Level == contract.Drift && slices.Contains(c.drift, f.Rule), f.Level == contract.Assumption && slices.Contains(c.assume, f.Rule):
				default:
					t.Errorf("%s (%s)", f, f.Exchange)
				}
			}
			for _, o := range report.Outcomes {
				require.NotContains(t, []contract.Status{contract.Error, contract.NotRun}, o.Status, "%s: %s", o.Case, o.Reason)
			}
			for _, rule := range slices.Concat(c.drift, c.assume) {
				require.Contains(t, rulesOf(report.Findings), rule, "allowed for, and not reported")
			}
			for _, id := range usersOf(t, s) {
				require.NotContains(t, id, "contract_", "the run leaves nothing behind")
			}
		})
	}
}

// run runs the suite with a ledger of its own.
func run(t *testing.T, target contract.Target, o contract.Options) *contract.Report {
	t.Helper()
	if o.LedgerDir == "" {
		o.LedgerDir = t.TempDir()
	}
	suite, err := contract.NewSuite(loadSpec(t), target, o)
	require.NoError(t, err)
	return suite.Run(t.Context())
}

// usersOf are the ids of the users of the sandbox's first project.
func usersOf(t *testing.T, s *sandbox.Server) []string {
	t.Helper()
	req, err := http.NewRequest("GET", s.URL+"/users?limit=1000", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+s.MintAccessToken().Reveal())
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	var list struct{ Users []struct{ ID string } }
	require.NoError(t, json.Unmarshal(body, &list))
	var ids []string
	for _, u := range list.Users {
		ids = append(ids, u.ID)
	}
	return ids
}

func isUsers(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/users") }
