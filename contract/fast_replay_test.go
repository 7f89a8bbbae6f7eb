package contract_test

import (
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/internal/gatewaylog"
	"github.com/onvy-health/onvy-go/contract/recording"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// Traffic of every kind gives the findings of a replay that decodes every body
// and takes one exchange after the other.
func TestReplayFindsTheSameWithoutTheFastPath(t *testing.T) {
	t.Parallel()
	fast, err := contract.Load(onvy.Spec)
	require.NoError(t, err)
	slow, err := contract.LoadWithoutFastPath(onvy.Spec)
	require.NoError(t, err)

	compare := func(t *testing.T, xs []*contract.Exchange) []contract.Finding {
		require.NotEmpty(t, xs)
		entries := func(yield func(*contract.Exchange, error) bool) {
			for _, x := range xs {
				if !yield(x, nil) {
					return
				}
			}
		}
		got := fast.Replay(t.Context(), "traffic", entries, contract.ReplayOptions{Complete: true})
		want := slow.Replay(t.Context(), "traffic", entries, contract.ReplayOptions{Parallel: 1, Complete: true})
		require.ElementsMatch(t, want.Findings, got.Findings)
		require.Equal(t, want.Summary, got.Summary)
		return got.Findings
	}

	files, err := filepath.Glob("testdata/recordings/*")
	require.NoError(t, err)
	for _, file := range files {
		if filepath.Ext(file) == ".json" {
			continue // golden findings
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			r, err := recording.Open(file)
			require.NoError(t, err)
			defer r.Close()
			var xs []*contract.Exchange
			for x, err := range exchanges(r) {
				require.NoError(t, err)
				xs = append(xs, x)
			}
			compare(t, xs)
		})
	}
	t.Run("live suite", func(t *testing.T) {
		xs := clean(t).exchanges
		if !needs.Whole(t) {
			xs = xs[:400]
		}
		compare(t, xs)
	})
	t.Run("a user listed again", func(t *testing.T) {
		const times = `"created_at":"2026-03-05T18:10:00Z","updated_at":"2026-03-05T18:10:00Z"`
		page := func(user string) string { return `{"users":[` + user + `],"pagination":{"limit":100}}` }
		user, longer, other := `{"id":"a","firstname":"A",`+times+`}`, `{"id":"a","firstname":"A","lastname":"B",`+times+`}`, `{"id":"a","firstname":"C",`+times+`}`
		post, get, list := "POST /users", "GET /users/a", "GET /users"
		patched := []step{{"PATCH /users/a", `{"gender":1}`, 400, `{"error":"invalid_request"}`}}
		rules := map[string]int{}
		for _, steps := range [][]step{
			{{post, user, 201, user}, {list, "", 200, page(user)}, {list, "", 200, page(user)}, {list, "", 200, page(other)}, {list, "", 200, page(other)}},
			{{get, "", 200, user}, {list, "", 200, page(longer)}, patched[0], {list, "", 200, page(longer)}},
			{{post, user, 201, user}, {list, "", 200, page(user)}, {get, "", 200, other}, {list, "", 200, page(user)}},
		} {
			for _, f := range compare(t, happened(steps)) {
				rules[f.Rule] += f.Count
			}
		}
		require.Equal(t, map[string]int{"users/list-agrees": 2, "users/read-back": 1}, rules) // a list may show more than a read does
	})
	for name, edit := range map[string]*strings.Replacer{
		"a value that is not documented": strings.NewReplacer(`"gender":"male"`, `"gender":"alien"`),
		"another type":                   strings.NewReplacer(`"tz_offset":3600`, `"tz_offset":"3600"`, `"next_page":null`, `"next_page":0`),
		"another name":                   strings.NewReplacer(`"created_at":`, `"created":`),
		"ids that are numbers":           strings.NewReplacer(`"id":"user_0`, `"id":1,"user":"`),
	} {
		t.Run("known: "+name, func(t *testing.T) {
			var xs []*contract.Exchange
			for x := range gatewaylog.New(gatewaylog.Options{Seed: 3, Exchanges: 400, Users: 30, Faults: 0.02}).All() {
				x.Response.Body = []byte(edit.Replace(string(x.Response.Body)))
				xs = append(xs, x)
			}
			require.NotEmpty(t, compare(t, xs))
		})
	}
	t.Run("faults", func(t *testing.T) {
		found, nth := 0, 12
		if !needs.Whole(t) {
			nth = 400
		}
		for f := range everyNth(slices.Concat(faults.All(), faults.Controls()), nth) {
			t.Run(f.Name, func(t *testing.T) {
				server := sandbox.Start(t)
				wrong := httptest.NewServer(f.Handler(server))
				defer wrong.Close()
				server.URL = wrong.URL
				found += len(compare(t, record(t, server, "^(users|list)/")))
			})
		}
		require.Positive(t, found)
	})
}

// step is an exchange: the request, what is sent, and what is answered.
type step struct {
	request, sent string
	status        int
	answer        string
}

// happened makes exchanges of steps, a second apart.
func happened(steps []step) (xs []*contract.Exchange) {
	at := time.Date(2026, 3, 5, 18, 10, 27, 0, time.UTC)
	for i, s := range steps {
		method, path, _ := strings.Cut(s.request, " ")
		xs = append(xs, &contract.Exchange{
			Started: at.Add(time.Duration(i) * time.Second), Duration: time.Millisecond,
			Request: contract.Request{Method: method, URL: "https://api.onvy.health" + path, Body: []byte(s.sent),
				Header: contract.Header{{Name: "Authorization", Value: "Bearer opaque-token"}, {Name: "Content-Type", Value: "application/json"}}},
			Response: &contract.Response{Proto: "HTTP/1.1", Status: s.status, Body: []byte(s.answer),
				Header: contract.Header{{Name: "Content-Type", Value: "application/json"}}},
		})
	}
	return xs
}

// record returns what the cases of the live suite exchange with a server.
func record(t *testing.T, server *sandbox.Server, cases string) (xs []*contract.Exchange) {
	t.Helper()
	most := 600
	if !needs.Whole(t) {
		most = 200
	}
	suite, err := contract.NewSuite(loadSpec(t), sandboxTarget(t, server), contract.Options{
		LedgerDir: t.TempDir(), Run: cases, Seed: 1, MaxRequests: most,
		MaxDuration: 5 * time.Second, // some faults are slow, and what was exchanged until then will do
		OnExchange:  func(x *contract.Exchange) { xs = append(xs, x) },
	})
	require.NoError(t, err)
	suite.Run(t.Context())
	return xs
}

// everyNth yields the first of each n.
func everyNth[T any](all []T, n int) func(func(T) bool) {
	return func(yield func(T) bool) {
		for i := 0; i < len(all); i += n {
			if !yield(all[i]) {
				return
			}
		}
	}
}
