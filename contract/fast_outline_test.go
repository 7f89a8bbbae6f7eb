package contract

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
)

// outlines returns the outline of an answer as the matcher notes it, and as it
// is read from the decoded body.
func outlines(t *testing.T, path string, body []byte) (noted, read *outline) {
	t.Helper()
	fast, err := Load(onvy.Spec)
	require.NoError(t, err)
	slow, err := LoadWithoutFastPath(onvy.Spec)
	require.NoError(t, err)
	x := &Exchange{
		Request:  Request{Method: http.MethodGet, URL: "https://api.onvy.health" + path},
		Response: &Response{Status: http.StatusOK, Header: Header{{"Content-Type", "application/json"}}, Body: body},
	}
	c := fast.open(x, "")
	require.True(t, c.clean)
	require.True(t, c.outlined)
	return c.outline(), slow.open(x, "").outline()
}

// same requires two outlines to say the same.
func sameOutline(t *testing.T, a, b *outline) {
	t.Helper()
	require.Equal(t, a.there, b.there)
	require.Equal(t, a.limit, b.limit)
	require.Equal(t, a.total, b.total)
	require.Equal(t, string(a.next), string(b.next))
	require.Equal(t, a.nextNull, b.nextNull)
	require.Len(t, b.users, len(a.users))
	for i := range a.users {
		require.Equal(t, string(a.users[i].id), string(b.users[i].id))
		require.Equal(t, a.users[i].created.ok, b.users[i].created.ok)
		require.True(t, a.users[i].created.Equal(b.users[i].created.Time))
		require.True(t, a.users[i].updated.Equal(b.users[i].updated.Time))
		require.Equal(t, a.users[i].object(), b.users[i].object())
	}
}

func TestTheMatcherNotesWhatDecodingReads(t *testing.T) {
	list := userList(5)
	for name, body := range map[string][]byte{
		"a page":                 list,
		"no users":               []byte(`{"users":[],"pagination":{"limit":1,"total":0}}`),
		"pagination first":       []byte(`{"pagination":{"next_page":"a\u0062c","limit":1},"users":[]}`),
		"next_page null":         []byte(`{"users":[],"pagination":{"limit":1,"next_page":null}}`),
		"escapes in an id":       bytes.ReplaceAll(list, []byte(`"user_`), []byte(`"\u0075ser_\ud83e\udd84`)),
		"escapes in a date-time": bytes.ReplaceAll(list, []byte(`"2023-`), []byte(`"2023\u002d`)),
		"zones and fractions":    bytes.ReplaceAll(list, []byte(`05:31:56Z"`), []byte(`05:31:56.123456789123+05:30"`)),
		"white space":            bytes.ReplaceAll(list, []byte(`,`), []byte(" ,\n\t")),
	} {
		t.Run(name, func(t *testing.T) {
			noted, read := outlines(t, "/users", body)
			sameOutline(t, noted, read)
		})
	}
	user := bytes.TrimSuffix(bytes.SplitN(list, []byte(`[`), 2)[1], nil)
	user = user[:bytes.Index(user, []byte(`},{"id"`))+1]
	noted, read := outlines(t, "/users/user_000000", user)
	sameOutline(t, noted, read)
	require.Len(t, noted.users, 1)
}

func TestACleanListIsCheckedWithoutAnAllocation(t *testing.T) {
	s, err := Load(onvy.Spec)
	require.NoError(t, err)
	c := new(call) // the race detector empties pools
	s.calls.New = func() any { return c }
	for _, m := range s.fast {
		r := newTokenReader()
		m.readers.New = func() any { return r }
	}
	x := &Exchange{
		Request: Request{Method: http.MethodGet, URL: "https://api.onvy.health/users?limit=100", Header: Header{{"Authorization", "Bearer eyJ"}}},
		Response: &Response{Proto: "HTTP/1.1", Status: http.StatusOK, Reason: "OK", Body: userList(100),
			Header: Header{{"Content-Type", "application/json"}, {"Date", "Thu, 05 Mar 2026 18:10:27 GMT"}}},
	}
	require.Empty(t, s.Check(x))
	require.Zero(t, testing.AllocsPerRun(100, func() { s.Check(x) }))
}

// What a call leaves behind for the next one is memory, and no data.
func TestNothingOfAnAnswerIsInTheNext(t *testing.T) {
	s, err := Load(onvy.Spec)
	require.NoError(t, err)
	x := &Exchange{
		Request:  Request{Method: http.MethodGet, URL: "https://api.onvy.health/users"},
		Response: &Response{Status: http.StatusOK, Header: Header{{"Content-Type", "application/json"}}, Body: userList(3)},
	}
	c := s.open(x, "")
	s.checkCall(c)
	users := c.answer.users
	c.close()
	require.Equal(t, call{answer: outline{users: users[:0], ids: c.answer.ids}}, *c)
	for i := range users {
		require.Equal(t, outlinedUser{}, users[i])
	}
}
