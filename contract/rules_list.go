package contract

import (
	"fmt"
	"strconv"
	"strings"
)

// listChecks look at one page of a list. What several pages say together is
// the business of the history.
var listChecks = []exchangeCheck{
	exchangeRule("page/limit", Violation, "users/list-users", "A page has no more users than the limit.",
		"12 users for limit=10", "7 users for limit=10",
		checkPageLimit),
	exchangeRule("page/limit-echo", Violation, "users/list-users", "pagination.limit is the limit asked for, or 100.",
		"pagination.limit 10 without a limit in the request", "pagination.limit 7 for limit=7",
		checkPageLimitEcho),
	exchangeRule("page/limit-range", Violation, "users/list-users", "A limit outside 1..1000 is refused.",
		"200 for limit=1001, limit=0 or limit=x", "400 or 422 for limit=1001",
		checkPageLimitRange),
	exchangeRule("page/total", Violation, "resources-and-pagination", "total is not less than the users on the page.",
		"total 3 with 5 users", "total 240 with 100 users",
		checkPageTotal),
	exchangeRule("page/repeats", Violation, "resources-and-pagination", "A user is on a page once.",
		"the same id twice on a page", "two users of one name",
		checkPageRepeats),
	exchangeRule("page/next-null", Drift, "resources-and-pagination", "The last page has no next_page.",
		"next_page null, which no page of the documentation shows", "no next_page",
		checkPageNextNull),
	exchangeRule("page/next-is-self", Violation, "resources-and-pagination", "next_page is not the page itself.",
		"next_page equal to the page asked for", "next_page absent, null or empty on the last page",
		checkPageNextIsSelf),
}

func checkPageLimit(c *call, r *Rule) {
	limit, valid := c.limit()
	if n := len(c.outline().users); valid && n > limit {
		c.finding(r, Finding{Pointer: c.items(), Message: fmt.Sprintf("%d %s for a limit of %d", n, c.resource().Name, limit)})
	}
}

func checkPageLimitEcho(c *call, r *Rule) {
	limit, valid := c.limit()
	got := c.outline().limit
	if !valid || !got.ok || got.value == float64(limit) {
		return
	}
	if size := c.page().Size; !c.wrongAt(pointer(size...)) {
		c.finding(r, Finding{Pointer: pointer(size...), Message: fmt.Sprintf("%s is %.0f for a limit of %d", strings.Join(size, "."), got.value, limit)})
	}
}

func checkPageLimitRange(c *call, r *Rule) {
	if bounds := c.badLimit(); bounds != "" && c.ok() {
		c.finding(r, Finding{Message: "a limit that is not within " + bounds + " is accepted"})
	}
}

func checkPageTotal(c *call, r *Rule) {
	o := c.outline()
	if o.total.ok && o.total.value < float64(len(o.users)) && !c.wrongAt(pointer(c.page().Total...)) {
		c.finding(r, Finding{Pointer: pointer(c.page().Total...), Message: "total is less than the " + c.resource().Name + " on the page"})
	}
}

func checkPageRepeats(c *call, r *Rule) {
	if c.outline().repeats() {
		c.finding(r, Finding{Pointer: c.items(), Message: c.resource().A() + " is on the page twice"})
	}
}

func checkPageNextNull(c *call, r *Rule) {
	if c.outline().nextNull {
		c.finding(r, Finding{Pointer: pointer(c.page().Next...), Message: last(c.page().Next) + " is null; no page documents that"})
	}
}

func checkPageNextIsSelf(c *call, r *Rule) {
	if next := c.outline().next; len(next) > 0 && string(next) == c.param(c.page().CursorParam) {
		c.finding(r, Finding{Pointer: pointer(c.page().Next...), Message: last(c.page().Next) + " is the page itself: a client never ends"})
	}
}

// items is the pointer of the list in the answer.
func (c *call) items() string { return pointer(c.page().Items...) }

func last(path []string) string { return path[len(path)-1] }

// limit is the limit in force for a list request; valid is false if it is not
// one that the operation documents, or nobody knows it.
func (c *call) limit() (limit int, valid bool) {
	p := c.page()
	if p == nil || p.SizeParam == "" || !c.ok() || c.x.Request.Method != "GET" {
		return 0, false
	}
	text, has := queryParam(c.query, p.SizeParam)
	if !has {
		return p.Default, p.Default > 0
	}
	limit, err := strconv.Atoi(text)
	return limit, err == nil && p.Allows(limit)
}

// badLimit is how the bounds of a limit are documented, "1..1000", if the
// request has one that is not within them; "" otherwise.
func (c *call) badLimit() string {
	p := c.page()
	if p == nil || !c.hasParam(p.SizeParam) || c.x.Request.Method != "GET" {
		return ""
	}
	limit, err := strconv.Atoi(c.param(p.SizeParam))
	if err == nil && p.Allows(limit) {
		return ""
	}
	least, most := "", ""
	if p.MinKnown {
		least = strconv.Itoa(p.Min)
	}
	if p.Max > 0 {
		most = strconv.Itoa(p.Max)
	}
	return least + ".." + most
}

// users are those on a page, or others of a resource; nil where there is none.
func (c *call) users() []map[string]any {
	p := c.page()
	if p == nil || !c.ok() || !c.bodyKnown() || len(c.x.Response.Body) == 0 {
		return nil
	}
	value, _ := follow(c.decode().value, p.Items)
	if len(p.Items) == 0 {
		value = c.decode().value
	}
	items, _ := value.([]any)
	all := make([]map[string]any, 0, len(items))
	for _, item := range items {
		if one, ok := item.(map[string]any); ok {
			all = append(all, one)
		}
	}
	return all
}

// pagination is what holds the token of the next page.
func (c *call) pagination() map[string]any {
	p := c.page()
	if p == nil || !c.ok() || len(p.Next) == 0 {
		return nil
	}
	holder, there := follow(c.object(), p.Next[:len(p.Next)-1])
	if len(p.Next) == 1 {
		holder, there = c.object(), true
	}
	if pagination, ok := holder.(map[string]any); ok && there {
		return pagination
	}
	return nil
}

// nextPage is the token of the next page; "" for none.
func (c *call) nextPage() string {
	pagination := c.pagination()
	if pagination == nil {
		return ""
	}
	next, _ := pagination[last(c.page().Next)].(string)
	return next
}
