package sandbox_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/internal/needs"
)

func (c *caller) create(ids ...string) {
	c.t.Helper()
	for _, id := range ids {
		require.Equal(c.t, 201, c.do("POST", "/users", fmt.Sprintf(`{"id":%q}`, id)).Status)
	}
}

// page returns the ids of a page, and the token of the next one.
func (c *caller) page(limit int, token string) (ids []string, next string) {
	c.t.Helper()
	path := fmt.Sprintf("/users?limit=%d", limit)
	if token != "" {
		path += "&page=" + url.QueryEscape(token)
	}
	r := c.do("GET", path, "")
	require.Equal(c.t, 200, r.Status, r.Text)
	require.Equal(c.t, json.Number(fmt.Sprint(limit)), r.at("pagination", "limit"))
	require.Equal(c.t, token, r.text("pagination", "page"))
	for _, u := range r.Body["users"].([]any) {
		ids = append(ids, u.(map[string]any)["id"].(string))
	}
	next = r.text("pagination", "next_page")
	if next == "" {
		require.NotContains(c.t, r.Body["pagination"], "next_page")
	}
	return ids, next
}

func (c *caller) walk(limit int) (ids []string) {
	c.t.Helper()
	token := ""
	for {
		page, next := c.page(limit, token)
		require.LessOrEqual(c.t, len(page), limit)
		ids = append(ids, page...)
		if next == "" {
			return ids
		}
		token = next
	}
}

func TestPagesShowEveryUserOnce(t *testing.T) {
	c := start(t)
	require.Empty(t, c.walk(10))
	var all []string
	for i := range 25 {
		all = append(all, fmt.Sprint("u", i))
	}
	c.create(all...)
	for _, limit := range []int{1, 2, 5, 24, 25, 26, 1000} {
		require.Equal(t, all, c.walk(limit), limit)
	}
	require.Equal(t, json.Number("25"), c.do("GET", "/users?limit=3", "").at("pagination", "total"))
}

func TestLimitIs100UnlessGiven(t *testing.T) {
	c := start(t)
	for i := range 101 {
		c.create(fmt.Sprint(i))
	}
	r := c.do("GET", "/users", "")
	require.Len(t, r.Body["users"], 100)
	require.Equal(t, json.Number("100"), r.at("pagination", "limit"))
	require.NotEmpty(t, r.text("pagination", "next_page"))
}

func TestPagesAreStableWhileUsersComeAndGo(t *testing.T) {
	c := start(t)
	c.create("a", "b", "c", "d", "e", "f")
	first, next := c.page(2, "")
	require.Equal(t, []string{"a", "b"}, first)
	for _, id := range []string{"b", "c"} { // the place itself, and one that is still to come
		require.Equal(t, 204, c.do("DELETE", "/users/"+id, "").Status)
	}
	c.create("b", "g")
	var rest []string
	for next != "" {
		var page []string
		page, next = c.page(2, next)
		rest = append(rest, page...)
	}
	require.Equal(t, []string{"d", "e", "f", "b", "g"}, rest)
}

func TestMangledAndForeignCursorsAre400(t *testing.T) {
	c := start(t)
	c.create("a", "b", "c")
	_, next := c.page(1, "")
	for i := range next {
		mangled := []byte(next)
		mangled[i] = 'A' + (mangled[i]+1)%26
		r := c.do("GET", "/users?page="+url.QueryEscape(string(mangled)), "")
		require.Equal(t, 400, r.Status, i)
	}
	for _, cursor := range []string{next[:len(next)-4], next + "AAAA", next + "=", "\n" + next, "x"} {
		require.Equal(t, 400, c.do("GET", "/users?page="+url.QueryEscape(cursor), "").Status)
	}

	other := *c
	other.token = c.srv.MintAccessToken(forProject(c.srv.Other.ID)).Reveal()
	other.create("x", "y")
	require.Equal(t, 400, other.do("GET", "/users?page="+url.QueryEscape(next), "").Status)
	again, _ := c.page(1, next)
	require.Equal(t, []string{"b"}, again)
}

func TestCursorsShowNothing(t *testing.T) {
	c := start(t)
	c.create("ada", "bob")
	_, one := c.page(1, "")
	_, two := c.page(1, "")
	require.NotEqual(t, one, two)
	plain, err := base64.StdEncoding.DecodeString(one)
	require.NoError(t, err)
	require.NotContains(t, string(plain), "ada")
	require.NotContains(t, string(plain), c.srv.Project.ID)
}

func TestConcurrentWritersLoseNothing(t *testing.T) {
	c := start(t)
	const workers = 8
	each := 40
	if !needs.Whole(t) {
		each = 10
	}
	var all sync.WaitGroup
	created := make(chan int, workers*each)
	for w := range workers {
		all.Go(func() {
			for i := range each {
				created <- c.do("POST", "/users", fmt.Sprintf(`{"id":"race-%d"}`, i)).Status
				c.do("PATCH", fmt.Sprintf("/users/race-%d", i), fmt.Sprintf(`{"thresholds":{"ftp":%d}}`, w))
				c.do("POST", "/users", fmt.Sprintf(`{"id":"gone-%d-%d"}`, w, i))
				c.do("DELETE", fmt.Sprintf("/users/gone-%d-%d", w, i), "")
				c.do("GET", "/users?limit=5", "")
			}
		})
	}
	all.Wait()
	close(created)
	count := make(map[int]int)
	for status := range created {
		count[status]++
	}
	require.Equal(t, map[int]int{201: each, 409: (workers - 1) * each}, count)
	ids := c.walk(7)
	slices.Sort(ids)
	require.Len(t, ids, each)
	require.Len(t, slices.Compact(ids), each)
}

func TestConcurrentPatchesOfDifferentFieldsAllHold(t *testing.T) {
	c := start(t)
	c.create("a")
	var all sync.WaitGroup
	for _, patch := range []string{`{"firstname":"F"}`, `{"lastname":"L"}`, `{"thresholds":{"ftp":1}}`, `{"thresholds":{"mhr":2}}`, `{"height":3}`} {
		all.Go(func() { c.do("PATCH", "/users/a", patch) })
	}
	all.Wait()
	require.Equal(t, decode(t, `{"id":"a","measurement_unit":"metric","firstname":"F","lastname":"L","thresholds":{"ftp":1,"mhr":2},"height":3}`),
		written(c.do("GET", "/users/a", "").Body))
}

func forProject(id string) func(map[string]any) {
	return func(claims map[string]any) {
		claims["project_id"], claims["aud"] = id, "urn:onvy:project:"+id
	}
}
