package contract

import (
	"fmt"
	"strconv"
)

// listChecks look at one page of users. What several pages say together is
// the business of the history.
var listChecks = []exchangeCheck{
	exchangeRule("page/limit", Violation, "users/list-users", "A page has no more users than the limit.",
		"12 users for limit=10", "7 users for limit=10",
		func(c *call, r *Rule) {
			limit, valid := c.limit()
			if users := len(c.outline().users); valid && users > limit {
				c.finding(r, Finding{Pointer: "/users", Message: fmt.Sprintf("%d users for a limit of %d", users, limit)})
			}
		}),
	exchangeRule("page/limit-echo", Violation, "users/list-users", "pagination.limit is the limit asked for, or 100.",
		"pagination.limit 10 without a limit in the request", "pagination.limit 7 for limit=7",
		func(c *call, r *Rule) {
			limit, valid := c.limit()
			got := c.outline().limit
			if valid && got.ok && got.value != float64(limit) {
				c.finding(r, Finding{Pointer: "/pagination/limit", Message: fmt.Sprintf("pagination.limit is %.0f for a limit of %d", got.value, limit)})
			}
		}),
	exchangeRule("page/limit-range", Violation, "users/list-users", "A limit outside 1..1000 is refused.",
		"200 for limit=1001, limit=0 or limit=x", "400 or 422 for limit=1001",
		func(c *call, r *Rule) {
			if _, valid := c.limit(); c.is("listUsers") && c.ok() && !valid {
				c.finding(r, Finding{Message: "a limit that is not within 1..1000 is accepted"})
			}
		}),
	exchangeRule("page/total", Violation, "resources-and-pagination", "total is not less than the users on the page.",
		"total 3 with 5 users", "total 240 with 100 users",
		func(c *call, r *Rule) {
			o := c.outline()
			if o.total.ok && o.total.value < float64(len(o.users)) {
				c.finding(r, Finding{Pointer: "/pagination/total", Message: "total is less than the users on the page"})
			}
		}),
	exchangeRule("page/repeats", Violation, "resources-and-pagination", "A user is on a page once.",
		"the same id twice on a page", "two users of one name",
		func(c *call, r *Rule) {
			if c.outline().repeats() {
				c.finding(r, Finding{Pointer: "/users", Message: "a user is on the page twice"})
			}
		}),
	exchangeRule("page/next-null", Drift, "resources-and-pagination", "The last page has no next_page.",
		"next_page null, which no page of the documentation shows", "no next_page",
		func(c *call, r *Rule) {
			if c.outline().nextNull {
				c.finding(r, Finding{Pointer: "/pagination/next_page", Message: "next_page is null; no page documents that"})
			}
		}),
	exchangeRule("page/next-is-self", Violation, "resources-and-pagination", "next_page is not the page itself.",
		"next_page equal to the page asked for", "next_page absent, null or empty on the last page",
		func(c *call, r *Rule) {
			if next := c.outline().next; len(next) > 0 && string(next) == c.param("page") {
				c.finding(r, Finding{Pointer: "/pagination/next_page", Message: "next_page is the page itself: a client never ends"})
			}
		}),
}

// limit is the limit in force for a list request; valid is false if it is not
// one that the operation documents.
func (c *call) limit() (limit int, valid bool) {
	if !c.is("listUsers") || !c.ok() || c.x.Request.Method != "GET" {
		return 0, false
	}
	text, has := queryParam(c.query, "limit")
	if !has {
		return 100, true
	}
	limit, err := strconv.Atoi(text)
	return limit, err == nil && limit >= 1 && limit <= 1000
}

// users are those on a page; nil where there is none.
func (c *call) users() []map[string]any {
	if !c.is("listUsers") || !c.ok() {
		return nil
	}
	items, _ := c.object()["users"].([]any)
	users := make([]map[string]any, 0, len(items))
	for _, item := range items {
		if user, ok := item.(map[string]any); ok {
			users = append(users, user)
		}
	}
	return users
}

func (c *call) pagination() map[string]any {
	if !c.is("listUsers") || !c.ok() {
		return nil
	}
	pagination, _ := c.object()["pagination"].(map[string]any)
	return pagination
}

func (c *call) nextPage() string {
	next, _ := c.pagination()["next_page"].(string)
	return next
}
