package recording_test

import (
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
)

// A cursor is asked for as it was given, whatever its bytes are: in a URL "+" is
// a space, and a listing would have come to its end.
func TestCursorsAreTheSameInBodiesAndURLs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	r := redactor(t)
	for range 2000 {
		bytes := make([]byte, 36)
		for i := range bytes {
			bytes[i] = byte(random.Uint32())
		}
		bytes[0] = '{' // as JSON begins
		cursor := base64.StdEncoding.EncodeToString(bytes)
		page := r.Exchange(answer("GET", "/users?limit=2", 200, `{"users":[],"pagination":{"limit":2,"next_page":"`+cursor+`"}}`))
		next := r.Exchange(answer("GET", "/users?limit=2&page="+url.QueryEscape(cursor), 200, `{"users":[],"pagination":{"limit":2,"next_page":null}}`))
		var given struct {
			Pagination struct {
				NextPage string `json:"next_page"`
			}
		}
		require.NoError(t, json.Unmarshal(page.Response.Body, &given))
		u, err := url.Parse(next.Request.URL)
		require.NoError(t, err)
		require.NotEqual(t, cursor, given.Pagination.NextPage)
		require.Equal(t, given.Pagination.NextPage, u.Query().Get("page"), cursor)
	}
}

// Where a body is cut off, its redacted form is seen to be cut off too.
func TestABodyThatIsCutOffStaysSo(t *testing.T) {
	whole := `{"id":"a","firstname":"Andr\u00e9\ud83d\ude00\\","coach_config":{"enabled":true},"gender":null,"height":-172.5e1}`
	spec := loaded(t)
	r := redactor(t)
	for end := 2; end < len(whole); end++ {
		x := answer("GET", "/users/a", 200, whole[:end])
		for range 5 { // names are made up anew each time
			require.Equal(t, messages(spec.Check(x)), messages(spec.Check(r.Fresh().Exchange(x))), "%s", whole[:end])
		}
	}
}

// messages are what findings about JSON say.
func messages(findings []contract.Finding) (all []string) {
	for _, f := range findings {
		if f.Rule == "json/syntax" {
			all = append(all, f.Message)
		}
	}
	return all
}
