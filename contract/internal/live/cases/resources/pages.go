package resources

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases/users"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/rules/page"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// lister makes some of a resource, to be listed.
func lister(p *live.Probe, r *spec.Resource, n int) (l live.Lister, all []live.Thing) {
	l = live.Lister{Resource: r, In: p.Place(r)}
	for i := range n {
		body := p.BodyOf(r, spec.Create)
		if i%2 == 1 {
			body = halved(r, body)
		}
		t, _ := p.MustMake(r, l.In, body)
		all = append(all, t)
	}
	return l, all
}

// PagesOf makes some of a resource, and holds its listing against them in pages of
// several sizes. What was made and deleted again is on none.
func PagesOf(p *live.Probe, r *spec.Resource) {
	gone, all := lister(p, r, 1)
	if p.Remove(all[0]).OK() {
		gone.Send(p, "", "")
	}
	l, all := lister(p, r, 13)
	made := make(map[string]bool)
	for _, t := range all {
		made[t.ID] = true
	}
	p.ReadBack(all[1])  // a list agrees with it; the others are to be found there alone
	if r.Patch != nil { // lists must show updates too
		for _, t := range all[2:5] {
			p.Works(p.Change(t, p.BodyOf(r, spec.Patch)))
		}
	}
	if c := l.Send(p, "", ""); p.Works(c) {
		full(p, l, c, l.Page().Default)
		walksOf(p, l, made)
	}
}

// walksOf walks through a list in pages of several sizes.
func walksOf(p *live.Probe, l live.Lister, made map[string]bool) {
	page := l.Page()
	// A walk can be held against what was made only where it comes to an end: by
	// cursors, or on one page of all.
	if page.SizeParam == "" {
		walkOf(p, l, 0, 200, made)
		return
	}
	if page.Next == nil {
		return
	}
	// What is long is listed as a whole in large pages only.
	listed := walkOf(p, l, cmp.Or(page.Max, 100), 1000, made)
	for _, limit := range []int{5, 5, 4, 2, 1} { // two that agree are judged where others write too
		if most := 1000; page.Allows(limit) {
			if listed > 80*limit {
				most = 6
			}
			walkOf(p, l, limit, most, made)
		}
	}
}

// CursorsOf asks for a page twice, and for pages by cursors that are none.
func CursorsOf(p *live.Probe, r *spec.Resource) {
	l, _ := lister(p, r, 3)
	cursors := []string{"nonsense", "eyJMYXN0RXZhbHVhdGVkS2V5IjogLi4ufQ==", "%%%", "../../etc/passwd", "1", "' OR 1=1 --"}
	if next := l.Next(l.Send(p, "1", "")); next != "" {
		pageAgain(p, l, next)
		if len(next) > 3 {
			cursors = append(cursors, notACursor(next)...)
		}
	}
	for _, cursor := range cursors {
		p.Refuses(l.Send(p, "1", cursor), users.PageInvalidCursor, "a cursor that the server did not give", 400, 404, 410)
	}
}

// notACursor spoils a cursor so that it is none, whatever it is made of: a
// character changed at random may be another position that is valid, and
// whether it is changes from run to run.
func notACursor(cursor string) []string {
	return []string{"!" + cursor, cursor + "!" + cursor, strings.Repeat("~", len(cursor))}
}

// Paged reports whether a listing is walked through by cursors, in pages of a size.
func Paged(r *spec.Resource) bool {
	return r.List != nil && r.List.Page.Next != nil && r.List.Page.SizeParam != ""
}

// StableOf walks through a listing while some come and go.
func StableOf(p *live.Probe, r *spec.Resource) {
	l, all := lister(p, r, 8)
	var kept []string
	for _, t := range all {
		kept = append(kept, t.ID)
	}
	victim, _ := p.MustMake(r, l.In, p.BodyOf(r, spec.Create))
	stableWalk(p, l, kept, func() {
		p.Remove(victim)
		p.Make(r, l.In, p.BodyOf(r, spec.Create))
	})
}

// stableWalk walks through a list, writes behind the first page, and looks whether
// those that are kept were listed once. A list that is too long is not judged.
func stableWalk(p *live.Probe, l live.Lister, kept []string, write func()) {
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
				p.Report(c, users.PageStable, rule.Finding{Message: fmt.Sprintf("%s is listed %d times in a walk during which others were written", l.Resource.A(), seen[id])})
				return
			}
		}
		return
	}
}

// LimitsOf asks for pages at the documented bounds of their size, and beyond.
func LimitsOf(p *live.Probe, r *spec.Resource) {
	l, _ := lister(p, r, 3)
	within := func(limit int) {
		if s := l.Send(p, strconv.Itoa(limit), ""); s.Status()/100 == 4 && s.Status() != 429 {
			p.Report(s, users.PageLimitsWork, rule.Finding{Message: "a limit within the documented bounds is refused"})
		}
	}
	beyond := func(limit string) {
		c := l.Send(p, limit, "")
		if c.Spoken(&page.LimitRange.Rule) {
			return
		}
		if c.OK() {
			p.Report(c, users.InputInvalid, rule.Finding{Level: level(c.Op), Message: "a limit beyond the documented bounds " + live.Accepted})
			return
		}
		p.Refuses(c, live.OperationRefusalStatus, "a limit beyond the documented bounds", 400)
	}
	if page := l.Page(); page.MinKnown {
		within(page.Min)
		beyond(strconv.Itoa(page.Min - 1))
	}
	if page := l.Page(); page.Max > 0 {
		within(page.Max)
		beyond(strconv.Itoa(page.Max + 1))
	}
	for _, limit := range []string{"-1", "x", "1.5", "1e2", "99999999999999999999", " "} {
		beyond(limit)
	}
}

// level is how sure it is what an operation takes.
func level(o *pass.Operation) rule.Level {
	if o.Source == "assumed" {
		return rule.Assumption
	}
	return rule.Violation
}

// full reports a page that has less than its limit and is not the last.
func full(p *live.Probe, l live.Lister, c *pass.Call, limit int) {
	if items := l.Items(c); c.Sound() && len(items) < limit && l.Next(c) != "" {
		p.Report(c, users.PageShort, rule.Finding{Pointer: "/" + strings.Join(l.Page().Items, "/"), Message: fmt.Sprintf("%d items for a limit of %d, and there is a next page", len(items), limit)})
	}
}

// walkOf lists page by page, so many at the most, and looks for what was made. It
// returns how many it saw.
func walkOf(p *live.Probe, l live.Lister, limit, most int, made map[string]bool) int {
	seen, cursors := make(map[string]bool), make(map[string]bool)
	cursor := ""
	for range most {
		c := l.Send(p, fmt.Sprint(limit), cursor)
		if !p.Works(c) || !c.Sound() || slices.Contains(c.Wrong(), l.Resource.Key) {
			break
		}
		full(p, l, c, limit)
		echoesPage(p, l, c, cursor)
		for _, item := range l.Items(c) {
			seen[live.KeyText(item[l.Resource.Key])] = true
		}
		if cursor = l.Next(c); cursors[cursor] {
			break // page/loop says it
		}
		if cursors[cursor] = true; cursor != "" {
			continue
		}
		for id := range made {
			if !seen[id] {
				p.Report(c, users.PageFullWalk, rule.Finding{Pointer: "/" + strings.Join(l.Page().Items, "/"), Message: "one that was just created is on no page"})
				break
			}
		}
		break
	}
	return len(seen)
}

// echoesPage holds what an answer says of its own page against what was asked.
func echoesPage(p *live.Probe, l live.Lister, c *pass.Call, cursor string) {
	if got := l.Self(c); cursor != "" && got != "" && got != cursor {
		p.Report(c, users.PagePageEcho, rule.Finding{Pointer: "/" + strings.Join(l.Page().Self, "/"), Message: "the page in the answer is not the page that was asked for"})
	}
}

// pageAgain asks for a page twice. On a server that others use, some come and go
// between the two, and so a difference has to show each of ten times: with three
// other suites at work, it does by chance one time in eight.
func pageAgain(p *live.Probe, l live.Lister, cursor string) {
	for attempt := 1; ; attempt++ {
		one, two := l.Send(p, "1", cursor), l.Send(p, "1", cursor)
		switch s := two.Status(); {
		case one.OK() && s/100 == 4 && s != 429:
			p.Report(two, users.PageCursorAgain, rule.Finding{Message: "a cursor that was used is refused"})
			return
		case !one.Sound() || !two.Sound() || slices.EqualFunc(l.Items(one), l.Items(two), func(a, b map[string]any) bool {
			return live.KeyText(a[l.Resource.Key]) == live.KeyText(b[l.Resource.Key])
		}):
			return
		case attempt == 10:
			p.Report(two, users.PageCursorAgain, rule.Finding{Pointer: "/" + strings.Join(l.Page().Items, "/"), Message: "a page that is asked for again has other " + l.Resource.Name})
			return
		}
	}
}
