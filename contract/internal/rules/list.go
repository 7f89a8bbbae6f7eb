package rules

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// listChecks look at one page of a list. What several pages say together is
// the business of the history.
var listChecks = []exchangeCheck{
	exchangeRule("page/limit", rule.Violation, "users/list-users", "A page has no more users than the limit.",
		"12 users for limit=10", "7 users for limit=10",
		checkPageLimit),
	exchangeRule("page/limit-echo", rule.Violation, "users/list-users", "pagination.limit is the limit asked for, or 100.",
		"pagination.limit 10 without a limit in the request", "pagination.limit 7 for limit=7",
		checkPageLimitEcho),
	exchangeRule("page/limit-range", rule.Violation, "users/list-users", "A limit outside 1..1000 is refused.",
		"200 for limit=1001, limit=0 or limit=x", "400 or 422 for limit=1001",
		checkPageLimitRange),
	exchangeRule("page/total", rule.Violation, "resources-and-pagination", "total is not less than the users on the page.",
		"total 3 with 5 users", "total 240 with 100 users",
		checkPageTotal),
	exchangeRule("page/repeats", rule.Violation, "resources-and-pagination", "A user is on a page once.",
		"the same id twice on a page", "two users of one name",
		checkPageRepeats),
	exchangeRule("page/next-null", rule.Drift, "resources-and-pagination", "The last page has no next_page.",
		"next_page null, which no page of the documentation shows", "no next_page",
		checkPageNextNull),
	exchangeRule("page/next-is-self", rule.Violation, "resources-and-pagination", "next_page is not the page itself.",
		"next_page equal to the page asked for", "next_page absent, null or empty on the last page",
		checkPageNextIsSelf),
}

func checkPageLimit(c *pass.Call, r *rule.Rule) {
	limit, valid := c.Limit()
	if n := len(c.Outline().Users); valid && n > limit {
		c.Report(r, rule.Finding{Pointer: items(c), Message: fmt.Sprintf("%d %s for a limit of %d", n, c.Resource().Name, limit)})
	}
}

func checkPageLimitEcho(c *pass.Call, r *rule.Rule) {
	limit, valid := c.Limit()
	got := c.Outline().Limit
	if !valid || !got.OK || got.Value == float64(limit) {
		return
	}
	if size := c.Page().Size; !c.WrongAt(read.Pointer(size...)) {
		c.Report(r, rule.Finding{Pointer: read.Pointer(size...), Message: fmt.Sprintf("%s is %.0f for a limit of %d", strings.Join(size, "."), got.Value, limit)})
	}
}

func checkPageLimitRange(c *pass.Call, r *rule.Rule) {
	if bounds := badLimit(c); bounds != "" && c.OK() {
		c.Report(r, rule.Finding{Message: "a limit that is not within " + bounds + " is accepted"})
	}
}

func checkPageTotal(c *pass.Call, r *rule.Rule) {
	o := c.Outline()
	if o.Total.OK && o.Total.Value < float64(len(o.Users)) && !c.WrongAt(read.Pointer(c.Page().Total...)) {
		c.Report(r, rule.Finding{Pointer: read.Pointer(c.Page().Total...), Message: "total is less than the " + c.Resource().Name + " on the page"})
	}
}

func checkPageRepeats(c *pass.Call, r *rule.Rule) {
	if c.Outline().Repeats() {
		c.Report(r, rule.Finding{Pointer: items(c), Message: c.Resource().A() + " is on the page twice"})
	}
}

func checkPageNextNull(c *pass.Call, r *rule.Rule) {
	if c.Outline().NextNull {
		c.Report(r, rule.Finding{Pointer: read.Pointer(c.Page().Next...), Message: read.Last(c.Page().Next) + " is null; no page documents that"})
	}
}

func checkPageNextIsSelf(c *pass.Call, r *rule.Rule) {
	if next := c.Outline().Next; len(next) > 0 && string(next) == c.Param(c.Page().CursorParam) {
		c.Report(r, rule.Finding{Pointer: read.Pointer(c.Page().Next...), Message: read.Last(c.Page().Next) + " is the page itself: a client never ends"})
	}
}

// items is the pointer of the list in the answer.
func items(c *pass.Call) string { return read.Pointer(c.Page().Items...) }

// badLimit is how the bounds of a limit are documented, "1..1000", if the
// request has one that is not within them; "" otherwise.
func badLimit(c *pass.Call) string {
	p := c.Page()
	if p == nil || !c.HasParam(p.SizeParam) || c.Exchange.Request.Method != "GET" {
		return ""
	}
	limit, err := strconv.Atoi(c.Param(p.SizeParam))
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
