package onvy_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/gen"
)

func TestCallOptionsAreForOneCall(t *testing.T) {
	var header http.Header
	a := &api{users: func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		w.Header().Set("X-Request-Id", "req_1")
		user(w, "u")
	}}
	c := client(t, a, static)
	var answer onvy.Response
	_, err := c.Users.Get(t.Context(), "u", onvy.CallHeader("X-Tenant", "t1"), onvy.CallHeader("Authorization", "mine"), onvy.CallResponse(&answer))
	require.NoError(t, err)
	require.Equal(t, "t1", header.Get("X-Tenant"))
	require.Equal(t, "Bearer token", header.Get("Authorization"))
	require.Equal(t, 200, answer.StatusCode)
	require.Equal(t, "req_1", answer.RequestID)
	require.Equal(t, 1, answer.Attempts)
	require.NotEmpty(t, answer.Header)

	_, err = c.Users.Get(t.Context(), "u")
	require.NoError(t, err)
	require.Empty(t, header.Get("X-Tenant"))

	a.users = func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }
	_, before := a.counts()
	_, err = c.Users.Get(t.Context(), "u", onvy.CallMaxAttempts(1), onvy.CallResponse(&answer))
	require.Error(t, err)
	_, after := a.counts()
	require.Equal(t, 1, after-before)
	require.Equal(t, 503, answer.StatusCode, "of a call that failed too")
}

func TestCallOptionsThatAreWrongAreNamedBeforeAnythingIsSent(t *testing.T) {
	a := &api{}
	c := client(t, a, static)
	for want, option := range map[string]onvy.CallOption{
		"call option 1 is nil":                        nil,
		"CallResponse: the response is nil":           onvy.CallResponse(nil),
		"CallHeader: not a header field":              onvy.CallHeader("a b", "c"),
		"CallHeader: not a header field (value)":      onvy.CallHeader("a", "c\r\nd: e"),
		"CallMaxAttempts: 0 is not between 1 and 10":  onvy.CallMaxAttempts(0),
		"CallAttemptTimeout: 0s is not positive":      onvy.CallAttemptTimeout(0),
		"CallOperation: not the name of an operation": onvy.CallOperation("a b"),
	} {
		_, err := c.Users.Get(t.Context(), "u", option)
		require.ErrorIs(t, err, onvy.ErrInvalid)
		require.ErrorContains(t, err, trimNote(want))
		require.ErrorIs(t, c.Users.Delete(t.Context(), "u", option), onvy.ErrInvalid)
		require.ErrorIs(t, c.Do(t.Context(), &http.Request{}, nil, option), onvy.ErrInvalid)
	}
	_, calls := a.counts()
	require.Zero(t, calls)
}

func TestRetryLimitsAreOptions(t *testing.T) {
	a := &api{users: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
	}}
	started := time.Now()
	_, err := client(t, a, static, onvy.WithMaxRetryAfter(0), onvy.WithBackoff(time.Millisecond, time.Millisecond)).Users.Get(t.Context(), "u")
	require.ErrorContains(t, err, "retry after 1s")
	require.Less(t, time.Since(started), time.Second, "it did not wait")
	_, calls := a.counts()
	require.Equal(t, 1, calls)
}

// An operation that this package has no method for has all that the others
// have.
func TestDoHasTokensRetriesLimitsAndErrors(t *testing.T) {
	failures := 1
	a := &api{users: func(w http.ResponseWriter, r *http.Request) {
		if failures > 0 {
			failures--
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if r.Header.Get("Authorization") != "Bearer token-1" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if strings.HasSuffix(r.URL.Path, "/gone") {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		fmt.Fprint(w, `{"id":"dev_1","model":"Ring"}`)
	}}
	c := client(t, a, server, onvy.WithBackoff(time.Millisecond, time.Millisecond))
	request := func(method, path string) *http.Request {
		req, err := http.NewRequest(method, c.BaseURL()+path, strings.NewReader(`{}`))
		require.NoError(t, err)
		return req
	}
	var device struct{ ID, Model string }
	require.NoError(t, c.Do(t.Context(), request("GET", "users/u/devices/dev_1"), &device, onvy.CallOperation("devices.get")))
	require.Equal(t, "Ring", device.Model)

	err := c.Do(t.Context(), request("GET", "users/u/devices/gone"), &device, onvy.CallOperation("devices.get"))
	require.ErrorIs(t, err, onvy.ErrNotFound)
	require.EqualError(t, err, "onvy: devices.get: 404 Not Found")

	failures = 1
	require.ErrorContains(t, c.Do(t.Context(), request("POST", "users/u/devices"), nil), "onvy: POST: 503", "it may have been carried out")
	failures = 1
	require.NoError(t, c.Do(t.Context(), request("POST", "users/u/devices"), nil, onvy.CallRepeatable()))

	elsewhere, err := http.NewRequest("GET", "https://evil.example/users", nil)
	require.NoError(t, err)
	require.ErrorContains(t, c.Do(t.Context(), elsewhere, nil), "for another server than the base URL")
	require.ErrorIs(t, c.Do(t.Context(), nil, nil), onvy.ErrInvalid)

	// The generated builders make its requests.
	built, err := gen.NewGetUserRequest(c.BaseURL(), "u")
	require.NoError(t, err)
	require.NoError(t, c.Do(t.Context(), built, nil))
}

func TestFromEnvNamesWhatIsMissing(t *testing.T) {
	for _, name := range []string{"ONVY_PROJECT_ID", "ONVY_CLIENT_ID", "ONVY_CLIENT_SECRET", "ONVY_BASE_URL"} {
		t.Setenv(name, "")
	}
	_, err := onvy.FromEnv()
	require.EqualError(t, err, "onvy: FromEnv: set ONVY_PROJECT_ID, ONVY_CLIENT_ID, ONVY_CLIENT_SECRET in the environment")
	t.Setenv("ONVY_PROJECT_ID", "proj_1")
	t.Setenv("ONVY_CLIENT_ID", "server")
	_, err = onvy.FromEnv()
	require.EqualError(t, err, "onvy: FromEnv: set ONVY_CLIENT_SECRET in the environment")
	t.Setenv("ONVY_CLIENT_SECRET", canary)
	c, err := onvy.FromEnv()
	require.NoError(t, err)
	require.Equal(t, onvy.ProductionURL+"/", c.BaseURL())
	t.Setenv("ONVY_BASE_URL", "https://staging.example")
	c, err = onvy.FromEnv()
	require.NoError(t, err)
	require.Equal(t, "https://staging.example/", c.BaseURL())
	c, err = onvy.FromEnv(onvy.WithBaseURL("http://localhost:1/x"))
	require.NoError(t, err)
	require.Equal(t, "http://localhost:1/x/", c.BaseURL(), "the options have the last word")
	t.Setenv("ONVY_BASE_URL", "ftp://"+canary)
	_, err = onvy.FromEnv()
	require.ErrorContains(t, err, "WithBaseURL")
	require.NotContains(t, err.Error(), canary)
}

func TestErrorsHaveWhatTheServerSaysOfFields(t *testing.T) {
	for body, want := range map[string][]onvy.FieldError{
		`{"detail":[{"loc":["body","items",2,"height"],"msg":"too tall","type":"x"}]}`: {{Field: "/body/items/2/height", Message: "too tall"}},
		`{"errors":[{"pointer":"/height","detail":"too tall"},{"field":"weight"}]}`:    {{Field: "/height", Message: "too tall"}, {Field: "weight"}},
		`{"details":[{"path":"height","message":"too tall"}]}`:                         {{Field: "height", Message: "too tall"}},
		`{"error":"invalid_request","message":"no"}`:                                   nil,
		`{"errors":"no","detail":"none"}`:                                              nil,
		`<html>`:                                                                       nil,
	} {
		a := &api{users: func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusUnprocessableEntity)
			fmt.Fprint(w, body)
		}}
		_, err := client(t, a, static).Users.Get(t.Context(), "u")
		var e *onvy.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, want, e.Fields(), body)
	}
	require.Nil(t, (&onvy.Error{}).Fields())
}
