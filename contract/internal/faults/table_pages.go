package faults

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
)

// pageFaults are those of lists.
var pageFaults = []Fault{
	row("default-limit-10", "the default limit is 10", "page/limit-echo", query("limit", defaultLimit10)),
	row("limit-1001-accepted", "limit over 1000 is cut to 1000", "page/limit-range", query("limit", numeric(func(n int) int { return min(n, 1000) }))),
	row("limit-0-accepted", "limit 0 is taken for the default", "page/limit-range", query("limit", limit0Accepted)),
	row("limit-negative-accepted", "a negative limit is taken for 1", "page/limit-range", query("limit", numeric(limitNegativeAccepted))),
	row("limit-text-accepted", "a limit that is not a number is taken for the default", "page/limit-range", query("limit", limitTextAccepted)),
	row("limit-1000-refused", "limit 1000 is refused", "page/limits-work", query("limit", limit1000Refused)),
	row("limit-over-100-cut", "no page has more than 100 users", "page/limit-echo", query("limit", numeric(limitOver100Cut))),
	row("limit-one-more", "a page has one user more than the limit", "page/limit", onePageMore()),
	row("limit-one-less", "a page has one user less than the limit", "page/short", query("limit", numeric(limitOneLess)), list(limitOneLess2)),
	row("limit-not-shown", "pagination.limit is always 100", "page/limit-echo", list(limitNotShown)),
	row("limit-is-length", "pagination.limit is how many users the page has", "page/limit-echo", list(limitIsLength)),
	row("list-ignores-limit", "list gives everything, whatever the limit", "page/limit", list(listIgnoresLimit)),
	row("list-always-empty", "list shows nobody", "page/full-walk", list(listAlwaysEmpty)),
	row("list-loses-newest", "the newest user is not in the list", "page/loses-users", list(listLosesNewest)),
	row("list-repeats-user", "list shows its first user twice", "page/repeats", list(listRepeatsUser)),
	row("list-invents-user", "list shows a user who cannot be read", "page/total-agrees", list(listInventsUser)),
	row("next-page-missing", "next_page is never given", "page/full-walk", list(nextPageMissing)),
	row("next-page-same", "next_page is the token of the page itself", "page/next-is-self", list(nextPageSame)),
	row("next-page-to-first", "the last page leads back to the first", "page/loop", list(nextPageToFirst)),
	row("next-page-after-last", "the last page has a next one, which is empty", "page/empty-with-next", emptyAfterLast()),
	row("next-page-without-end", "empty pages follow the last one for ever", "page/loop", emptyForEver()),
	row("next-page-url", "next_page is a URL in place of a token", "operation/works", list(nextPageURL)),
	row("page-echo-wrong", "pagination.page is not the page that was asked for", "page/page-echo", list(pageEchoWrong)),
	row("limit-invalid-403", "a limit outside of the range gives 403", "operation/refusal-status", on("listUsers", at(400, limitInvalid403))),
	row("page-repeats-last", "each page starts with the last user of the page before", "page/repeats-between", list(pageRepeatsLast)),
	row("page-skips-first", "each page after the first leaves out a user", "page/full-walk", list(pageSkipsFirst)),
	row("page-ignored", "every page is the first one", "page/repeats-between", query("page", func(string) string { return "" })),
	row("page-mangled-accepted", "a token that is none is taken for the first page", "page/invalid-cursor", on("listUsers", instead(400, pageMangledAccepted))),
	row("page-mangled-500", "a token that is none gives 500", "http/server-error", on("listUsers", at(400, pageMangled500))),
	row("page-mangled-empty", "a token that is none gives an empty page", "page/invalid-cursor", on("listUsers", at(400, pageMangledEmpty))),
	row("page-token-once", "a page token works once", "page/cursor-again", on("listUsers", pageTokenOnce)),
	row("page-shape-changes", "users on later pages have no times", "schema/required", list(pageShapeChanges)),
	row("page-two-forgets-limit", "pages after the first have the default limit", "page/limit-echo", on("listUsers", before(pageTwoForgetsLimit))),
	row("total-is-page", "total is how many users the page has", "page/total-agrees", list(totalIsPage)),
	row("total-one-more", "total is one too many", "page/total-agrees", total(1)),
	row("total-one-less", "total is one too few", "page/total", total(-1)),
	row("total-cut-at-10", "total is never more than 10", "page/total-agrees", list(totalCutAt10)),
	row("total-counts-deleted", "total goes on counting deleted users", "page/total-agrees", on("deleteUser", at(204, totalCountsDeleted)), list(totalCountsDeleted2)),
	row("total-unstable", "total is another one each time", "page/total-agrees", list(totalUnstable)),
	row("order-within-page-random", "the users of a page come in another order each time", "page/order", list(orderWithinPageRandom)),
	row("order-random", "pages are cut from another order each time", "page/full-walk", shuffledPages()),
}

func defaultLimit10(s string) string {
	if s == "" {
		return "10"
	}
	return s
}

func limit0Accepted(s string) string {
	if s == "0" {
		return ""
	}
	return s
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

func limit1000Refused(s string) string {
	if s == "1000" {
		return "1001"
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

func limitOneLess2(x *exchange, users []any, p object) []any {
	if n, ok := p["limit"].(json.Number); ok && x.url.Query().Has("limit") {
		i, _ := n.Int64()
		p["limit"] = i + 1
	}
	return users
}

func limitNotShown(_ *exchange, users []any, p object) []any {
	p["limit"] = 100
	return users
}

func limitIsLength(_ *exchange, users []any, p object) []any {
	p["limit"] = max(len(users), 1)
	return users
}

func listIgnoresLimit(x *exchange, _ []any, p object) []any {
	delete(p, "next_page")
	return anys(x.listAs(x.header))
}

func listAlwaysEmpty(_ *exchange, _ []any, p object) []any {
	delete(p, "next_page")
	p["total"] = 0
	return []any{}
}

func listLosesNewest(_ *exchange, users []any, p object) []any {
	if isLast(p) && len(users) > 0 {
		return users[:len(users)-1]
	}
	return users
}

func listRepeatsUser(_ *exchange, users []any, _ object) []any {
	if len(users) > 1 {
		users[len(users)-1] = users[0]
	}
	return users
}

func listInventsUser(_ *exchange, users []any, p object) []any {
	if isLast(p) {
		return append(users, object{"id": "ghost", "created_at": "2026-03-05T18:10:27Z", "updated_at": "2026-03-05T18:10:27Z"})
	}
	return users
}

func nextPageMissing(_ *exchange, users []any, p object) []any {
	delete(p, "next_page")
	return users
}

func nextPageSame(x *exchange, users []any, p object) []any {
	if page := x.url.Query().Get("page"); page != "" && !isLast(p) {
		p["next_page"] = page
	}
	return users
}

func nextPageToFirst(x *exchange, users []any, p object) []any {
	x.state.mu.Lock()
	defer x.state.mu.Unlock()
	if next, ok := p["next_page"].(string); ok && isFirst(x) {
		x.state.text["second"] = next
	} else if again, ok := x.state.text["second"]; ok && isLast(p) && !isFirst(x) {
		p["next_page"] = again
	}
	return users
}

func nextPageURL(_ *exchange, users []any, p object) []any {
	if next, ok := p["next_page"].(string); ok {
		p["next_page"] = "/users?page=" + next
	}
	return users
}

func pageEchoWrong(_ *exchange, users []any, p object) []any {
	if _, ok := p["page"]; ok {
		p["page"] = "another"
	}
	return users
}

func limitInvalid403(x *exchange) {
	if x.says("limit") {
		x.status = 403
	}
}

func pageRepeatsLast(x *exchange, users []any, p object) []any {
	x.state.mu.Lock()
	defer x.state.mu.Unlock()
	var last object
	if len(users) > 0 {
		last = clone(users[len(users)-1].(object))
	}
	if before := x.state.users[x.url.Query().Get("page")]; before != nil && !isFirst(x) {
		users = append([]any{before}, users...)
	}
	if next, ok := p["next_page"].(string); ok {
		x.state.users[next] = last
	}
	return users
}

func pageSkipsFirst(x *exchange, users []any, _ object) []any {
	if !isFirst(x) && len(users) > 0 {
		return users[1:]
	}
	return users
}

func pageMangledAccepted(x *exchange) bool {
	q := x.url.Query()
	if !q.Has("page") || !x.says("page") {
		return false
	}
	q.Del("page")
	x.url.RawQuery = q.Encode()
	return true
}

func pageMangled500(x *exchange) {
	if x.says("page is not") {
		failWith(500)(x)
	}
}

func pageMangledEmpty(x *exchange) {
	if x.says("page is not") {
		answerWith(200, "application/json", `{"users":[],"pagination":{"limit":100,"total":0}}`)(x)
	}
}

func pageTokenOnce(x *exchange, next func()) {
	page := x.url.Query().Get("page")
	if _, used := x.state.remembered(page); page != "" && used {
		answerWith(400, "application/json", `{"error":"invalid_request"}`)(x)
		return
	}
	x.state.remember(page, "used")
	next()
}

func pageShapeChanges(x *exchange, users []any, _ object) []any {
	if isFirst(x) {
		return users
	}
	for _, u := range users {
		drop("created_at")(u.(object))
	}
	return users
}

func pageTwoForgetsLimit(x *exchange) {
	if q := x.url.Query(); q.Has("page") && q.Get("limit") != "" {
		q.Set("limit", "100")
		x.url.RawQuery = q.Encode()
	}
}

func totalIsPage(_ *exchange, users []any, p object) []any {
	p["total"] = len(users)
	return users
}

func totalCutAt10(_ *exchange, users []any, p object) []any {
	if n, ok := p["total"].(json.Number); ok {
		i, _ := n.Int64()
		p["total"] = min(i, 10)
	}
	return users
}

func totalCountsDeleted(x *exchange) {
	x.state.mu.Lock()
	defer x.state.mu.Unlock()
	x.state.count++
}

func totalCountsDeleted2(x *exchange, users []any, p object) []any {
	x.state.mu.Lock()
	defer x.state.mu.Unlock()
	if n, ok := p["total"].(json.Number); ok {
		i, _ := n.Int64()
		p["total"] = i + int64(x.state.count)
	}
	return users
}

func totalUnstable(x *exchange, users []any, p object) []any {
	x.state.mu.Lock()
	defer x.state.mu.Unlock()
	x.state.count++
	p["total"] = 1000 + x.state.count
	return users
}

func orderWithinPageRandom(_ *exchange, users []any, _ object) []any {
	rand.Shuffle(len(users), func(i, j int) { users[i], users[j] = users[j], users[i] })
	return users
}
