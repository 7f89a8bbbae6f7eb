package onvy_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/gen"
)

const canary = "CANARY-5f1e"

// printed is a value in all the forms in which it may end in a log.
func printed(v any) map[string]string {
	all := map[string]string{}
	for _, verb := range "vTtbcdoOqxXUeEfFgGsw" {
		for _, flags := range []string{"", "+", "#", " ", "0", "-9", "+#9.3"} {
			format := "%" + flags + string(verb)
			all[format] = fmt.Sprintf(format, v)
		}
	}
	all["%p"] = fmt.Sprintf("%p", v)
	all["too many"] = fmt.Sprintf(strings.Repeat("%", 2), v)
	all["Errorf %w"] = fmt.Errorf("wrapped: %w, %v", errors.New("x"), v).Error()
	all["Sprint"], all["Sprintln"] = fmt.Sprint(v), fmt.Sprintln(v)
	var dump dump
	assert.Equal(&dump, reflect.Zero(reflect.TypeOf(v)).Interface(), v) // follows pointers, into unexported fields
	all["dump"] = dump.String()
	for name, handler := range map[string]func(io.Writer) slog.Handler{
		"slog text": func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) },
		"slog JSON": func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) },
	} {
		var b bytes.Buffer
		slog.New(handler(&b)).Info("m", "v", v, "wrapped", []any{v}, slog.Group("g", "v", v))
		all[name] = b.String()
	}
	raw, err := json.Marshal(v)
	all["json"] = fmt.Sprint(string(raw), err)
	raw, err = xml.Marshal(v)
	all["xml"] = fmt.Sprint(string(raw), err)
	return all
}

type dump struct{ strings.Builder }

func (d *dump) Errorf(format string, args ...any) { fmt.Fprintf(d, format, args...) }

// forms is how a canary may be written and still be read.
func forms(canary string) []string {
	return []string{
		canary, strings.ToLower(canary),
		fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), fmt.Sprintf("% x", canary),
		strings.Trim(fmt.Sprint([]byte(canary)), "[]"), url.QueryEscape(canary),
	}
}

func requireNoCanary(t *testing.T, name string, v any) {
	t.Helper()
	for how, text := range printed(v) {
		for _, form := range forms(canary) {
			require.NotContains(t, text, form, "%s, %s", name, how)
		}
	}
}

func TestNothingThatIsPrintedHasASecret(t *testing.T) {
	secret := onvy.NewSecret(canary)
	opts := []onvy.Option{onvy.WithTransport(memory{&api{token: func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":900,"refresh_token":%q}`, canary, canary)
	}}})}
	serverCreds := onvy.ServerCredentials{ProjectID: "p", ClientID: "c", ClientSecret: secret}
	userCreds := onvy.UserCredentials{
		ProjectID: "p", ClientID: "c", RefreshToken: secret,
		IDToken: func(context.Context) (onvy.Secret, error) { return secret, nil },
	}
	values := map[string]any{
		"Secret": secret, "*Secret": &secret, "[]Secret": []onvy.Secret{secret}, "map": map[string]onvy.Secret{"k": secret},
		"unexported field":  struct{ s onvy.Secret }{secret},
		"ServerCredentials": serverCreds, "UserCredentials": userCreds, "StaticToken": onvy.StaticToken{AccessToken: secret},
		"Token":  onvy.Token{AccessToken: secret, RefreshToken: secret},
		"Option": onvy.WithUserAgent("x"),
	}
	for name, creds := range map[string]onvy.Credentials{"server": serverCreds, "user": userCreds, "static": onvy.StaticToken{AccessToken: secret}} {
		c, err := onvy.NewClient(creds, opts...)
		require.NoError(t, err)
		_, err = c.Users.Get(t.Context(), "u")
		require.NoError(t, err)
		token, err := c.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, canary, token.AccessToken.Reveal())
		values["client "+name], values["users "+name], values["token "+name] = c, c.Users, token
		values["client value "+name], values["users value "+name] = *c, *c.Users
	}
	for name, v := range values {
		requireNoCanary(t, name, v)
	}
}

func TestGeneratedTokensDoNotPrintThemselves(t *testing.T) {
	var request gen.SDKTokenRequest
	require.NoError(t, request.FromSDKRefresh(gen.SDKRefresh{Token: canary}))
	for _, v := range []any{
		gen.Token{AccessToken: gen.NewSecret(canary), RefreshToken: new(gen.NewSecret(canary))}, &gen.Token{AccessToken: gen.NewSecret(canary)},
		gen.SDKExchange{Token: canary}, gen.SDKRefresh{Token: canary}, request,
		gen.OAuthTokenRequest{ClientSecret: new(canary), SubjectToken: new(canary)},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			require.NotContains(t, fmt.Sprintf(verb, v), canary)
			require.NotContains(t, fmt.Sprintf(verb, v), fmt.Sprintf("%x", canary))
		}
		var b bytes.Buffer
		slog.New(slog.NewJSONHandler(&b, nil)).Info("m", "v", v)
		slog.New(slog.NewTextHandler(&b, nil)).Info("m", "v", v)
		require.NotContains(t, b.String(), canary)
	}
}

func TestNoErrorPrintsWhatTheServerOrTheCallerWrote(t *testing.T) {
	answer := func(status int, body string) *api {
		return &api{users: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Request-Id", "<"+canary+">")
			w.Header().Set("Location", "https://"+canary+".example/")
			w.Header().Set("Www-Authenticate", canary)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}}
	}
	fail := func(err error) onvy.Option {
		return onvy.WithTransport(roundTripper(func(*http.Request) (*http.Response, error) { return nil, err }))
	}
	creds := onvy.StaticToken{AccessToken: onvy.NewSecret(canary)}
	type test struct {
		creds onvy.Credentials
		opts  []onvy.Option
	}
	tests := map[string]test{
		"JSON":        {creds, []onvy.Option{onvy.WithTransport(memory{answer(404, `{"error":"`+canary+`","message":"`+canary+`"}`)})}},
		"OAuth":       {creds, []onvy.Option{onvy.WithTransport(memory{answer(400, `{"error":"`+canary+`","error_description":"`+canary+`"}`)})}},
		"HTML":        {creds, []onvy.Option{onvy.WithTransport(memory{answer(403, "<html>"+canary)})}},
		"not a user":  {creds, []onvy.Option{onvy.WithTransport(memory{answer(200, canary)})}},
		"not a date":  {creds, []onvy.Option{onvy.WithTransport(memory{answer(200, `{"id":"`+canary+`","birthday":"`+canary+`"}`)})}},
		"transport":   {creds, []onvy.Option{fail(errors.New(canary)), onvy.WithMaxAttempts(1)}},
		"URL":         {creds, []onvy.Option{fail(&url.Error{Op: "Get", URL: canary, Err: io.EOF}), onvy.WithMaxAttempts(1)}},
		"IDToken":     {onvy.UserCredentials{ProjectID: "p", ClientID: "c", IDToken: func(context.Context) (onvy.Secret, error) { return onvy.Secret{}, errors.New(canary) }}, nil},
		"bad answers": {server, []onvy.Option{onvy.WithTransport(memory{&api{token: func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, canary) }}})}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := onvy.NewClient(test.creds, test.opts...)
			require.NoError(t, err)
			_, err = c.Users.Get(t.Context(), canary+"/\x00?"+canary)
			e, ok := errors.AsType[*onvy.Error](err)
			require.True(t, ok)
			for _, v := range []any{err, *e, fmt.Errorf("mine: %w", err)} {
				for how, text := range printed(v) {
					// fmt calls no method for these, which go vet refuses; a dump
					// of the fields shows the fields, which are there to be read.
					if how == "%p" || how == "dump" || how[0] == '%' && strings.HasSuffix(how, "w") {
						continue
					}
					// What wraps the error has verbs of its own.
					if _, ours := v.(*onvy.Error); !ours && how[0] == '%' && !strings.ContainsAny(how, "vsqxX") {
						continue
					}
					for _, form := range forms(canary) {
						require.NotContains(t, text, form, how)
					}
				}
			}
		})
	}
}

func TestErrorOfGarbageOnTheWireQuotesNothing(t *testing.T) {
	for _, garbage := range []string{canary, "HTTP/1.1 " + canary + "\r\n\r\n", "HTTP/1.1 200 OK\r\n" + canary + "\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: " + canary + "\r\n\r\n"} {
		c, err := onvy.NewClient(static, onvy.WithBaseURL(raw(t, garbage)), onvy.WithMaxAttempts(1))
		require.NoError(t, err)
		_, err = c.Users.Get(t.Context(), "u")
		require.Error(t, err)
		require.NotContains(t, fmt.Sprintf("%+v", err), canary)
	}
}

func TestErrorReadsWellInEveryForm(t *testing.T) {
	c := client(t, &api{users: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "req-1")
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(429)
		_, _ = io.WriteString(w, `{"error":"rate_limited","message":"slow down"}`)
	}}, static)
	_, err := c.Users.Get(t.Context(), "u")
	const text = "onvy: users.get: 429 Too Many Requests (rate_limited), retry after 1m0s, request req-1"
	require.Equal(t, text, err.Error())
	require.Equal(t, text, fmt.Sprintf("%+v", err))
	require.Equal(t, `"`+text+`"`, fmt.Sprintf("%q", err))
	raw, jsonErr := json.Marshal(err)
	require.NoError(t, jsonErr)
	require.JSONEq(t, `{"error":"`+text+`","operation":"users.get","status":429,"request_id":"req-1","attempts":1}`, string(raw))
	e, _ := errors.AsType[*onvy.Error](err)
	require.Equal(t, "rate_limited", e.Code())
	require.Equal(t, "slow down", e.Message())
}

// fmt calls no methods for %w outside Errorf, and dumpers call none at all.
func TestNoFieldOfAnErrorHoldsWhatMustNotBePrinted(t *testing.T) {
	a := &api{users: func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"error":%q,"message":"the birthday of %s is wrong"}`, canary, canary)
	}}
	_, err := client(t, a, static).Users.Get(t.Context(), "u")
	e, ok := errors.AsType[*onvy.Error](err)
	require.True(t, ok)
	require.Equal(t, canary, e.Code())
	require.Contains(t, e.Message(), canary)
	require.Contains(t, string(e.Body()), canary)
	for _, v := range []any{e, *e, struct{ err error }{err}, []any{e}, fmt.Errorf("x: %w", err)} {
		requireNoCanary(t, fmt.Sprintf("%T", v), v)
		for _, verb := range []string{"w", "t", "p", "+w", "#w"} {
			text := fmt.Sprintf("failed: %"+verb, v)
			for _, form := range forms(canary) {
				require.NotContains(t, text, form, verb)
			}
		}
	}
	// A callback's own words are in a chain of errors, and not in ours.
	c := client(t, &api{}, onvy.TokenFunc(func(context.Context) (onvy.Token, error) { return onvy.Token{}, errors.New(canary) }))
	_, err = c.Users.Get(t.Context(), "u")
	requireNoCanary(t, "callback", err)
	for _, verb := range []string{"%w", "%t"} {
		require.NotContains(t, fmt.Sprintf(verb, err), canary)
	}
}

// Dumpers follow pointers, into the buffers of idle connections too.
func TestNoDumpOfAClientHasTheTokenOfAConnection(t *testing.T) {
	srv := listen(t, &api{})
	c, err := onvy.NewClient(onvy.StaticToken{AccessToken: onvy.NewSecret(canary)}, onvy.WithBaseURL(srv))
	require.NoError(t, err)
	_, err = c.Users.Get(t.Context(), "u")
	require.NoError(t, err)
	var dump dump
	assert.Equal(&dump, &onvy.Client{}, c)
	require.NotEmpty(t, dump.String())
	for _, form := range forms(canary) {
		require.NotContains(t, dump.String(), form)
	}
}

// What a program puts tokens of gen into prints none of them either.
func TestGeneratedTokensDoNotPrintInsideOtherValues(t *testing.T) {
	token := gen.Token{AccessToken: gen.NewSecret(canary), RefreshToken: new(gen.NewSecret(canary))}
	for _, v := range []any{[]gen.Token{token}, struct{ t gen.Token }{token}, map[string]any{"t": &token}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%w", "%p", "%t", "%x"} {
			for _, form := range forms(canary) {
				require.NotContains(t, fmt.Sprintf(verb, v), form, "%T %s", v, verb)
			}
		}
	}
	text, err := json.Marshal(token)
	require.NoError(t, err)
	var back gen.Token
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, canary, back.AccessToken.Reveal(), "as JSON it is what the API has")
}
