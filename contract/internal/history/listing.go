package history

import (
	"fmt"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/recent"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// pageLaws are the laws of listings.
type pageLaws struct{ *Engine }

func (e pageLaws) list(f *fact.Fact, key fact.Digest) (l *list, principal fact.Digest) {
	project, principal := e.realm(f)
	at := listKey{project, key}
	if l = e.lists.Get(at); l == nil {
		l = &list{members: make(map[uint64]*member), walks: recent.New[walkKey, *walk](keptWalks), ended: recent.New[walkKey, *walk](keptWalks), twins: make(map[fact.Order]bool)}
		e.lists.Put(at, l)
	}
	return l, principal
}

// fresh reports whether a fact is not there a second time, and notes it.
func (e pageLaws) fresh(l *list, f *fact.Fact) bool {
	if f.End == 0 {
		return true
	}
	if f.End > l.newest {
		clear(l.twins)
	}
	twin := fact.Order{End: f.End, Start: f.Start, Name: f.Op + short(f.Token.ID)}
	if f.Event != nil {
		twin.Seq = f.Event.ID
	} else {
		twin.Name += short(f.Page.Cursor)
	}
	if l.twins[twin] {
		return false
	}
	l.twins[twin] = true
	return true
}

func short(d fact.Digest) string { return string(d[:]) }

// event takes what happened to a member.
func (e pageLaws) event(f *fact.Fact) {
	v := f.Event
	l, principal := e.list(f, v.List)
	if !e.fresh(l, f) {
		return
	}
	m := l.members[v.ID]
	late := e.tooLate(f, l.newest)
	l.newest = max(l.newest, f.End)
	e.release(&l.held, f.Start-longest)
	if v.Kind == fact.Came || v.Kind == fact.Went || v.Kind == fact.Unsure {
		l.writes++
		l.last = max(l.last, f.End)
		l.held.drop(f.Start)
	}
	if v.ID == 0 {
		return
	}
	switch v.Kind {
	case fact.Came, fact.Seen:
		if late {
			return
		}
	}
	switch v.Kind {
	case fact.Came, fact.Seen:
		if m == nil {
			m = e.member(l, v.ID)
		}
		if f.End != 0 && f.Start <= m.went {
			return // it may have gone after this
		}
		if m.missed != nil && v.Kind == fact.Seen && m.created.OK() && v.Created.OK() && !m.created.Differs(v.Created) {
			e.sayAs(&l.held, m.from, *m.missed)
		}
		if !m.there || v.Kind == fact.Came || v.Created.OK() && m.created.OK() && m.created.Differs(v.Created) {
			m.since = f.Order
		}
		m.there, m.missed = true, nil
		if v.Created.OK() {
			m.created = v.Created
		}
	case fact.Missing:
		if !principal.IsZero() || !e.mayUse(f) || f.Operation.Role != fact.Read {
			return
		}
		fallthrough
	default:
		if m == nil {
			m = e.member(l, v.ID)
		}
		m.there, m.missed, m.went = false, nil, max(m.went, f.End)
	}
}

// member is a new one.
func (e pageLaws) member(l *list, id uint64) *member {
	if len(l.members) >= e.members() {
		clear(l.members) // as if nobody had been seen
		e.NotJudged.Forgotten++
	}
	m := &member{}
	l.members[id] = m
	return m
}

// members is how many members of a listing are remembered.
func (e pageLaws) members() int {
	if e.options.Sorted {
		return 1 << 30 // as good as all, and an int anywhere
	}
	return 10 * max(e.options.Kept, 20_000)
}

// page takes a page of a listing.
func (e pageLaws) page(f *fact.Fact, busy bool) {
	p := f.Page
	l, principal := e.list(f, p.List)
	if !e.fresh(l, f) {
		e.NotJudged.Repeated++
		return
	}
	if e.tooLate(f, l.newest) && l.last > f.Start {
		busy = true // a write that ended later has been seen already
	}
	l.newest = max(l.newest, f.End)
	e.release(&l.held, f.Start-longest)
	next := walkKey{principal, p.Cursor}
	var w *walk
	if p.Cursor.IsZero() {
		w = &walk{
			whole: principal.IsZero(), limit: p.Limit, started: f.Start, began: f.Order, writes: l.writes,
			seen: make(map[uint64]struct{}), pages: make(map[fact.Digest]struct{}),
		}
	} else if w = l.walks.Get(next); w == nil {
		return // the middle of a listing that began elsewhere, or a page asked for again
	}
	l.walks.Delete(next)
	w.pages[p.Cursor] = struct{}{}
	w.racing = w.racing || f.Racing || busy

	repeated := false
	for _, id := range p.IDs {
		repeated = !w.add(id) || repeated
		m := l.members[id]
		w.strange = w.strange || m == nil || m.since == (fact.Order{})
	}
	items := read.Pointer(f.Operation.Resource.Items...)
	total := read.Pointer(f.Operation.Resource.Total...)
	if repeated && !p.Cursor.IsZero() && e.options.Whole && l.quiet(w) { // within one page: page/repeats
		e.walked(l, w, f, Verdict{Law: PageRepeatsBetween, Pointer: items, Message: f.Operation.Resource.A() + " of an earlier page is listed again"})
	}
	if p.Totaled {
		if w.totaled && w.total != p.Total {
			w.changes++
		}
		w.total, w.totaled = p.Total, true
	}
	_, loop := w.pages[p.Next]
	switch {
	case p.Next.IsZero():
		e.endWalk(l, w, f, principal, items, total)
	case loop:
		e.walked(l, w, f, Verdict{Law: PageLoop, Pointer: read.Pointer(f.Operation.Resource.Next...), Message: "next_page leads back to a page that was there before"})
	default:
		if len(p.IDs) == 0 {
			e.walked(l, w, f, Verdict{Law: PageEmptyWithNext, Pointer: items, Message: "an empty page says that there is more"})
		}
		if w.count <= keptItems {
			l.walks.Put(walkKey{principal, p.Next}, w)
		}
	}
}

// walked reports something about a walk.
func (e pageLaws) walked(l *list, w *walk, f *fact.Fact, v Verdict) {
	v.Order, v.Nth, v.Op, v.Status = f.Order, e.nth, f.Op, f.Status
	if w.began != f.Order {
		v.Earlier = w.began
	}
	e.nth++
	e.sayAs(&l.held, w.started, v)
}

// endWalk looks at a listing that is complete. Where writes may be unseen, it
// takes a second one that agrees with the first.
func (e pageLaws) endWalk(l *list, w *walk, f *fact.Fact, principal fact.Digest, items, total string) {
	defer func() { w.pages = nil }()
	if !l.quiet(w) {
		return
	}
	last := l.ended.Get(walkKey{principal, w.limit})
	l.ended.Put(walkKey{principal, w.limit}, w)
	twice := w.agrees(last) && last.writes == w.writes
	own := e.options.Whole && !e.options.Shared && !w.strange
	sure := own || twice

	if !e.options.Whole && twice && w.repeats > 0 {
		e.walked(l, w, f, Verdict{Law: PageRepeatsBetween, Pointer: items, Message: f.Operation.Resource.A() + " of an earlier page is listed again"})
	}
	e.loses(l, w, last, twice, f, items)
	switch {
	case w.changes > 0 && (own || e.options.Shared && twice):
		e.walked(l, w, f, Verdict{Law: PageTotalAgrees, Pointer: total, Message: fmt.Sprintf("total changes from page to page, %d times, and nothing was written", w.changes)})
	case w.changes > 0 && e.options.Whole:
		e.walked(l, w, f, Verdict{Law: PageTotalAgrees, Level: rule.Drift, Pointer: total, Message: "total changes from page to page; somebody else may be writing"})
	case w.changes == 0 && w.totaled && w.total != float64(w.count) && sure:
		what := "all pages together have more " + f.Operation.Resource.Name + " than total says"
		if w.total > float64(w.count) {
			what = "all pages together have fewer " + f.Operation.Resource.Name + " than total says"
		}
		e.walked(l, w, f, Verdict{Law: PageTotalAgrees, Pointer: total, Message: what})
	}
	if last != nil && last.writes == w.writes && last.count == w.count && last.set == w.set && last.order != w.order && last.repeats == w.repeats {
		e.walked(l, w, f, Verdict{Law: PageOrder, Pointer: items, Message: "a second listing has another order"})
	}
	if last != nil {
		last.seen = nil // not needed any more
	}
}

// loses looks for members that exist since before the listing and are not in it.
func (e pageLaws) loses(l *list, w, last *walk, twice bool, f *fact.Fact, items string) {
	if !w.whole || w.started == 0 && w.began.Seq == 0 {
		return
	}
	v := Verdict{Law: PageLosesUsers, Pointer: items, Message: f.Operation.Resource.Name + " that exist are on no page"}
	began := w.began
	if !e.options.Whole {
		if !twice {
			return
		}
		began = last.began
	}
	for id, m := range l.members {
		_, listed := w.seen[id]
		// It was there when an exchange ended that was over before the walk.
		if listed || !m.there || m.since.End >= began.Start || m.since.End == 0 {
			continue
		}
		if e.options.Whole {
			e.walked(l, w, f, v)
			return
		}
		if m.missed == nil {
			missed := v
			missed.Order, missed.Op, missed.Status, missed.Earlier = f.Order, f.Op, f.Status, w.began
			m.missed, m.from = &missed, last.started
		}
	}
}
