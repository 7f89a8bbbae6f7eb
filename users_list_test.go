package onvy_test

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
)

// pages is a server with a page for each token; the first is that of "".
func pages(t *testing.T, bodies map[string]string) (*onvy.Client, *api) {
	a := &api{users: func(w http.ResponseWriter, r *http.Request) {
		body, ok := bodies[r.URL.Query().Get("page")]
		if !ok {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, body)
	}}
	return client(t, a, static), a
}

func page(next string, ids ...string) string {
	users := ""
	for i, id := range ids {
		if i > 0 {
			users += ","
		}
		w := httptest.NewRecorder()
		user(w, id)
		users += w.Body.String()
	}
	return fmt.Sprintf(`{"users":[%s],"pagination":{"limit":2%s}}`, users, next)
}

func ids(t *testing.T, c *onvy.Client, o *onvy.ListOptions) (all []string, err error) {
	for user, err := range c.Users.All(t.Context(), o) {
		if err != nil {
			require.Nil(t, user)
			return all, err
		}
		all = append(all, user.ID)
	}
	return all, nil
}

func TestAllEndsOnEveryKindOfLastPage(t *testing.T) {
	for name, last := range map[string]string{"absent": "", "null": `,"next_page":null`, "empty": `,"next_page":""`} {
		t.Run(name, func(t *testing.T) {
			c, _ := pages(t, map[string]string{"": page(`,"next_page":"+/=&é"`, "a", "b"), "+/=&é": page(`,"next_page":"2"`), "2": page(last, "c")})
			all, err := ids(t, c, nil)
			require.NoError(t, err)
			require.Equal(t, []string{"a", "b", "c"}, all, "an empty page in between is not the end")
		})
	}
}

func TestAllIsLazyAndCanStartAgain(t *testing.T) {
	c, a := pages(t, map[string]string{"": page(`,"next_page":"2"`, "a", "b"), "2": page("", "c")})
	o := &onvy.ListOptions{}
	all := c.Users.All(t.Context(), o)
	o.Page = "nowhere" // later changes of the options change nothing
	_, calls := a.counts()
	require.Zero(t, calls)
	for range 2 {
		for user, err := range all {
			require.NoError(t, err)
			require.Equal(t, "a", user.ID)
			break
		}
	}
	_, calls = a.counts()
	require.Equal(t, 2, calls, "the second page was not needed")

	rest, err := ids(t, c, &onvy.ListOptions{Page: "2"})
	require.NoError(t, err)
	require.Equal(t, []string{"c"}, rest)
}

func TestAllStopsAtAPageTokenThatComesTwice(t *testing.T) {
	for name, second := range map[string]string{"at once": `,"next_page":"2"`, "in a circle": `,"next_page":"3"`} {
		t.Run(name, func(t *testing.T) {
			c, a := pages(t, map[string]string{
				"": page(`,"next_page":"2"`, "a"), "2": page(second, "b"), "3": page(`,"next_page":"2"`, "c"),
			})
			_, err := ids(t, c, nil)
			require.EqualError(t, err, "onvy: users.list: the server gave the same page token twice")
			_, calls := a.counts()
			require.LessOrEqual(t, calls, 3)
		})
	}
}

func TestAllStopsWhenTheFirstPageIsItsOwnNext(t *testing.T) {
	c, a := pages(t, map[string]string{"2": page(`,"next_page":"2"`, "a")})
	all, err := ids(t, c, &onvy.ListOptions{Page: "2"})
	require.Error(t, err)
	require.Equal(t, []string{"a"}, all)
	_, calls := a.counts()
	require.Equal(t, 1, calls)
}

func TestAllGivesTheErrorLastAndOnce(t *testing.T) {
	c, _ := pages(t, map[string]string{"": page(`,"next_page":"gone"`, "a")})
	all, err := ids(t, c, nil)
	require.ErrorIs(t, err, onvy.ErrInvalid)
	require.Equal(t, []string{"a"}, all)
}

func TestListSendsWhatIsSetAndNothingElse(t *testing.T) {
	var query string
	c := client(t, &api{users: func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.RawQuery
		_, _ = io.WriteString(w, page(""))
	}}, static)
	for want, o := range map[string]*onvy.ListOptions{
		"": nil, "limit=1000": {Limit: 1000}, "page=a%2Bb%3D": {Page: "a+b="}, "page=x&limit=1": {Page: "x", Limit: 1},
	} {
		_, err := c.Users.List(t.Context(), o)
		require.NoError(t, err)
		require.Equal(t, want, query)
	}
	for _, limit := range []int{-1, 1001, math.MaxInt} {
		_, err := c.Users.List(t.Context(), &onvy.ListOptions{Limit: limit})
		require.ErrorIs(t, err, onvy.ErrInvalid)
		require.ErrorContains(t, err, "not between 1 and 1000")
	}
}

func TestAllFindsEveryUserOfTheSandboxOnce(t *testing.T) {
	_, c := sandboxed(t)
	for i := range 25 {
		_, err := c.Users.Create(t.Context(), onvy.UserCreate{ID: fmt.Sprintf("user_%02d", i)})
		require.NoError(t, err)
	}
	all, err := ids(t, c, &onvy.ListOptions{Limit: 10})
	require.NoError(t, err)
	require.Len(t, all, 25)
	require.Subset(t, all, []string{"user_00", "user_24"})
}
