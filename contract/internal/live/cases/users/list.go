package users

import (
	"fmt"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// PageProbeRules are the rules for walks through a list.
var PageProbeRules = []*rule.Rule{
	PageLimitsWork, PageInvalidCursor, PageShort, PagePageEcho, PageCursorAgain, PageFullWalk,
	PageStable,
}

var PageLimitsWork = &rule.Rule{
	ID: "page/limits-work", Kind: rule.KindProbe, Level: rule.Violation, Source: "users/list-users",
	Title:  "Every limit from 1 to 1000 MUST work.",
	Breaks: "400 for limit=1000",
	Holds:  "200 for limit=1 and limit=1000",
}

var PageInvalidCursor = &rule.Rule{
	ID: "page/invalid-cursor", Kind: rule.KindProbe, Level: rule.Assumption, Source: "resources-and-pagination",
	Title:  "A page token that the server did not give SHOULD be refused (400).",
	Breaks: "200 with the first page for page=nonsense",
	Holds:  "400 or 422",
}

var PageShort = &rule.Rule{
	ID: "page/short", Kind: rule.KindProbe, Level: rule.Assumption, Source: "users/list-users",
	Title:  "A page SHOULD be full unless it is the last one.",
	Breaks: "10 users and a next_page without a limit",
	Holds:  "100 users and a next_page",
}

var PagePageEcho = &rule.Rule{
	ID: "page/page-echo", Kind: rule.KindProbe, Level: rule.Assumption, Source: "resources-and-pagination",
	Title:  "pagination.page, if it is given, SHOULD be the page that was asked for.",
	Breaks: "the token of another page",
	Holds:  "the same token; no token",
}

var PageCursorAgain = &rule.Rule{
	ID: "page/cursor-again", Kind: rule.KindProbe, Level: rule.Assumption, Source: "resources-and-pagination",
	Title:  "A page SHOULD be the same when it is asked for again, after a lost answer for example.",
	Breaks: "400 for a cursor that was used",
	Holds:  "the same users",
}

var PageFullWalk = &rule.Rule{
	ID: "page/full-walk", Kind: rule.KindProbe, Level: rule.Violation, Source: "users/list-users",
	Title:  "All pages together MUST have every user of the project.",
	Breaks: "users that were just created are on no page",
	Holds:  "each of them once",
}

var PageStable = &rule.Rule{
	ID: "page/stable", Kind: rule.KindProbe, Level: rule.Assumption, Source: "policy",
	Title:  "A create or delete during a listing SHOULD NOT lose or repeat other users.",
	Breaks: "a user is left out because another was deleted",
	Holds:  "a user created during the walk is left out",
}

// fullWalkLimit is the size of a project up to which it is listed as a whole
// in small pages; larger ones are listed in large pages.
const fullWalkLimit = 400

// ListCases list users while nothing else of the suite writes.
var ListCases = []live.Case{
	{
		Name: "list/pages", When: live.Alone,
		Why:   "a user who is on no page gets no report, no bill and no deletion",
		Rules: []*rule.Rule{PageFullWalk, PageShort, PagePageEcho},
		Run:   tryListPages,
	},
	{
		Name: "list/limits", When: live.Alone,
		Why:   "clients page by what the pages say",
		Rules: []*rule.Rule{PageLimitsWork},
		Run:   tryListLimits,
	},
	{
		Name: "list/cursors", When: live.Alone,
		Why:   "a cursor comes back from anywhere, in any state",
		Rules: []*rule.Rule{PageInvalidCursor, PageCursorAgain},
		Run:   tryListCursors,
	},
	{
		Name: "list/while-writing", When: live.Alone,
		Why:   "nobody stops the world to list it",
		Rules: []*rule.Rule{PageStable},
		Run:   tryListWhileWriting,
	},
}

func tryListPages(p *live.Probe) {
	p.CreateMany(13, p.VariedUser)
	// Lists must show updates too.
	for _, id := range own(p)[:3] {
		p.Works(p.Patch(id, map[string]any{"firstname": "Listed", "height": 123.5}))
	}
	c := list(p, "", "")
	if !p.Works(c) {
		return
	}
	full(p, c)
	total := len(c.Users())
	if n, ok := read.Float(c.Pagination()["total"]); ok {
		total = max(total, int(n))
	}
	for _, limit := range []int{1000, 5, 5, 4, 1} {
		if limit < 1000 && total > fullWalkLimit || limit == 1 && total > 30 {
			walk(p, limit, 6)
			continue
		}
		walk(p, limit, 1000)
	}
}

func tryListLimits(p *live.Probe) {
	for _, limit := range []string{"1", "2", "99", "1000"} {
		c := list(p, limit, "")
		if s := c.Status(); s/100 == 4 && s != 429 {
			p.Report(c, PageLimitsWork, rule.Finding{Message: "a limit within 1..1000 is refused"})
		}
	}
	for _, limit := range []string{"0", "1001", "-1", "x", "1.5", "1e2", "99999999999999999999", " "} {
		c := list(p, limit, "")
		if c.OK() { // page/limit-range has said it
			continue
		}
		p.Refuses(c, live.OperationRefusalStatus, "a limit that is not within 1..1000", 400)
	}
}

func tryListCursors(p *live.Probe) {
	p.CreateMany(3, live.SmallUser)
	c := list(p, "1", "")
	next := c.NextPage()
	if next != "" {
		PageAgain(p, everybody(p), next)
	}
	cursors := []string{"nonsense", "eyJMYXN0RXZhbHVhdGVkS2V5IjogLi4ufQ==", "%%%", "../../etc/passwd", "1", "' OR 1=1 --"}
	if len(next) > 3 {
		cursors = append(cursors, notACursor(next)...)
	}
	for _, cursor := range cursors {
		c := list(p, "1", cursor)
		p.Refuses(c, PageInvalidCursor, "a cursor that the server did not give", 400, 404, 410)
	}
}

func tryListWhileWriting(p *live.Probe) {
	p.CreateMany(9, live.SmallUser)
	kept, victim := own(p)[:8], own(p)[8]
	StableWalk(p, everybody(p), kept, func() {
		p.Delete(victim)
		p.Create(map[string]any{"id": p.NewID()})
	})
}

// StableWalk walks through a list, writes behind the first page, and looks whether
// those that are kept were listed once. A list that is too long is not judged.
func StableWalk(p *live.Probe, l live.Lister, kept []string, write func()) {
	seen, cursor := make(map[string]int), ""
	limit := "3"
	for pages := range 60 {
		c := l.Send(p, limit, cursor)
		if !c.Sound() || slices.Contains(c.Wrong(), l.Resource.Key) {
			return
		}
		for _, item := range l.Items(c) {
			seen[live.KeyText(item[l.Resource.Key])]++
		}
		if pages == 0 {
			write()
		}
		if most := l.Page().Max; pages > 20 && most > 0 {
			limit = fmt.Sprint(most)
		}
		next := l.Next(c)
		if next == cursor && next != "" {
			return // page/next-is-self says it
		}
		if cursor = next; next != "" {
			continue
		}
		for _, id := range kept {
			if seen[id] != 1 {
				p.Report(c, PageStable, rule.Finding{Message: fmt.Sprintf("%s is listed %d times in a walk during which others were written", l.Resource.A(), seen[id])})
				return
			}
		}
		return
	}
}

// notACursor spoils a cursor so that it is none, whatever it is made of: a
// character changed at random may be another position that is valid, and
// whether it is changes from run to run.
func notACursor(cursor string) []string {
	return []string{"!" + cursor, cursor + "!" + cursor, strings.Repeat("~", len(cursor))}
}

// EchoesPage holds what an answer says of its own page against what was asked.
func EchoesPage(p *live.Probe, l live.Lister, c *pass.Call, cursor string) {
	if got := l.Self(c); cursor != "" && got != "" && got != cursor {
		p.Report(c, PagePageEcho, rule.Finding{Pointer: "/" + strings.Join(l.Page().Self, "/"), Message: "the page in the answer is not the page that was asked for"})
	}
}

// PageAgain asks for a page twice. On a server that others use, some come and go
// between the two, and so a difference has to show each of ten times: with three
// other suites at work, it does by chance one time in eight.
func PageAgain(p *live.Probe, l live.Lister, cursor string) {
	for attempt := 1; ; attempt++ {
		one, two := l.Send(p, "1", cursor), l.Send(p, "1", cursor)
		switch s := two.Status(); {
		case one.OK() && s/100 == 4 && s != 429:
			p.Report(two, PageCursorAgain, rule.Finding{Message: "a cursor that was used is refused"})
			return
		case !one.Sound() || !two.Sound() || slices.EqualFunc(l.Items(one), l.Items(two), func(a, b map[string]any) bool { return live.Same(a, b) }):
			return
		case attempt == 10:
			p.Report(two, PageCursorAgain, rule.Finding{Pointer: "/" + strings.Join(l.Page().Items, "/"), Message: "a page that is asked for again has other " + l.Resource.Name})
			return
		}
	}
}

// everybody lists the users.
func everybody(p *live.Probe) live.Lister {
	r := p.Suite.Spec.Users()
	return live.Lister{Resource: r, In: r.Collection}
}

// list asks for a page.
func list(p *live.Probe, limit, page string) *pass.Call { return everybody(p).Send(p, limit, page) }

// full reports a page that has less than its limit and is not the last.
func full(p *live.Probe, c *pass.Call) {
	limit, valid := c.Limit()
	if ids, known := c.Listed(); known && valid && len(ids) < limit && c.NextPage() != "" {
		p.Report(c, PageShort, rule.Finding{Pointer: "/users", Message: fmt.Sprintf("%d users for a limit of %d, and there is a next page", len(ids), limit)})
	}
}

// walk lists with a limit, page by page, and holds the listing against the
// users of this case.
func walk(p *live.Probe, limit, most int) {
	seen := make(map[string]bool)
	pages := make(map[string]bool)
	page := ""
	for range most {
		c := list(p, fmt.Sprint(limit), page)
		if !p.Works(c) {
			return
		}
		full(p, c)
		EchoesPage(p, everybody(p), c, page)
		ids, known := c.Listed()
		if !known {
			return
		}
		for _, id := range ids {
			seen[id] = true
		}
		next := c.NextPage()
		if next == "" {
			for _, id := range own(p) {
				if !seen[id] {
					p.Report(c, PageFullWalk, rule.Finding{Pointer: "/users", Message: "a user that was just created is on no page"})
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
func own(p *live.Probe) []string {
	var ids []string
	for _, e := range p.Created {
		if e.Project == p.Suite.Target.Project.ID && !slices.Contains(ids, e.ID) {
			ids = append(ids, e.ID)
		}
	}
	return ids
}
