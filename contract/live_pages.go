package contract

import (
	"fmt"
	"net/url"
	"strconv"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// lister asks for the pages of a collection, as the spec says that it is paged.
type lister struct {
	r  *spec.Resource
	in string
}

func (l lister) page() *spec.Page { return l.r.List.Page }

// path is that of a page; "" leaves a parameter out.
func (l lister) path(limit, cursor string) string {
	query := url.Values{}
	if limit != "" && l.page().SizeParam != "" {
		query.Set(l.page().SizeParam, limit)
	}
	if cursor != "" && l.page().CursorParam != "" {
		query.Set(l.page().CursorParam, cursor)
	}
	if len(query) == 0 {
		return l.in
	}
	return l.in + "?" + query.Encode()
}

// items are those on a page that can be read.
func (l lister) items(c *call) (all []map[string]any) {
	found, _ := follow(c.decode().value, l.page().Items)
	items, _ := found.([]any)
	for _, item := range items {
		if object, ok := item.(map[string]any); ok {
			all = append(all, object)
		}
	}
	return all
}

// next is the cursor of the next page; "" for none.
func (l lister) next(c *call) string {
	if l.page().Next == nil {
		return ""
	}
	found, _ := follow(c.decode().value, l.page().Next)
	next, _ := found.(string)
	return next
}

func (p *probe) listing(l lister, limit, cursor string) *call {
	return p.send(request{method: "GET", path: l.path(limit, cursor), header: p.authorization(l.r.List)})
}

// pagesOf makes some of a resource, and holds its listing against them: in pages
// of several sizes, at the bounds of the size and beyond them.
func (p *probe) pagesOf(r *spec.Resource) {
	l := lister{r, p.place(r)}
	made := make(map[string]bool)
	for range 5 {
		t, _ := p.mustMake(r, l.in, p.bodyOf(r, spec.Create))
		made[t.id] = true
	}
	c := p.listing(l, "", "")
	if !p.works(c) {
		return
	}
	if l.page().SizeParam != "" {
		p.limitsOf(l)
	}
	// A walk can be held against what was made only where it comes to an end: by
	// cursors, or on one page of all.
	if l.page().SizeParam != "" && l.page().Next == nil {
		return
	}
	for _, limit := range []int{1, 2, 100} {
		if l.page().SizeParam == "" || l.page().Allows(limit) {
			p.walkOf(l, limit, made)
		}
	}
	if l.page().Next != nil {
		p.refuses(p.listing(l, "", "contract-nonsense"), pageInvalidCursor, "a cursor that the server did not give", 400, 404, 410)
	}
}

// limitsOf asks for pages at the documented bounds of their size, and beyond.
func (p *probe) limitsOf(l lister) {
	within := func(limit int) {
		if s := p.listing(l, strconv.Itoa(limit), ""); s.status()/100 == 4 && s.status() != 429 {
			p.finding(s, pageLimitsWork, Finding{Message: "a limit within the documented bounds is refused"})
		}
	}
	beyond := func(limit string) {
		c := p.listing(l, limit, "")
		if c.spoken("page/limit-range") {
			return
		}
		if c.ok() {
			p.finding(c, inputInvalid, Finding{Level: c.op.level(), Message: "a limit beyond the documented bounds is accepted"})
			return
		}
		p.refuses(c, operationRefusalStatus, "a limit beyond the documented bounds", 400)
	}
	if page := l.page(); page.MinKnown {
		within(page.Min)
		beyond(strconv.Itoa(page.Min - 1))
	}
	if page := l.page(); page.Max > 0 {
		within(page.Max)
		beyond(strconv.Itoa(page.Max + 1))
	}
	beyond("x")
}

// level is how sure it is what an operation takes.
func (o *operation) level() Level {
	if o.source == "assumed" {
		return Assumption
	}
	return Violation
}

// walkOf lists page by page and looks for what was made.
func (p *probe) walkOf(l lister, limit int, made map[string]bool) {
	seen := make(map[string]bool)
	cursor := ""
	for range 200 {
		c := p.listing(l, fmt.Sprint(limit), cursor)
		if !p.works(c) || !c.sound() {
			return
		}
		items := l.items(c)
		for _, item := range items {
			seen[keyText(item[l.r.Key])] = true
		}
		next := l.next(c)
		if next != "" && l.page().SizeParam != "" && len(items) < limit {
			p.finding(c, pageShort, Finding{Message: fmt.Sprintf("%d items for a limit of %d, and there is a next page", len(items), limit)})
		}
		if next == cursor && next != "" {
			return // page/next-is-self says it
		}
		if cursor = next; next != "" {
			continue
		}
		for id := range made {
			if !seen[id] {
				p.finding(c, pageFullWalk, Finding{Message: "one that was just created is on no page"})
				return
			}
		}
		return
	}
}
