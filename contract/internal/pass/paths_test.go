package pass

import (
	"math/rand/v2"
	"net/http"
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

func TestPathsAreMatchedAsTheRouterMatchesThem(t *testing.T) {
	s, err := Load(onvy.Spec)
	require.NoError(t, err)
	require.NotEmpty(t, s.paths)
	judge, err := LoadWithoutFastPath(onvy.Spec)
	require.NoError(t, err)
	sure, found := 0, 0
	texts(func(path string) {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodHead, "FETCH"} {
			op, vars := s.Match(method, path)
			want, wantVars := judge.Match(method, path)
			if want == nil {
				require.Nil(t, op, "%s %q", method, path)
			} else {
				found++
				require.NotNil(t, op, "%s %q", method, path)
				require.Equal(t, want.ID, op.ID, "%s %q", method, path)
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
	op, _ := s.Match(http.MethodGet, "/users/me")
	require.Equal(t, "me", op.ID)
	op, vars := s.Match(http.MethodGet, "/users/you")
	require.Equal(t, "one", op.ID)
	require.Equal(t, map[string]string{"id": "you"}, vars)
}
