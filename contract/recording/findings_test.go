package recording_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// session is the live suite against the sandbox, or where long tables do not run
// whole, those cases that send each kind of request. It runs once, and each test gets
// exchanges of its own.
func session(t *testing.T) (xs []*contract.Exchange) {
	t.Helper()
	ran.Do(func() {
		cases := ""
		if !needs.Whole(t) {
			cases = "^(auth/.*|client/server|grant/(server|sdk)|bearer/missing|users/(create|replace|patch|delete|unknown|pages|fields|input-height))$"
		}
		srv := sandbox.Start(t)
		suite, err := contract.NewSuite(loaded(t), contract.Target{
			BaseURL: srv.URL,
			Project: contract.Project{ID: srv.Project.ID, ClientID: srv.Project.ClientID, ClientSecret: srv.Project.ClientSecret},
			IDToken: srv.MintIDToken("zachary_1"), SDKClientID: "sdk",
			Other: &contract.Project{ID: srv.Other.ID, ClientID: srv.Other.ClientID, ClientSecret: srv.Other.ClientSecret},
		}, contract.Options{Seed: 1, Run: cases, LedgerDir: t.TempDir(), OnExchange: func(x *contract.Exchange) {
			ran.exchanges = append(ran.exchanges, own(x))
		}})
		require.NoError(t, err)
		suite.Run(t.Context())
	})
	require.NotEmpty(t, ran.exchanges)
	for _, x := range ran.exchanges {
		xs = append(xs, own(x))
	}
	return xs
}

var ran struct {
	sync.Once
	exchanges []*contract.Exchange
}

// own is an exchange that can be changed without the other, but for the bytes
// of its bodies.
func own(x *contract.Exchange) *contract.Exchange {
	c := *x
	c.Request.Header = slices.Clone(x.Request.Header)
	if x.Response != nil {
		c.Response = new(*x.Response)
		c.Response.Header = slices.Clone(x.Response.Header)
	}
	return &c
}

// faults are what a server or a library on the way might do to an answer.
var spoilt = map[string]func(r *rand.Rand, body []byte) []byte{
	"cut": func(r *rand.Rand, b []byte) []byte { return b[:r.IntN(len(b))] },
	"repeated name": func(_ *rand.Rand, b []byte) []byte {
		return bytes.Replace(b, []byte(`{`), []byte(`{"id":"other_1","id":"other_2",`), 1)
	},
	"more after it":  func(_ *rand.Rand, b []byte) []byte { return append(b, []byte("{}")...) },
	"mark before it": func(_ *rand.Rand, b []byte) []byte { return append([]byte("\xef\xbb\xbf"), b...) },
	"not UTF-8":      func(_ *rand.Rand, b []byte) []byte { return bytes.Replace(b, []byte(`":"`), []byte("\":\"\xff"), 1) },
	"numbers as text": func(_ *rand.Rand, b []byte) []byte {
		return regexp.MustCompile(`:([0-9.]+)`).ReplaceAll(b, []byte(`:"$1"`))
	},
	"text as numbers": func(_ *rand.Rand, b []byte) []byte {
		return regexp.MustCompile(`:"[^"]*"`).ReplaceAll(b, []byte(`:12`))
	},
	"rounded": func(_ *rand.Rand, b []byte) []byte {
		return regexp.MustCompile(`([0-9])\.[0-9]+`).ReplaceAll(b, []byte(`$1`))
	},
	"small letters": func(_ *rand.Rand, b []byte) []byte {
		return regexp.MustCompile(`"(firstname|lastname)":"[^"]*"`).ReplaceAllFunc(b, func(b []byte) []byte {
			return bytes.Map(func(c rune) rune {
				if small := unicode.ToLower(c); utf8.RuneLen(small) == utf8.RuneLen(c) {
					return small
				}
				return c
			}, b)
		})
	},
	"trimmed": func(_ *rand.Rand, b []byte) []byte {
		return regexp.MustCompile(`": *" *([^"]*?) *"`).ReplaceAll(b, []byte(`":"$1"`))
	},
	"no names": func(_ *rand.Rand, b []byte) []byte {
		return regexp.MustCompile(`"(firstname|birthday)":"[^"]*",`).ReplaceAll(b, nil)
	},
	"null": func(_ *rand.Rand, b []byte) []byte {
		return regexp.MustCompile(`:"[^"]*"`).ReplaceAll(b, []byte(`:null`))
	},
	"other id": func(_ *rand.Rand, b []byte) []byte {
		return regexp.MustCompile(`"id":"[^"]*"`).ReplaceAll(b, []byte(`"id":"contract_other"`))
	},
	"other time": func(r *rand.Rand, b []byte) []byte {
		return regexp.MustCompile(`"created_at":"20`).ReplaceAll(b, fmt.Appendf(nil, `"created_at":"%d`, 10+r.IntN(20)))
	},
	"bad day": func(_ *rand.Rand, b []byte) []byte {
		return regexp.MustCompile(`"birthday":"[^"]*"`).ReplaceAll(b, []byte(`"birthday":"1990-02-31"`))
	},
	"unknown": func(_ *rand.Rand, b []byte) []byte {
		return bytes.Replace(b, []byte(`{`), []byte(`{"nickname":"Zachary","shoeSize":43.5,`), 1)
	},
	"HTML": func(*rand.Rand, []byte) []byte { return []byte("<html><body><h1>502 Bad Gateway</h1></body></html>") },
	"trace": func(*rand.Rand, []byte) []byte {
		return []byte(`{"error":"internal","message":"panic: runtime error: index\ngoroutine 1 [running]:\nmain.go:12"}`)
	},
	"empty": func(*rand.Rand, []byte) []byte { return nil },
	"huge number": func(_ *rand.Rand, b []byte) []byte {
		return regexp.MustCompile(`:([0-9.]+)`).ReplaceAll(b, []byte(`:${1}00000000000000000000`))
	},
	"one user twice": func(_ *rand.Rand, b []byte) []byte {
		return regexp.MustCompile(`\{"users":\[(\{.*?\}),`).ReplaceAll(b, []byte(`{"users":[$1,$1,`))
	},
	"other cursor": func(_ *rand.Rand, b []byte) []byte {
		return regexp.MustCompile(`"next_page":"[^"]*"`).ReplaceAll(b, []byte(`"next_page":"eyJpZCI6ImEifQ=="`))
	},
	"long expiry": func(_ *rand.Rand, b []byte) []byte {
		return regexp.MustCompile(`"expires_in":\d+`).ReplaceAll(b, []byte(`"expires_in":900000`))
	},
	"token type": func(_ *rand.Rand, b []byte) []byte {
		return bytes.ReplaceAll(b, []byte(`"Bearer"`), []byte(`"mac_token1"`))
	},
	"wrong code": func(_ *rand.Rand, b []byte) []byte {
		return regexp.MustCompile(`"error":"[^"]*"`).ReplaceAll(b, []byte(`"error":"no_such_code1"`))
	},
	"other enum": func(_ *rand.Rand, b []byte) []byte {
		return bytes.ReplaceAll(b, []byte(`"metric"`), []byte(`"cubits1"`))
	},
	"none": func(_ *rand.Rand, b []byte) []byte { return b },
}

// findings are what the rules say, without what differs by nature.
func findings(spec *contract.Spec, xs []*contract.Exchange) []contract.Finding {
	report := spec.Replay(context.Background(), "session", exchanges(xs), contract.ReplayOptions{})
	for i := range report.Findings {
		report.Findings[i].Curl, report.Findings[i].Exchange = "", ""
	}
	return report.Findings
}

func exchanges(xs []*contract.Exchange) iter.Seq2[*contract.Exchange, error] {
	return func(yield func(*contract.Exchange, error) bool) {
		for _, x := range xs {
			if !yield(x, nil) {
				return
			}
		}
	}
}

func TestRedactedRecordingGivesTheSameFindings(t *testing.T) {
	spec, clean := loaded(t), session(t)
	names := slices.Sorted(maps.Keys(spoilt))
	total := 0
	turns := 4
	if !needs.Whole(t) {
		turns = 1
	}
	for turn := range turns {
		r := rand.New(rand.NewPCG(1, uint64(turn)))
		var xs []*contract.Exchange
		for i, x := range clean {
			c := *x
			if c.Response != nil && len(c.Response.Body) > 0 {
				res := *c.Response
				res.Body = spoilt[names[(i*7+turn*5)%len(names)]](r, bytes.Clone(res.Body))
				c.Response = &res
			}
			xs = append(xs, &c)
		}
		in, out := filepath.Join(t.TempDir(), "session"), filepath.Join(t.TempDir(), "session")
		write(t, in, xs...)
		stats, err := redactor(t).RedactFile(t.Context(), in, out)
		require.NoError(t, err)
		require.Equal(t, len(xs), stats.Entries)
		want, got := findings(spec, readAll(t, in)), findings(spec, readAll(t, out))
		require.Empty(t, difference(want, got))
		total += len(want)
	}
	t.Logf("%d exchanges, %d faults, %d findings", len(clean), len(spoilt), total)
}

func TestSessionThatIsRedactedAsItIsRecordedGivesTheSameFindings(t *testing.T) {
	spec, clean := loaded(t), session(t)
	plain, out := filepath.Join(t.TempDir(), "session"), filepath.Join(t.TempDir(), "session")
	write(t, plain, clean...)
	w, err := recording.Create(out, recording.Meta{}, redactor(t))
	require.NoError(t, err)
	for _, x := range clean {
		require.NoError(t, w.Write(x))
	}
	require.NoError(t, w.Close())
	require.Empty(t, difference(findings(spec, readAll(t, plain)), findings(spec, readAll(t, out))))
}

func readAll(t *testing.T, path string) []*contract.Exchange {
	r, err := recording.Open(path)
	entries, broken, fatal := all(t, r, err)
	require.NoError(t, fatal)
	require.Empty(t, broken)
	var xs []*contract.Exchange
	for i := range len(entries) {
		xs = append(xs, entries[i])
	}
	return xs
}

func difference(want, got []contract.Finding) string {
	var b strings.Builder
	count := map[string]int{}
	for _, f := range want {
		count[fmt.Sprintf("%+v", f)]++
	}
	for _, f := range got {
		count[fmt.Sprintf("%+v", f)]--
	}
	for f, n := range count {
		if n != 0 {
			fmt.Fprintf(&b, "\n%+d %s", n, f)
		}
	}
	return b.String()
}
