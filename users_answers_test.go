package onvy_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
)

// What the contract makes required is required: a job that works through what
// is not there must not run on an answer that is no answer.
func TestAnswersThatAreNotTheContractsAreErrors(t *testing.T) {
	answer := ""
	c := client(t, &api{users: func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, answer) }}, static)
	get := func() error { _, err := c.Users.Get(t.Context(), "u1"); return err }
	all := func() (err error) {
		users := 0
		for _, e := range c.Users.All(t.Context(), nil) {
			if err = e; e == nil {
				users++
			}
		}
		require.Zero(t, users)
		return err
	}
	for _, test := range []struct {
		answer, want string
		call         func() error
	}{
		{`{}`, "the answer has no users", all},
		{`{"error":"maintenance"}`, "the answer has no users", all},
		{`{"data":[{"id":"u1"}]}`, "the answer has no users", all},
		{`{"users":null,"pagination":{"limit":1}}`, "the answer has no users", all},
		{`{"users":[{"id":"u1"}]}`, "the answer has no pagination", all},
		{`{"users":[null],"pagination":{"limit":1}}`, "the answer has a user without an id", all},
		{`{"users":[{}],"pagination":{"limit":1}}`, "the answer has a user without an id", all},
		{`null`, "not the JSON that the contract has", all},
		{`{}`, "the answer has no user with an id", get},
		{`{"error":"maintenance"}`, "the answer has no user with an id", get},
		{`{"id":null}`, "the answer has no user with an id", get},
		{`{"id":"u9"}`, "the answer has another user than the one asked for", get},
		{`{"id":"u1","ID":"evil"}`, "the answer has another user than the one asked for", get},
		{`{"id":"u9"}`, "another user", func() error { _, err := c.Users.Create(t.Context(), onvy.UserCreate{ID: "u1"}); return err }},
		{`{"id":"u9"}`, "another user", func() error { _, err := c.Users.Update(t.Context(), "u1", onvy.UserUpdate{}); return err }},
		{`{"id":"u9"}`, "another user", func() error { _, err := c.Users.Replace(t.Context(), "u1", onvy.UserReplace{}); return err }},
	} {
		answer = test.answer
		err := test.call()
		require.ErrorIs(t, err, onvy.ErrBadAnswer, test.answer)
		require.ErrorContains(t, err, test.want, test.answer)
		require.NotContains(t, err.Error(), "u9")
	}
	answer = `{"users":[],"pagination":{"limit":100}}`
	require.NoError(t, all(), "an empty page is one")
}
