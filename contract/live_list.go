package contract

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

var pageProbeRules = []*Rule{
	pageLimitsWork, pageInvalidCursor, pageShort, pagePageEcho, pageCursorAgain, pageFullWalk,
	pageStable,
}

var pageLimitsWork = &Rule{
	ID: "page/limits-work", Kind: KindProbe, Level: Violation, Source: "users/list-users",
	Title:  "Every limit from 1 to 1000 works.",
	Breaks: "400 for limit=1000",
	Holds:  "200 for limit=1 and limit=1000",
}

var pageInvalidCursor = &Rule{
	ID: "page/invalid-cursor", Kind: KindProbe, Level: Assumption, Source: "resources-and-pagination",
	Title:  "A cursor that the server did not give is refused.",
	Breaks: "200 with the first page for page=nonsense",
	Holds:  "400 or 422",
}

var pageShort = &Rule{
	ID: "page/short", Kind: KindProbe, Level: Assumption, Source: "users/list-users",
	Title:  "A page is full unless it is the last one.",
	Breaks: "10 users and a next_page without a limit",
	Holds:  "100 users and a next_page",
}

var pagePageEcho = &Rule{
	ID: "page/page-echo", Kind: KindProbe, Level: Assumption, Source: "resources-and-pagination",
	Title:  "pagination.page, if given, is the page asked for.",
	Breaks: "the token of another page",
	Holds:  "the same token; no token",
}

var pageCursorAgain = &Rule{
	ID: "page/cursor-again", Kind: KindProbe, Level: Assumption, Source: "resources-and-pagination",
	Title:  "A page can be asked for again, after a lost answer for example.",
	Breaks: "400 for a cursor that was used",
	Holds:  "the same users",
}

var pageFullWalk = &Rule{
	ID: "page/full-walk", Kind: KindProbe, Level: Violation, Source: "users/list-users",
	Title:  "A walk over all pages has every user of the project.",
	Breaks: "users that were just created are on no page",
	Holds:  "each of them once",
}

var pageStable = &Rule{
	ID: "page/stable", Kind: KindProbe, Level: Assumption, Source: "policy",
	Title:  "Writing during a walk does not lose or repeat other users.",
	Breaks: "a user is left out because another was deleted",
	Holds:  "a user created during the walk is left out",
}

// fullWalkLimit is the size of a project up to which it is listed as a whole
// in small pages; larger ones are listed in large pages.
const fullWalkLimit = 400

// listCases list users while nothing else of the suite writes.
var listCases = []liveCase{
	{
		name: "list/pages", when: alone,
		why: "a user who is on no page gets no report, no bill and no deletion",
		run: tryListPages,
	},
	{
		name: "list/limits", when: alone,
		why: "clients page by what the pages say",
		run: tryListLimits,
	},
	{
		name: "list/cursors", when: alone,
		why: "a cursor comes back from anywhere, in any state",
		run: tryListCursors,
	},
	{
		name: "list/while-writing", when: alone,
		why: "nobody stops the world to list it",
		run: tryListWhileWriting,
	},
}

func tryListPages(p *probe) {
	p.createMany(13, p.variedUser)
	// Lists must show updates too.
	for _, id := range p.own()[:3] {
		p.works(p.patch(id, map[string]any{"firstname": "Listed", "height": 123.5}))
	}
	c := p.list("", "")
	if !p.works(c) {
		return
	}
	p.full(c)
	total := len(c.users())
	if n, ok := float(c.pagination()["total"]); ok {
		total = max(total, int(n))
	}
	for _, limit := range []int{1000, 5, 5, 4, 1} {
		if limit < 1000 && total > fullWalkLimit || limit == 1 && total > 30 {
			p.walk(limit, 6)
			continue
		}
		p.walk(limit, 1000)
	}
}

func tryListLimits(p *probe) {
	for _, limit := range []string{"1", "2", "99", "1000"} {
		c := p.list(limit, "")
		if s := c.status(); s/100 == 4 && s != 429 {
			p.finding(c, pageLimitsWork, Finding{Message: "a limit within 1..1000 is refused"})
		}
	}
	for _, limit := range []string{"0", "1001", "-1", "x", "1.5", "1e2", "99999999999999999999", " "} {
		c := p.list(limit, "")
		if c.ok() { // page/limit-range has said it
			continue
		}
		p.refuses(c, operationRefusalStatus, "a limit that is not within 1..1000", 400)
	}
}

func tryListCursors(p *probe) {
	p.createMany(3, smallUser)
	c := p.list("1", "")
	next := c.nextPage()
	if next != "" {
		p.pageAgain(next)
	}
	cursors := []string{"nonsense", "eyJMYXN0RXZhbHVhdGVkS2V5IjogLi4ufQ==", "%%%", "../../etc/passwd", "1", "' OR 1=1 --"}
	if len(next) > 3 {
		cursors = append(cursors, notACursor(next)...)
	}
	for _, cursor := range cursors {
		c := p.list("1", cursor)
		p.refuses(c, pageInvalidCursor, "a cursor that the server did not give", 400, 404, 410)
	}
}

func tryListWhileWriting(p *probe) {
	p.createMany(9, smallUser)
	kept := p.own()[:8]
	victim := p.own()[8]
	seen := make(map[string]int)
	page, pages := "", 0
	for {
		limit := "3"
		if pages > 20 {
			limit = "1000"
		}
		c := p.list(limit, page)
		ids, known := c.listed()
		if !known {
			return
		}
		for _, id := range ids {
			seen[id]++
		}
		if pages == 0 {
			p.delete(victim)
			p.create(map[string]any{"id": p.newID()})
		}
		pages++
		next := c.nextPage()
		if next == "" || next == page || pages > 60 {
			if next != "" {
				return // too many users, or said elsewhere
			}
			break
		}
		page = next
	}
	c := p.get(kept[0])
	for _, id := range kept {
		if seen[id] != 1 {
			p.finding(c, pageStable, Finding{Operation: "listUsers", Message: fmt.Sprintf("a user is listed %d times in a walk during which others were written", seen[id])})
			return
		}
	}
}

// notACursor spoils a cursor so that it is none, whatever it is made of: a
// character changed at random may be another position that is valid, and
// whether it is changes from run to run.
func notACursor(cursor string) []string {
	return []string{"!" + cursor, cursor + "!" + cursor, strings.Repeat("~", len(cursor))}
}

// pageAgain asks for a page twice. On a server that others use, users come and
// go between the two, and so a difference has to show three times.
func (p *probe) pageAgain(page string) {
	for attempt := 1; ; attempt++ {
		one, two := p.list("1", page), p.list("1", page)
		switch s := two.status(); {
		case one.ok() && s/100 == 4 && s != 429:
			p.finding(two, pageCursorAgain, Finding{Message: "a cursor that was used is refused"})
			return
		case !one.sound() || !two.sound() || same(one.object()["users"], two.object()["users"]):
			return
		case attempt == 3:
			p.finding(two, pageCursorAgain, Finding{Pointer: "/users", Message: "a page that is asked for again has other users"})
			return
		}
	}
}

// list asks for a page.
func (p *probe) list(limit, page string) *call {
	path := "/users"
	query := url.Values{}
	if limit != "" {
		query.Set("limit", limit)
	}
	if page != "" {
		query.Set("page", page)
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return p.send(request{method: "GET", path: path, header: bearer(p.token())})
}

// full reports a page that has less than its limit and is not the last.
func (p *probe) full(c *call) {
	limit, valid := c.limit()
	if ids, known := c.listed(); known && valid && len(ids) < limit && c.nextPage() != "" {
		p.finding(c, pageShort, Finding{Pointer: "/users", Message: fmt.Sprintf("%d users for a limit of %d, and there is a next page", len(ids), limit)})
	}
}

// walk lists with a limit, page by page, and holds the listing against the
// users of this case.
func (p *probe) walk(limit, most int) {
	seen := make(map[string]bool)
	pages := make(map[string]bool)
	page := ""
	for range most {
		c := p.list(fmt.Sprint(limit), page)
		if !p.works(c) {
			return
		}
		p.full(c)
		if got, _ := c.pagination()["page"].(string); page != "" && got != "" && got != page {
			p.finding(c, pagePageEcho, Finding{Pointer: "/pagination/page", Message: "pagination.page is not the page that was asked for"})
		}
		ids, known := c.listed()
		if !known {
			return
		}
		for _, id := range ids {
			seen[id] = true
		}
		next := c.nextPage()
		if next == "" {
			for _, id := range p.own() {
				if !seen[id] {
					p.finding(c, pageFullWalk, Finding{Pointer: "/users", Message: "a user that was just created is on no page"})
					return
				}
			}
			return
		}
		if pages[next] || next == page {
			return // page/loop says it
		}
		pages[next] = true
		page = next
	}
}

// own are the users that this case created in its own project.
func (p *probe) own() []string {
	var ids []string
	for _, e := range p.created {
		if e.Project == p.suite.target.Project.ID && !slices.Contains(ids, e.ID) {
			ids = append(ids, e.ID)
		}
	}
	return ids
}
