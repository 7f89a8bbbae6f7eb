package contract

import (
	"math/rand/v2"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
)

// What is plain is cut by hand, for speed. These tests hold the cutting against
// what it stands for.

// pieces are what the texts below are put together from.
var pieces = []string{
	"https://", "http://", "HTTP://", "ftp://", "api.onvy.health", "localhost", "127.0.0.1", "[::1]", ":8080", ":", ":x", "@", "user:pw@",
	"/", "//", "/users", "/users/", "users", "user_123", ".", "..", "%2F", "%2f", "%41", "%", "%zz", "%e9", "ä", "a b", "+", "~", "!", "'", "(",
	";", "?", "??", "#", "&", "=", "limit=10", "limit=7", "page=abc%3D", "page=", "li%6Dit=3", "limit=1;page=2", "\x00", "\x7f", "\n",
	"/v1/projects/", "/v1/projects/proj_1/auth/server", "/auth/sdk", "/oauth/token", "{user_id}", "*",
}

// texts calls f with many texts that look like URLs, queries and paths.
func texts(f func(text string)) {
	random := rand.New(rand.NewPCG(7, 8))
	for range 20_000 {
		var b strings.Builder
		for range 1 + random.IntN(6) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		f(b.String())
	}
}

func TestAddressesAreReadAsNetURLReadsThem(t *testing.T) {
	cut := 0
	texts(func(text string) {
		for _, raw := range []string{text, "https://api.onvy.health" + text} {
			if _, ok := cutAddress(raw); ok {
				cut++
			}
			a, ok := readAddress(raw)
			u, err := url.Parse(raw)
			require.Equal(t, err == nil, ok, "%q", raw)
			if ok {
				require.Equal(t, address{u.Host, u.EscapedPath(), u.RawQuery}, a, "%q", raw)
				require.Equal(t, u.Hostname(), a.hostname(), "%q", raw)
			}
		}
	})
	require.Greater(t, cut, 1000)
}

func TestQueriesAreReadAsNetURLReadsThem(t *testing.T) {
	texts(func(query string) {
		values, _ := url.ParseQuery(query)
		for _, name := range []string{"limit", "page", ""} {
			value, has := queryParam(query, name)
			require.Equal(t, values.Has(name), has, "%q in %q", name, query)
			require.Equal(t, values.Get(name), value, "%q in %q", name, query)
		}
	})
}

func TestPathsAreMatchedAsTheRouterMatchesThem(t *testing.T) {
	s, err := Load(onvy.Spec)
	require.NoError(t, err)
	require.NotEmpty(t, s.paths)
	judge, err := LoadWithoutFastPath(onvy.Spec)
	require.NoError(t, err)
	sure, found := 0, 0
	texts(func(path string) {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodHead, "FETCH"} {
			op, vars := s.match(method, path)
			want, wantVars := judge.match(method, path)
			if want == nil {
				require.Nil(t, op, "%s %q", method, path)
			} else {
				found++
				require.NotNil(t, op, "%s %q", method, path)
				require.Equal(t, want.id, op.id, "%s %q", method, path)
				require.Subset(t, wantVars, vars, "%s %q", method, path)
				require.Subset(t, vars, wantVars, "%s %q", method, path)
			}
			if _, _, ok := s.paths.match(method, path); ok {
				sure++
			}
		}
	})
	require.Greater(t, sure, 1000)
	require.Greater(t, found, 100)
}

func TestPathsOfTwoTemplatesAreLeftToTheRouter(t *testing.T) {
	s, err := Load([]byte(`{openapi: 3.0.3, info: {title: T, version: "1"}, paths: {
		"/users/{id}": {get: {operationId: one, parameters: [{name: id, in: path, required: true, schema: {type: string}}], responses: {"200": {description: D}}}},
		"/users/me": {get: {operationId: me, responses: {"200": {description: D}}}}}}`))
	require.NoError(t, err)
	_, _, sure := s.paths.match(http.MethodGet, "/users/me")
	require.False(t, sure)
	op, _ := s.match(http.MethodGet, "/users/me")
	require.Equal(t, "me", op.id)
	op, vars := s.match(http.MethodGet, "/users/you")
	require.Equal(t, "one", op.id)
	require.Equal(t, map[string]string{"id": "you"}, vars)
}

func TestUsualMediaTypesAreReadAsAllOthers(t *testing.T) {
	for text, m := range usualTypes {
		name, params, err := mime.ParseMediaType(text)
		require.Equal(t, text == "", err != nil, text)
		require.Equal(t, mediaType{name, params}, m, text)
	}
	require.Equal(t, "text/html", readMediaType("Text/HTML; broken").name)
}

func TestASecretIsFoundWhereverItIs(t *testing.T) {
	secret := strings.Repeat("eyJ", 50) + ".end"
	for body, found := range map[string]bool{
		secret: true, "a" + secret + "b": true, secret[1:]: false, secret[:len(secret)-1]: false, secret[90:]: false, "": false,
	} {
		require.Equal(t, found, contains([]byte(body), secret), body)
	}
	require.True(t, contains([]byte("xx12345678xx"), "12345678"))
}

func TestWhatWasTouchedLastIsKept(t *testing.T) {
	r := newRecent[int, int](10)
	for i := range 1000 {
		r.put(i, i)
		r.get(0) // touched again and again
	}
	require.Equal(t, 0, r.get(0))
	r.put(0, 7)
	require.Equal(t, 7, r.get(0))
	n, sum := 0, 0
	for key, value := range r.all() {
		n++
		if key != 0 {
			require.Equal(t, key, value)
			sum++
		}
	}
	require.LessOrEqual(t, n, 20)
	for i := 991; i < 1000; i++ {
		require.Equal(t, i, r.get(i), "one of the last")
	}
	require.Zero(t, r.get(500), "forgotten")
	r.delete(999)
	require.Zero(t, r.get(999))
}
