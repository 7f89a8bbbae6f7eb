package resources

import (
	"fmt"
	"strconv"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases/users"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/rules"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// PagesOf makes some of a resource, and holds its listing against them: in pages
// of several sizes, at the bounds of the size and beyond them.
func PagesOf(p *live.Probe, r *spec.Resource) {
	l := live.Lister{Resource: r, In: p.Place(r)}
	made := make(map[string]bool)
	var all []live.Thing
	for range 5 {
		t, _ := p.MustMake(r, l.In, p.BodyOf(r, spec.Create))
		made[t.ID], all = true, append(all, t)
	}
	p.ReadBack(all[1]) // a list agrees with it; the others are to be found there alone
	c := l.Send(p, "", "")
	if !p.Works(c) {
		return
	}
	if r.Delete != nil && p.Remove(all[0]).OK() {
		delete(made, all[0].ID)
		l.Send(p, "", "")
	}
	if l.Page().SizeParam != "" {
		limitsOf(p, l)
	}
	// A walk can be held against what was made only where it comes to an end: by
	// cursors, or on one page of all.
	if l.Page().SizeParam != "" && l.Page().Next == nil {
		return
	}
	for _, limit := range []int{1, 2, 2, 100} { // two that agree are judged where others write too
		if l.Page().SizeParam == "" || l.Page().Allows(limit) {
			walkOf(p, l, limit, made)
		}
	}
	if l.Page().Next != nil {
		if next := l.Next(l.Send(p, "1", "")); next != "" {
			users.PageAgain(p, l, next)
		}
		p.Refuses(l.Send(p, "", "contract-nonsense"), users.PageInvalidCursor, "a cursor that the server did not give", 400, 404, 410)
	}
}

// Paged reports whether a listing is walked through by cursors, in pages of a size.
func Paged(r *spec.Resource) bool {
	return r.List != nil && r.List.Page.Next != nil && r.List.Page.SizeParam != ""
}

// StableOf walks through a listing while some come and go.
func StableOf(p *live.Probe, r *spec.Resource) {
	l := live.Lister{Resource: r, In: p.Place(r)}
	var kept []string
	for range 8 {
		t, _ := p.MustMake(r, l.In, p.BodyOf(r, spec.Create))
		kept = append(kept, t.ID)
	}
	victim, _ := p.MustMake(r, l.In, p.BodyOf(r, spec.Create))
	users.StableWalk(p, l, kept, func() {
		p.Remove(victim)
		p.Make(r, l.In, p.BodyOf(r, spec.Create))
	})
}

// limitsOf asks for pages at the documented bounds of their size, and beyond.
func limitsOf(p *live.Probe, l live.Lister) {
	within := func(limit int) {
		if s := l.Send(p, strconv.Itoa(limit), ""); s.Status()/100 == 4 && s.Status() != 429 {
			p.Report(s, users.PageLimitsWork, rule.Finding{Message: "a limit within the documented bounds is refused"})
		}
	}
	beyond := func(limit string) {
		c := l.Send(p, limit, "")
		if c.Spoken(&rules.PageLimitRange.Rule) {
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
	beyond("x")
}

// level is how sure it is what an operation takes.
func level(o *pass.Operation) rule.Level {
	if o.Source == "assumed" {
		return rule.Assumption
	}
	return rule.Violation
}

// walkOf lists page by page and looks for what was made.
func walkOf(p *live.Probe, l live.Lister, limit int, made map[string]bool) {
	seen := make(map[string]bool)
	cursor := ""
	for range 200 {
		c := l.Send(p, fmt.Sprint(limit), cursor)
		if !p.Works(c) || !c.Sound() {
			return
		}
		users.EchoesPage(p, l, c, cursor)
		items := l.Items(c)
		for _, item := range items {
			seen[live.KeyText(item[l.Resource.Key])] = true
		}
		next := l.Next(c)
		if next != "" && l.Page().SizeParam != "" && len(items) < limit {
			p.Report(c, users.PageShort, rule.Finding{Message: fmt.Sprintf("%d items for a limit of %d, and there is a next page", len(items), limit)})
		}
		if next == cursor && next != "" {
			return // page/next-is-self says it
		}
		if cursor = next; next != "" {
			continue
		}
		for id := range made {
			if !seen[id] {
				p.Report(c, users.PageFullWalk, rule.Finding{Message: "one that was just created is on no page"})
				return
			}
		}
		return
	}
}
