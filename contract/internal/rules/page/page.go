// Package page has the rules of one page of a list. What several pages say together
// is the business of the history.
package page

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/rule"
)

var Limit = pass.NewRule(checkLimit, rule.Rule{
	ID: "page/limit", Level: rule.Violation, Source: "users/list-users",
	Title:  "A page MUST NOT have more users than limit.",
	Breaks: "12 users for limit=10",
	Holds:  "7 users for limit=10",
})

var LimitEcho = pass.NewRule(checkLimitEcho, rule.Rule{
	ID: "page/limit-echo", Level: rule.Violation, Source: "users/list-users",
	Title:  "pagination.limit MUST be the limit that was asked for, or 100.",
	Breaks: "pagination.limit 10 without a limit in the request",
	Holds:  "pagination.limit 7 for limit=7",
})

var LimitRange = pass.NewRule(checkLimitRange, rule.Rule{
	ID: "page/limit-range", Level: rule.Violation, Source: "users/list-users",
	Title:  "A limit outside of 1 to 1000 MUST be refused.",
	Breaks: "200 for limit=1001, limit=0 or limit=x",
	Holds:  "400 or 422 for limit=1001",
})

var Total = pass.NewRule(checkTotal, rule.Rule{
	ID: "page/total", Level: rule.Violation, Source: "resources-and-pagination",
	Title:  "total MUST NOT be less than the number of users on the page.",
	Breaks: "total 3 with 5 users",
	Holds:  "total 240 with 100 users",
})

var Repeats = pass.NewRule(checkRepeats, rule.Rule{
	ID: "page/repeats", Level: rule.Violation, Source: "resources-and-pagination",
	Title:  "A page MUST NOT list a user twice.",
	Breaks: "the same id twice on a page",
	Holds:  "two users of one name",
})

var NextNull = pass.NewRule(checkNextNull, rule.Rule{
	ID: "page/next-null", Level: rule.Drift, Source: "resources-and-pagination",
	Title:  "The last page leaves next_page out, and does not say null.",
	Breaks: "next_page null, which no page of the documentation shows",
	Holds:  "no next_page",
})

var NextIsSelf = pass.NewRule(checkNextIsSelf, rule.Rule{
	ID: "page/next-is-self", Level: rule.Violation, Source: "resources-and-pagination",
	Title:  "next_page MUST NOT be the token of the page itself.",
	Breaks: "next_page equal to the page asked for",
	Holds:  "next_page absent, null or empty on the last page",
})

func checkLimit(c *pass.Call, r *rule.Rule) {
	limit, valid := c.Limit()
	if n := len(c.Outline().Users); valid && n > limit {
		c.Report(r, rule.Finding{Pointer: items(c), Message: fmt.Sprintf("%d %s for a limit of %d", n, c.Resource().Name, limit)})
	}
}

func checkLimitEcho(c *pass.Call, r *rule.Rule) {
	limit, valid := c.Limit()
	got := c.Outline().Limit
	if !valid || !got.OK || got.Value == float64(limit) {
		return
	}
	if size := c.Page().Size; !c.WrongAt(read.Pointer(size...)) {
		c.Report(r, rule.Finding{Pointer: read.Pointer(size...), Message: fmt.Sprintf("%s is %.0f for a limit of %d", strings.Join(size, "."), got.Value, limit)})
	}
}

func checkLimitRange(c *pass.Call, r *rule.Rule) {
	if bounds := badLimit(c); bounds != "" && c.OK() {
		c.Report(r, rule.Finding{Message: "a limit that is not within " + bounds + " is accepted"})
	}
}

func checkTotal(c *pass.Call, r *rule.Rule) {
	o := c.Outline()
	if o.Total.OK && o.Total.Value < float64(len(o.Users)) && !c.WrongAt(read.Pointer(c.Page().Total...)) {
		c.Report(r, rule.Finding{Pointer: read.Pointer(c.Page().Total...), Message: "total is less than the " + c.Resource().Name + " on the page"})
	}
}

func checkRepeats(c *pass.Call, r *rule.Rule) {
	if c.Outline().Repeats() {
		c.Report(r, rule.Finding{Pointer: items(c), Message: c.Resource().A() + " is on the page twice"})
	}
}

func checkNextNull(c *pass.Call, r *rule.Rule) {
	if c.Outline().NextNull {
		c.Report(r, rule.Finding{Pointer: read.Pointer(c.Page().Next...), Message: read.Last(c.Page().Next) + " is null; no page documents that"})
	}
}

func checkNextIsSelf(c *pass.Call, r *rule.Rule) {
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
	if err == nil && p.Allows(limit) || read.Masked(c.Param(p.SizeParam)) {
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
