package rules

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/internal/accept"
	"github.com/onvy-health/onvy-go/contract/internal/accept/mutant"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// outlines returns the outline of an answer as the matcher notes it, and as it
// is read from the decoded body.
func outlines(t *testing.T, path string, body []byte) (noted, read *accept.Outline) {
	t.Helper()
	fast, slow := specs()
	x := &wire.Exchange{
		Request:  wire.Request{Method: http.MethodGet, URL: "https://api.onvy.health" + path},
		Response: &wire.Response{Status: http.StatusOK, Header: wire.Header{{Name: "Content-Type", Value: "application/json"}}, Body: body},
	}
	c := fast.Open(x, "")
	require.True(t, c.Clean)
	require.True(t, c.Outlined)
	return c.Outline(), slow.Open(x, "").Outline()
}

// sameOutline requires two outlines to say the same, and the first one the texts
// of what is decoded.
func sameOutline(t *testing.T, a, b *accept.Outline, decoded ...any) {
	t.Helper()
	require.Equal(t, a.Limit, b.Limit)
	require.Equal(t, a.Total, b.Total)
	require.Equal(t, string(a.Next), string(b.Next))
	require.Equal(t, a.NextNull, b.NextNull)
	require.Len(t, b.Users, len(a.Users))
	for i := range a.Users {
		require.Equal(t, string(a.Users[i].ID), string(b.Users[i].ID))
		require.Equal(t, a.Users[i].Created.OK, b.Users[i].Created.OK)
		require.True(t, a.Users[i].Created.Equal(b.Users[i].Created.Time))
		require.True(t, a.Users[i].Updated.Equal(b.Users[i].Updated.Time))
		var user any
		require.NoError(t, json.Unmarshal(a.Users[i].Raw, &user))
		require.Equal(t, decoded[i], user)
	}
}

func TestTheMatcherNotesWhatDecodingReads(t *testing.T) {
	list := mutant.UserList(5)
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
			var page struct {
				Users []any `json:"users"`
			}
			require.NoError(t, json.Unmarshal(body, &page))
			sameOutline(t, noted, read, page.Users...)
		})
	}
	user := bytes.TrimSuffix(bytes.SplitN(list, []byte(`[`), 2)[1], nil)
	user = user[:bytes.Index(user, []byte(`},{"id"`))+1]
	noted, read := outlines(t, "/users/user_000000", user)
	var one any
	require.NoError(t, json.Unmarshal(user, &one))
	sameOutline(t, noted, read, one)
	require.Len(t, noted.Users, 1)
}

func TestACleanListIsCheckedWithoutAnAllocation(t *testing.T) {
	s, _ := specs()
	if raced {
		t.Skip("the race detector empties pools")
	}
	x := &wire.Exchange{
		Request: wire.Request{Method: http.MethodGet, URL: "https://api.onvy.health/users?limit=100", Header: wire.Header{{Name: "Authorization", Value: "Bearer eyJ"}}},
		Response: &wire.Response{Proto: "HTTP/1.1", Status: http.StatusOK, Reason: "OK", Body: mutant.UserList(100),
			Header: wire.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "Date", Value: "Thu, 05 Mar 2026 18:10:27 GMT"}}},
	}
	require.Empty(t, Check(s, x))
	require.Zero(t, testing.AllocsPerRun(100, func() { Check(s, x) }))
}

// What a call leaves behind for the next one is memory, and no data.
func TestNothingOfAnAnswerIsInTheNext(t *testing.T) {
	s, _ := specs()
	x := &wire.Exchange{
		Request:  wire.Request{Method: http.MethodGet, URL: "https://api.onvy.health/users"},
		Response: &wire.Response{Status: http.StatusOK, Header: wire.Header{{Name: "Content-Type", Value: "application/json"}}, Body: mutant.UserList(3)},
	}
	c := s.Open(x, "")
	Apply(c)
	users := c.Answer.Users
	c.Release()
	for i := range users {
		require.Equal(t, accept.User{}, users[i])
	}
	memory := c.Answer
	memory.Reset()
	require.Equal(t, pass.Call{Answer: memory}, *c)
}
