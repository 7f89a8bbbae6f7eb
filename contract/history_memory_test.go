package contract

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
)

// met is an exchange that reads a user.
func met(i int, at time.Time, firstname string) *Exchange {
	return &Exchange{
		Started: at, Duration: time.Millisecond,
		Request: Request{Method: http.MethodGet, URL: fmt.Sprintf("https://api.onvy.health/users/user_%d", i),
			Header: Header{{"Authorization", "Bearer opaque-token"}}},
		Response: &Response{Proto: "HTTP/1.1", Status: http.StatusOK, Header: Header{{"Content-Type", "application/json"}},
			Body: fmt.Appendf(nil, `{"id":"user_%d","firstname":"%s","created_at":"2026-03-05T18:10:00Z","updated_at":"2026-03-05T18:10:00Z"}`, i, firstname)},
	}
}

func TestAHistoryKnowsTheUsersThatItMetLastAndNoMore(t *testing.T) {
	s, err := Load(onvy.Spec)
	require.NoError(t, err)
	h := NewHistory(s)
	at := time.Date(2026, 3, 5, 18, 10, 27, 0, time.UTC)
	const all = 3 * keptUsers
	for i := range all {
		at = at.Add(time.Second)
		require.Empty(t, h.Add(met(i, at, "Avery")))
	}
	known := 0
	for range h.users.all() {
		known++
	}
	require.LessOrEqual(t, known, 2*keptUsers)
	require.Len(t, h.Add(met(all-keptUsers, at.Add(time.Second), "Robin")), 1, "one of the last has changed")
	require.Empty(t, h.Add(met(0, at.Add(time.Second), "Robin")), "forgotten, and so not compared")
}

// A listing that is too long to be judged as a whole is still checked page by
// page.
func TestAListingIsForgottenWhenItIsTooLong(t *testing.T) {
	s, err := Load(onvy.Spec)
	require.NoError(t, err)
	h := NewHistory(s)
	page := func(from, next string) *Exchange {
		x := met(0, time.Time{}, "")
		x.Request.URL = "https://api.onvy.health/users" + from
		x.Response.Body = []byte(`{"users":[],"pagination":{"limit":100,"next_page":"` + next + `"}}`)
		return x
	}
	h.Add(page("", "b"))
	w := h.walks.get(walkKey{h.realmOf("opaque-token"), "b"})
	require.NotNil(t, w)
	w.users = walkUsers + 1
	h.Add(page("?page=b", "c"))
	require.Nil(t, h.walks.get(walkKey{h.realmOf("opaque-token"), "c"}))
}

// realmOf is the realm of a token that says nothing about itself.
func (h *History) realmOf(token string) string { return "token|" + digest(token) + "|" }
