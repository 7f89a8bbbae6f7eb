package faults

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
)

// pageFaults are those of lists.
var pageFaults = []kit.Fault{
	kit.Row("default-limit-10", "the default limit is 10", "page/limit-echo", kit.Query("limit", kit.Swap("", "10"))),
	kit.Row("limit-1001-accepted", "limit over 1000 is cut to 1000", "page/limit-range", kit.Query("limit", kit.Numeric(func(n int) int { return min(n, 1000) }))),
	kit.Row("limit-0-accepted", "limit 0 is taken for the default", "page/limit-range", kit.Query("limit", kit.Swap("0", ""))),
	kit.Row("limit-negative-accepted", "a negative limit is taken for 1", "page/limit-range", kit.Query("limit", kit.Numeric(limitNegativeAccepted))),
	kit.Row("limit-text-accepted", "a limit that is not a number is taken for the default", "page/limit-range", kit.Query("limit", limitTextAccepted)),
	kit.Row("limit-1000-refused", "limit 1000 is refused", "page/limits-work", kit.Query("limit", kit.Swap("1000", "1001"))),
	kit.Row("limit-over-100-cut", "no page has more than 100 users", "page/limit-echo", kit.Query("limit", kit.Numeric(limitOver100Cut))),
	kit.Row("limit-one-more", "a page has one user more than the limit", "page/limit", kit.OnePageMore()),
	kit.Row("limit-one-less", "a page has one user less than the limit", "page/short", kit.Query("limit", kit.Numeric(limitOneLess)), kit.List(limitOneLess2)),
	kit.Row("limit-not-shown", "pagination.limit is always 100", "page/limit-echo", kit.List(limitNotShown)),
	kit.Row("limit-is-length", "pagination.limit is how many users the page has", "page/limit-echo", kit.List(limitIsLength)),
	kit.Row("list-ignores-limit", "list gives everything, whatever the limit", "page/limit", kit.List(listIgnoresLimit)),
	kit.Row("list-always-empty", "list shows nobody", "page/full-walk", kit.List(listAlwaysEmpty)),
	kit.Row("list-loses-newest", "the newest user is not in the list", "page/loses-users", kit.List(listLosesNewest)),
	kit.Row("list-repeats-user", "list shows its first user twice", "page/repeats", kit.List(listRepeatsUser)),
	kit.Row("list-invents-user", "list shows a user who cannot be read", "page/total-agrees", kit.List(listInventsUser)),
	kit.Row("next-page-missing", "next_page is never given", "page/full-walk", kit.List(nextPageMissing)),
	kit.Row("next-page-same", "next_page is the token of the page itself", "page/next-is-self", kit.List(nextPageSame)),
	kit.Row("next-page-to-first", "the last page leads back to the first", "page/loop", kit.List(nextPageToFirst)),
	kit.Row("next-page-after-last", "the last page has a next one, which is empty", "page/empty-with-next", kit.EmptyAfterLast()),
	kit.Row("next-page-without-end", "empty pages follow the last one for ever", "page/loop", kit.EmptyForEver()),
	kit.Row("next-page-url", "next_page is a URL in place of a token", "operation/works", kit.List(nextPageURL)),
	kit.Row("page-echo-wrong", "pagination.page is not the page that was asked for", "page/page-echo", kit.List(pageEchoWrong)),
	kit.Row("limit-invalid-403", "a limit outside of the range gives 403", "operation/refusal-status", kit.On(kit.Listing, kit.At(400, limitInvalid403))),
	kit.Row("page-repeats-last", "each page starts with the last user of the page before", "page/repeats-between", kit.List(pageRepeatsLast)),
	kit.Row("page-skips-first", "each page after the first leaves out a user", "page/full-walk", kit.List(pageSkipsFirst)),
	kit.Row("page-ignored", "every page is the first one", "page/repeats-between", kit.Query("page", func(string) string { return "" })),
	kit.Row("page-mangled-accepted", "a token that is none is taken for the first page", "page/invalid-cursor", kit.On(kit.Listing, kit.Instead(400, pageMangledAccepted))),
	kit.Row("page-mangled-500", "a token that is none gives 500", "http/server-error", kit.On(kit.Listing, kit.At(400, pageMangled500))),
	kit.Row("page-mangled-empty", "a token that is none gives an empty page", "page/invalid-cursor", kit.On(kit.Listing, kit.At(400, pageMangledEmpty))),
	kit.Row("page-token-once", "a page token works once", "page/cursor-again", kit.On(kit.Listing, pageTokenOnce)),
	kit.Row("page-shape-changes", "users on later pages have no times", "schema/required", kit.List(pageShapeChanges)),
	kit.Row("page-two-forgets-limit", "pages after the first have the default limit", "page/limit-echo", kit.On(kit.Listing, kit.Before(pageTwoForgetsLimit))),
	kit.Row("total-is-page", "total is how many users the page has", "page/total-agrees", kit.List(totalIsPage)),
	kit.Row("total-one-more", "total is one too many", "page/total-agrees", kit.Total(1)),
	kit.Row("total-one-less", "total is one too few", "page/total", kit.Total(-1)),
	kit.Row("total-cut-at-10", "total is never more than 10", "page/total-agrees", kit.List(totalCutAt10)),
	kit.Row("total-counts-deleted", "total goes on counting deleted users", "page/total-agrees", kit.On(kit.Deleting, kit.At(204, totalCountsDeleted)), kit.List(totalCountsDeleted2)),
	kit.Row("total-unstable", "total is another one each time", "page/total-agrees", kit.List(totalUnstable)),
	kit.Row("order-within-page-random", "the users of a page come in another order each time", "page/order", kit.List(orderWithinPageRandom)),
	kit.Row("order-random", "pages are cut from another order each time", "page/full-walk", kit.ShuffledPages()),
}

func limitNegativeAccepted(n int) int {
	if n < 0 {
		return 1
	}
	return n
}

func limitTextAccepted(s string) string {
	if _, err := strconv.Atoi(s); err != nil {
		return ""
	}
	return s
}

func limitOver100Cut(n int) int {
	if n > 100 && n <= 1000 {
		return 100
	}
	return n
}

func limitOneLess(n int) int {
	if n > 1 && n <= 1000 {
		return n - 1
	}
	return n
}

func limitOneLess2(x *kit.Exchange, users []any, p kit.Object) []any {
	if n, ok := p["limit"].(json.Number); ok && x.URL.Query().Has("limit") {
		i, _ := n.Int64()
		p["limit"] = i + 1
	}
	return users
}

func limitNotShown(_ *kit.Exchange, users []any, p kit.Object) []any {
	p["limit"] = 100
	return users
}

func limitIsLength(_ *kit.Exchange, users []any, p kit.Object) []any {
	p["limit"] = max(len(users), 1)
	return users
}

func listIgnoresLimit(x *kit.Exchange, _ []any, p kit.Object) []any {
	delete(p, "next_page")
	return kit.Anys(x.ListAs(x.Header))
}

func listAlwaysEmpty(_ *kit.Exchange, _ []any, p kit.Object) []any {
	delete(p, "next_page")
	p["total"] = 0
	return []any{}
}

func listLosesNewest(_ *kit.Exchange, users []any, p kit.Object) []any {
	if kit.IsLast(p) && len(users) > 0 {
		return users[:len(users)-1]
	}
	return users
}

func listRepeatsUser(_ *kit.Exchange, users []any, _ kit.Object) []any {
	if len(users) > 1 {
		users[len(users)-1] = users[0]
	}
	return users
}

func listInventsUser(_ *kit.Exchange, users []any, p kit.Object) []any {
	if kit.IsLast(p) {
		return append(users, kit.Object{"id": "ghost", "created_at": "2026-03-05T18:10:27Z", "updated_at": "2026-03-05T18:10:27Z"})
	}
	return users
}

func nextPageMissing(_ *kit.Exchange, users []any, p kit.Object) []any {
	delete(p, "next_page")
	return users
}

func nextPageSame(x *kit.Exchange, users []any, p kit.Object) []any {
	if page := x.URL.Query().Get("page"); page != "" && !kit.IsLast(p) {
		p["next_page"] = page
	}
	return users
}

func nextPageToFirst(x *kit.Exchange, users []any, p kit.Object) []any {
	x.State.Mu.Lock()
	defer x.State.Mu.Unlock()
	if next, ok := p["next_page"].(string); ok && kit.IsFirst(x) {
		x.State.Text["second"] = next
	} else if again, ok := x.State.Text["second"]; ok && kit.IsLast(p) && !kit.IsFirst(x) {
		p["next_page"] = again
	}
	return users
}

func nextPageURL(_ *kit.Exchange, users []any, p kit.Object) []any {
	if next, ok := p["next_page"].(string); ok {
		p["next_page"] = "/users?page=" + next
	}
	return users
}

func pageEchoWrong(_ *kit.Exchange, users []any, p kit.Object) []any {
	if _, ok := p["page"]; ok {
		p["page"] = "another"
	}
	return users
}

func limitInvalid403(x *kit.Exchange) {
	if x.Says("limit") {
		x.Status = 403
	}
}

func pageRepeatsLast(x *kit.Exchange, users []any, p kit.Object) []any {
	x.State.Mu.Lock()
	defer x.State.Mu.Unlock()
	var last kit.Object
	if len(users) > 0 {
		last = kit.Clone(users[len(users)-1].(kit.Object))
	}
	if before := x.State.Users[x.URL.Query().Get("page")]; before != nil && !kit.IsFirst(x) {
		users = append([]any{before}, users...)
	}
	if next, ok := p["next_page"].(string); ok {
		x.State.Users[next] = last
	}
	return users
}

func pageSkipsFirst(x *kit.Exchange, users []any, _ kit.Object) []any {
	if !kit.IsFirst(x) && len(users) > 0 {
		return users[1:]
	}
	return users
}

func pageMangledAccepted(x *kit.Exchange) bool {
	q := x.URL.Query()
	if !q.Has("page") || !x.Says("page") {
		return false
	}
	q.Del("page")
	x.URL.RawQuery = q.Encode()
	return true
}

func pageMangled500(x *kit.Exchange) {
	if x.Says("page is not") {
		kit.FailWith(500)(x)
	}
}

func pageMangledEmpty(x *kit.Exchange) {
	if x.Says("page is not") {
		kit.AnswerWith(200, "application/json", `{"users":[],"pagination":{"limit":100,"total":0}}`)(x)
	}
}

func pageTokenOnce(x *kit.Exchange, next func()) {
	page := x.URL.Query().Get("page")
	if _, used := x.State.Remembered(page); page != "" && used {
		kit.AnswerWith(400, "application/json", `{"error":"invalid_request"}`)(x)
		return
	}
	x.State.Remember(page, "used")
	next()
}

func pageShapeChanges(x *kit.Exchange, users []any, _ kit.Object) []any {
	if kit.IsFirst(x) {
		return users
	}
	for _, u := range users {
		kit.Drop("created_at")(u.(kit.Object))
	}
	return users
}

func pageTwoForgetsLimit(x *kit.Exchange) {
	if q := x.URL.Query(); q.Has("page") && q.Get("limit") != "" {
		q.Set("limit", "100")
		x.URL.RawQuery = q.Encode()
	}
}

func totalIsPage(_ *kit.Exchange, users []any, p kit.Object) []any {
	p["total"] = len(users)
	return users
}

func totalCutAt10(_ *kit.Exchange, users []any, p kit.Object) []any {
	if n, ok := p["total"].(json.Number); ok {
		i, _ := n.Int64()
		p["total"] = min(i, 10)
	}
	return users
}

func totalCountsDeleted(x *kit.Exchange) {
	x.State.Mu.Lock()
	defer x.State.Mu.Unlock()
	x.State.Count++
}

func totalCountsDeleted2(x *kit.Exchange, users []any, p kit.Object) []any {
	x.State.Mu.Lock()
	defer x.State.Mu.Unlock()
	if n, ok := p["total"].(json.Number); ok {
		i, _ := n.Int64()
		p["total"] = i + int64(x.State.Count)
	}
	return users
}

func totalUnstable(x *kit.Exchange, users []any, p kit.Object) []any {
	x.State.Mu.Lock()
	defer x.State.Mu.Unlock()
	x.State.Count++
	p["total"] = 1000 + x.State.Count
	return users
}

func orderWithinPageRandom(_ *kit.Exchange, users []any, _ kit.Object) []any {
	rand.Shuffle(len(users), func(i, j int) { users[i], users[j] = users[j], users[i] })
	return users
}
