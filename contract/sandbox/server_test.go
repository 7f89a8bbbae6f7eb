package sandbox_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

func TestOptionsAreChecked(t *testing.T) {
	good := sandbox.Project{ID: "p", ClientID: "c", ClientSecret: onvy.NewSecret("s"), SDKClientID: "d"}
	noSecret, oneClient := good, good
	noSecret.ClientSecret = onvy.Secret{}
	oneClient.SDKClientID = "c"
	for name, option := range map[string]sandbox.Option{
		"no projects":      sandbox.WithProjects(),
		"no secret":        sandbox.WithProjects(noSecret),
		"one client":       sandbox.WithProjects(oneClient),
		"one project":      sandbox.WithProjects(good, good),
		"no life":          sandbox.WithTTL(0),
		"part of a second": sandbox.WithTTL(1500 * time.Millisecond),
		"no clock":         sandbox.WithClock(nil),
	} {
		_, err := sandbox.New(option)
		require.Error(t, err, name)
	}
	srv, err := sandbox.New(sandbox.WithProjects(good))
	require.NoError(t, err)
	require.Equal(t, "p", srv.Project.ID)
	require.Zero(t, srv.Other.ID)
}

func TestOnlyLoopbackIsListenedOn(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "nonsense", "127.0.0.1:x"} {
		srv, err := sandbox.New()
		require.NoError(t, err)
		require.Error(t, srv.Listen(addr), addr)
		require.Empty(t, srv.URL)
		require.NoError(t, srv.Close())
	}
	srv := sandbox.Start(t)
	require.Regexp(t, `^http://127\.0\.0\.1:\d+$`, srv.URL)
	require.Error(t, srv.Listen("127.0.0.1:0"), "it listens already")
}

// fakeTB is a test that is over when the test says so.
type fakeTB struct {
	cleanups []func()
	failed   bool
}

func (f *fakeTB) Helper()               {}
func (f *fakeTB) Cleanup(c func())      { f.cleanups = append(f.cleanups, c) }
func (f *fakeTB) Fatalf(string, ...any) { f.failed = true }

func TestStartedServerEndsWithItsTest(t *testing.T) {
	tb := new(fakeTB)
	srv := sandbox.Start(tb)
	_, err := http.Get(srv.URL)
	require.NoError(t, err)
	for _, cleanup := range tb.cleanups {
		cleanup()
	}
	_, err = http.Get(srv.URL)
	require.Error(t, err)

	sandbox.Start(tb, sandbox.WithTTL(0))
	require.True(t, tb.failed)
}

func TestDateFollowsTheClock(t *testing.T) {
	c := start(t, withStoppedClock(time.Date(2026, 3, 5, 18, 10, 27, 0, time.UTC)))
	require.Equal(t, "Thu, 05 Mar 2026 18:10:27 GMT", c.do("GET", "/users", "").Header.Get("Date"))
}
