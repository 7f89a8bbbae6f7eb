package onvy_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
)

func TestNewClientNamesWhatIsWrong(t *testing.T) {
	secret := onvy.NewSecret("s")
	idToken := func(context.Context) (onvy.Secret, error) { return secret, nil }
	var noCreds *onvy.ServerCredentials
	for want, test := range map[string]struct {
		creds onvy.Credentials
		opts  []onvy.Option
	}{
		"the credentials are nil":                                          {nil, nil},
		"the credentials are nil (typed)":                                  {noCreds, nil},
		"ServerCredentials.ProjectID is empty":                             {onvy.ServerCredentials{}, nil},
		"ServerCredentials.ProjectID is not the id of a project":           {onvy.ServerCredentials{ProjectID: ".."}, nil},
		"ServerCredentials.ProjectID is not the id of a project (slash)":   {onvy.ServerCredentials{ProjectID: "a/b"}, nil},
		"ServerCredentials.ProjectID is not the id of a project (newline)": {onvy.ServerCredentials{ProjectID: "a\n"}, nil},
		"ServerCredentials.ClientID is empty":                              {onvy.ServerCredentials{ProjectID: "p"}, nil},
		"ServerCredentials.ClientID is not the id of a client":             {onvy.ServerCredentials{ProjectID: "p", ClientID: "a:b"}, nil},
		"ServerCredentials.ClientSecret is empty":                          {onvy.ServerCredentials{ProjectID: "p", ClientID: "c"}, nil},
		"ServerCredentials.ClientSecret begins or ends with white space":   {onvy.ServerCredentials{ProjectID: "p", ClientID: "c", ClientSecret: onvy.NewSecret("s\n")}, nil},
		"ServerCredentials.ClientSecret has a control character":           {onvy.ServerCredentials{ProjectID: "p", ClientID: "c", ClientSecret: onvy.NewSecret("a\x00b")}, nil},
		"ServerCredentials.Scopes[1] is not a scope":                       {onvy.ServerCredentials{ProjectID: "p", ClientID: "c", ClientSecret: secret, Scopes: []string{"a", "b c"}}, nil},
		"UserCredentials.ProjectID is empty":                               {onvy.UserCredentials{}, nil},
		"UserCredentials.ClientID is empty":                                {onvy.UserCredentials{ProjectID: "p"}, nil},
		"UserCredentials needs IDToken, RefreshToken or LoadRefreshToken":  {onvy.UserCredentials{ProjectID: "p", ClientID: "c"}, nil},
		"StaticToken.AccessToken is empty":                                 {onvy.StaticToken{}, nil},
		"StaticToken.AccessToken has a character that no token has":        {onvy.StaticToken{AccessToken: onvy.NewSecret("a b")}, nil},
		"option 1 is nil":                                                   {static, []onvy.Option{nil}},
		"WithBaseURL: not a URL":                                            {static, []onvy.Option{onvy.WithBaseURL("https://user:pass word@x")}},
		"WithBaseURL: the scheme must be https":                             {static, []onvy.Option{onvy.WithBaseURL("api.onvy.health")}},
		"WithBackoff: 0s and 5s are not":                                    {static, []onvy.Option{onvy.WithBackoff(0, 5*time.Second)}},
		"WithBackoff: 2s and 1s are not":                                    {static, []onvy.Option{onvy.WithBackoff(2*time.Second, time.Second)}},
		"WithMaxRetryAfter: -1s is negative":                                {static, []onvy.Option{onvy.WithMaxRetryAfter(-time.Second)}},
		"the TokenFunc is nil":                                              {onvy.TokenFunc(nil), nil},
		"WithBaseURL: the scheme must be https (ftp)":                       {static, []onvy.Option{onvy.WithBaseURL("ftp://api.onvy.health")}},
		"WithBaseURL: there is no host":                                     {static, []onvy.Option{onvy.WithBaseURL("https://:443/")}},
		"WithBaseURL: credentials do not belong in the URL":                 {static, []onvy.Option{onvy.WithBaseURL("https://a:b@api.onvy.health")}},
		"WithBaseURL: a query or fragment does not belong in the URL":       {static, []onvy.Option{onvy.WithBaseURL("https://api.onvy.health?x=1")}},
		"WithBaseURL: a query or fragment does not belong in the URL (#)":   {static, []onvy.Option{onvy.WithBaseURL("https://api.onvy.health#x")}},
		"WithBaseURL: http would show the token to the network":             {static, []onvy.Option{onvy.WithBaseURL("http://api.onvy.health")}},
		"WithBaseURL: http would show the token to the network (10/8)":      {static, []onvy.Option{onvy.WithBaseURL("http://10.0.0.1:8080")}},
		"WithBaseURL: http would show the token to the network (lookalike)": {static, []onvy.Option{onvy.WithBaseURL("http://localhost.example")}},
		"WithTransport: the transport is nil":                               {static, []onvy.Option{onvy.WithTransport(nil)}},
		"WithLogger: the logger is nil":                                     {static, []onvy.Option{onvy.WithLogger(nil)}},
		"WithUserAgent: the product must be printable ASCII and not empty":  {static, []onvy.Option{onvy.WithUserAgent("a\r\nX: y")}},
		"WithMaxAttempts: 0 is not between 1 and 10":                        {static, []onvy.Option{onvy.WithMaxAttempts(0)}},
		"WithMaxAttempts: 11 is not between 1 and 10":                       {static, []onvy.Option{onvy.WithMaxAttempts(11)}},
		"WithAttemptTimeout: 0s is not positive":                            {static, []onvy.Option{onvy.WithAttemptTimeout(0)}},
	} {
		t.Run(want, func(t *testing.T) {
			c, err := onvy.NewClient(test.creds, test.opts...)
			require.Nil(t, c)
			require.ErrorContains(t, err, "onvy: NewClient: "+trimNote(want))
			require.NotContains(t, err.Error(), "pass word")
		})
	}
	_, err := onvy.NewClient(onvy.UserCredentials{ProjectID: "p", ClientID: "c", IDToken: idToken})
	require.NoError(t, err)
	c, err := onvy.NewClient(static)
	require.NoError(t, err)
	_, err = c.As(onvy.StaticToken{})
	require.EqualError(t, err, "onvy: As: StaticToken.AccessToken is empty")
}

// trimNote takes off what tells two tests with one message apart.
func trimNote(s string) string {
	for i := range s {
		if s[i:] != "" && s[i] == '(' && i > 0 && s[i-1] == ' ' {
			return s[:i-1]
		}
	}
	return s
}

func TestBaseURLsThatAreFine(t *testing.T) {
	for base, want := range map[string]string{
		"https://api.onvy.health":           "https://api.onvy.health/users/u",
		"https://API.onvy.health/":          "https://API.onvy.health/users/u",
		"https://api.onvy.health/v2":        "https://api.onvy.health/v2/users/u",
		"https://api.onvy.health/a/../v2//": "https://api.onvy.health/v2/users/u",
		"http://127.0.0.1:8080":             "http://127.0.0.1:8080/users/u",
		"http://localhost:8080":             "http://localhost:8080/users/u",
		"http://api.localhost":              "http://api.localhost/users/u",
		"http://[::1]:8080":                 "http://[::1]:8080/users/u",
	} {
		require.Equal(t, want, askedURL(t, onvy.WithBaseURL(base)))
	}
	require.Equal(t, "http://staging.internal/users/u", askedURL(t, onvy.WithBaseURL("http://staging.internal"), onvy.WithInsecureHTTP()))
	require.Equal(t, "http://staging.internal/users/u", askedURL(t, onvy.WithInsecureHTTP(), onvy.WithBaseURL("http://staging.internal")), "in any order")
	require.Equal(t, onvy.ProductionURL+"/users/u", askedURL(t))
}

func askedURL(t *testing.T, opts ...onvy.Option) (asked string) {
	t.Helper()
	c, err := onvy.NewClient(static, append(opts, onvy.WithTransport(memory{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.String()
		user(w, "u")
	})}))...)
	require.NoError(t, err)
	_, err = c.Users.Get(t.Context(), "u")
	require.NoError(t, err)
	return asked
}

func TestRequestsSayWhoTheyAreAndWhatTheyTake(t *testing.T) {
	var header http.Header
	a := &api{users: func(w http.ResponseWriter, r *http.Request) { header = r.Header; user(w, "u") }}
	_, err := client(t, a, static, onvy.WithUserAgent("billing/1.4")).Users.Create(t.Context(), onvy.UserCreate{ID: "u"})
	require.NoError(t, err)
	require.Equal(t, http.Header{
		"Accept": {"application/json"}, "Authorization": {"Bearer token"},
		"Content-Type": {"application/json"}, "User-Agent": header["User-Agent"],
	}, header)
	require.Regexp(t, `^billing/1\.4 onvy-go/[^ ]+ go1\.\d+[^ ]*$`, header.Get("User-Agent"))
}

func TestNewClientMakesNoNetworkCall(t *testing.T) {
	_, err := onvy.NewClient(server, onvy.WithTransport(roundTripper(func(r *http.Request) (*http.Response, error) {
		t.Errorf("%s %s", r.Method, r.URL)
		return nil, http.ErrServerClosed
	})), onvy.WithAttemptTimeout(time.Second))
	require.NoError(t, err)
}
