package onvy_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
)

// The benchmarks compare this package with byHand, on one loopback server:
//
//	go test -run '^$' -bench . -benchmem -count 6 . | benchstat -col /by -
//
// Those named turns do an operation by each in turn, so that what else the
// machine does hits both, and report medians: ns/hand, ns/onvy and onvy/hand.

// byHand is what a careful program does without this package: net/http,
// encoding/json, a timeout, a limit, the status looked at. It has one token
// forever, and no retries.
type byHand struct {
	base, token string
	http        *http.Client
}

func (c *byHand) do(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return err
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	req.Header.Set("Accept", "application/json")
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, 10<<20))
	if err != nil {
		return err
	}
	return json.Unmarshal(b, out)
}

// signIn gets the token, as ServerCredentials do.
func (c *byHand) signIn(ctx context.Context) error {
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := c.do(ctx, "POST", "/v1/projects/project/auth/server", map[string]string{"client_id": "id", "client_secret": "secret"}, &token); err != nil {
		return err
	}
	c.token = token.AccessToken
	return nil
}

func (c *byHand) get(ctx context.Context, id string) (*onvy.User, error) {
	u := new(onvy.User)
	return u, c.do(ctx, "GET", "/users/"+url.PathEscape(id), nil, u)
}

func (c *byHand) create(ctx context.Context, user onvy.UserCreate) (*onvy.User, error) {
	u := new(onvy.User)
	return u, c.do(ctx, "POST", "/users", user, u)
}

func (c *byHand) list(ctx context.Context, limit int) (*onvy.UserList, error) {
	l := new(onvy.UserList)
	return l, c.do(ctx, "GET", "/users?limit="+strconv.Itoa(limit), nil, l)
}

// fixed is a server whose answers are ready: a user, and a page of 1000.
func fixed(b *testing.B) string {
	const user = `{"id":"user_123","language":"en","tz_offset":3600,"firstname":"Avery","lastname":"Smith","measurement_unit":"metric",` +
		`"gender":"other","birthday":"1990-04-23","height":172.5,"weight":68.4,"thresholds":{"ftp":240,"lthr":168,"mhr":189},` +
		`"location":{"lat":48.137,"lon":11.575},"coach_config":{"enabled":true},"data_syncs":[{"data_type":"auth","sync_type":"historical",` +
		`"provider":"GARMIN","status":"pending","updated_at":"2023-11-07T05:31:56Z"}],"created_at":"2026-03-05T18:10:27Z","updated_at":"2026-03-05T18:10:27Z"}`
	list := []byte(`{"users":[` + strings.Repeat(user+",", 999) + user + `],"pagination":{"limit":1000,"total":240000,"next_page":"eyJMYXN0RXZhbHVhdGVkS2V5IjogLi4ufQ=="}}`)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := []byte(user)
		switch {
		case strings.HasSuffix(r.URL.Path, "/auth/server"):
			answer = []byte(`{"access_token":"token","token_type":"Bearer","expires_in":900}`)
		case r.Method == "POST":
			_, _ = io.Copy(io.Discard, r.Body)
		case r.URL.Path == "/users":
			answer = list
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		_, _ = w.Write(answer)
	}))
	b.Cleanup(srv.Close)
	return srv.URL
}

// both are the two clients of one server, with the same pool of connections.
func both(b *testing.B) (*byHand, *onvy.Client) {
	base := fixed(b)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 100
	b.Cleanup(transport.CloseIdleConnections)
	c, err := onvy.NewClient(server, onvy.WithBaseURL(base), onvy.WithTransport(transport))
	require.NoError(b, err)
	return &byHand{base, "token", &http.Client{Transport: transport, Timeout: 30 * time.Second}}, c
}

func measure(b *testing.B, call func() error) {
	require.NoError(b, call()) // connection and token
	b.ReportAllocs()
	for b.Loop() {
		if err := call(); err != nil {
			b.Fatal(err)
		}
	}
}

// turns measures two ways to do one thing, in turn.
func turns(b *testing.B, hand, client func() error) {
	calls := [2]func() error{hand, client}
	var took [2][]time.Duration
	for _, call := range calls {
		require.NoError(b, call())
	}
	for first := 0; b.Loop(); first = 1 - first {
		for _, i := range []int{first, 1 - first} {
			started := time.Now()
			if err := calls[i](); err != nil {
				b.Fatal(err)
			}
			took[i] = append(took[i], time.Since(started))
		}
	}
	median := func(d []time.Duration) float64 {
		slices.Sort(d)
		return float64(d[len(d)/2])
	}
	b.ReportMetric(median(took[0]), "ns/hand")
	b.ReportMetric(median(took[1]), "ns/onvy")
	b.ReportMetric(median(took[1])/median(took[0]), "onvy/hand")
	b.ReportMetric(0, "ns/op") // of both together: says nothing
}

func BenchmarkGet(b *testing.B) {
	hand, c := both(b)
	ctx := b.Context()
	b.Run("by=hand", func(b *testing.B) { measure(b, func() error { _, err := hand.get(ctx, "user_123"); return err }) })
	b.Run("by=onvy", func(b *testing.B) { measure(b, func() error { _, err := c.Users.Get(ctx, "user_123"); return err }) })
	b.Run("turns", func(b *testing.B) {
		turns(b, func() error { _, err := hand.get(ctx, "user_123"); return err }, func() error { _, err := c.Users.Get(ctx, "user_123"); return err })
	})
}

func BenchmarkCreate(b *testing.B) {
	hand, c := both(b)
	ctx := b.Context()
	full := full
	full.ID = "user_123" // the server always answers with that one
	b.Run("by=hand", func(b *testing.B) { measure(b, func() error { _, err := hand.create(ctx, full); return err }) })
	b.Run("by=onvy", func(b *testing.B) { measure(b, func() error { _, err := c.Users.Create(ctx, full); return err }) })
	b.Run("turns", func(b *testing.B) {
		turns(b, func() error { _, err := hand.create(ctx, full); return err }, func() error { _, err := c.Users.Create(ctx, full); return err })
	})
}

func BenchmarkList1000(b *testing.B) {
	hand, c := both(b)
	ctx := b.Context()
	b.Run("by=hand", func(b *testing.B) { measure(b, func() error { _, err := hand.list(ctx, 1000); return err }) })
	b.Run("by=onvy", func(b *testing.B) {
		measure(b, func() error { _, err := c.Users.List(ctx, &onvy.ListOptions{Limit: 1000}); return err })
	})
	b.Run("turns", func(b *testing.B) {
		turns(b, func() error { _, err := hand.list(ctx, 1000); return err },
			func() error { _, err := c.Users.List(ctx, &onvy.ListOptions{Limit: 1000}); return err })
	})
}

func BenchmarkGet64Workers(b *testing.B) {
	hand, c := both(b)
	ctx := b.Context()
	parallel := func(b *testing.B, call func() error) {
		require.NoError(b, call())
		b.ReportAllocs()
		b.SetParallelism(64) // times GOMAXPROCS
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := call(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	b.Run("by=hand", func(b *testing.B) { parallel(b, func() error { _, err := hand.get(ctx, "user_123"); return err }) })
	b.Run("by=onvy", func(b *testing.B) { parallel(b, func() error { _, err := c.Users.Get(ctx, "user_123"); return err }) })
	wave := func(call func() error) func() error { // 640 operations
		return func() error {
			return errors.Join(together(64, func(int) error {
				var errs []error
				for range 10 {
					errs = append(errs, call())
				}
				return errors.Join(errs...)
			})...)
		}
	}
	b.Run("turns", func(b *testing.B) {
		turns(b, wave(func() error { _, err := hand.get(ctx, "user_123"); return err }),
			wave(func() error { _, err := c.Users.Get(ctx, "user_123"); return err }))
	})
}

// A program that starts: a client, a token, a user. Both ask for the token, and
// both have connections of their own.
func BenchmarkColdStart(b *testing.B) {
	base := fixed(b)
	ctx := b.Context()
	fresh := func() *http.Transport { return http.DefaultTransport.(*http.Transport).Clone() }
	hand := func() error {
		transport := fresh()
		defer transport.CloseIdleConnections()
		c := &byHand{base: base, http: &http.Client{Transport: transport, Timeout: 30 * time.Second}}
		if err := c.signIn(ctx); err != nil {
			return err
		}
		_, err := c.get(ctx, "user_123")
		return err
	}
	client := func() error {
		transport := fresh()
		defer transport.CloseIdleConnections()
		c, err := onvy.NewClient(server, onvy.WithBaseURL(base), onvy.WithTransport(transport))
		if err != nil {
			return err
		}
		_, err = c.Users.Get(ctx, "user_123")
		return err
	}
	b.Run("by=hand", func(b *testing.B) { measure(b, hand) })
	b.Run("by=onvy", func(b *testing.B) { measure(b, client) })
	b.Run("turns", func(b *testing.B) { turns(b, hand, client) })
}
