package read

import (
	"math/rand/v2"
	"mime"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAddressesAreReadAsNetURLReadsThem(t *testing.T) {
	cut := 0
	texts(func(text string) {
		for _, raw := range []string{text, "https://api.onvy.health" + text} {
			if _, ok := cutAddress(raw); ok {
				cut++
			}
			a, ok := ParseAddress(raw)
			u, err := url.Parse(raw)
			require.Equal(t, err == nil, ok, "%q", raw)
			if ok {
				require.Equal(t, Address{u.Host, u.EscapedPath(), u.RawQuery}, a, "%q", raw)
				require.Equal(t, u.Hostname(), a.Hostname(), "%q", raw)
			}
		}
	})
	require.Greater(t, cut, 1000)
}

func TestQueriesAreReadAsNetURLReadsThem(t *testing.T) {
	texts(func(query string) {
		values, _ := url.ParseQuery(query)
		for _, name := range []string{"limit", "page", ""} {
			value, has := Param(query, name)
			require.Equal(t, values.Has(name), has, "%q in %q", name, query)
			require.Equal(t, values.Get(name), value, "%q in %q", name, query)
		}
	})
}

func TestUsualMediaTypesAreReadAsAllOthers(t *testing.T) {
	for text, m := range usualTypes {
		name, params, err := mime.ParseMediaType(text)
		require.Equal(t, text == "", err != nil, text)
		require.Equal(t, MediaType{name, params}, m, text)
	}
	require.Equal(t, "text/html", ParseMediaType("Text/HTML; broken").Name)
}

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
