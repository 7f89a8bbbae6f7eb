package history

import (
	"bytes"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// resourceLaws are the laws of resources.
type resourceLaws struct{ *Engine }

// live takes a fact about a resource.
func (e resourceLaws) live(f *fact.Fact) {
	project, principal := e.realm(f)
	key := lifeKey{project, f.Key}
	l := e.lives.Get(key)
	if l == nil {
		if f.Listed {
			return // most of a page is of no interest to anybody
		}
		l = &life{}
		e.lives.Put(key, l)
	}
	if l.seenBefore(f) {
		if !f.Listed { // page says so once for all that is on it
			e.NotJudged.Repeated++
		}
		return
	}
	write := f.Operation.Role != fact.Read && !f.Listed
	if len(l.held) > 0 {
		e.release(&l.held, f.Start-longest)
	}
	if e.tooLate(f, l.last.End) {
		e.late(l, f, write)
		return
	}
	l.last = f.Order
	switch {
	case write && f.Status == 0, write && f.Status/100 == 5:
		l.lost(f)
		return
	// Two exchanges that overlap say nothing about each other.
	case f.Start != 0 && f.Start < l.wrote, f.Racing:
		if write || f.Racing {
			l.view, l.gone, l.went, l.doubt = nil, false, false, nil
			l.wrote = max(l.wrote, f.End)
			l.held.drop(f.Start)
		}
		return
	case write && f.Start != 0 && l.since.End > f.Start:
		l.view, l.gone, l.went, l.doubt = nil, false, false, nil
	}
	if write {
		l.held.drop(f.Start)
	}
	switch {
	case f.Listed:
		e.inList(l, f)
		return
	case f.Status/100 == 2:
		e.success(l, f)
	case (f.Status == 404 || f.Status == 410) && principal.IsZero() && e.mayUse(f): // else it need not see others
		e.notFound(l, f)
	case f.Status == 409 && f.Operation.Role == fact.Create && l.went && e.options.Whole:
		e.law(l, f, DeletedFreesID, Verdict{Message: "the id of " + f.Operation.Resource.A() + " that was deleted is refused as taken", Earlier: l.since})
	}
	if write {
		l.wrote = max(l.wrote, f.End)
		l.refused = f.Status/100 != 2
	}
}

// late takes a fact that is older than what is known. What has been judged
// cannot be judged again.
func (e resourceLaws) late(l *life, f *fact.Fact, write bool) {
	if write {
		l.held.drop(f.Start)
		if f.End >= l.since.Start {
			l.view, l.gone, l.went, l.doubt = nil, false, false, nil
		}
	}
}

func (e resourceLaws) notFound(l *life, f *fact.Fact) {
	if l.view != nil && !l.gone && !l.haunted {
		v := Verdict{Message: f.Operation.Resource.A() + " that exists is not found", Earlier: l.since}
		if e.options.Whole && !f.Operation.Resource.Nested {
			e.law(l, f, CreatedReadable, v)
			l.haunted = true
		} else if l.doubt == nil && l.created.OK() && f.Start > l.created.Nanos+int64(l.created.Step) {
			v.Law, v.Resource, v.Order, v.Op, v.Status = CreatedReadable, f.Operation.Resource.Name, f.Order, f.Op, f.Status
			l.doubt, l.doubtStart = &v, f.Start
		}
	}
	if f.Operation.Role == fact.Read {
		l.gone, l.view = !l.haunted, nil
	}
}

// law reports a law of resources.
func (e resourceLaws) law(l *life, f *fact.Fact, broken *rule.Rule, v Verdict) {
	v.Law, v.Resource = broken, f.Operation.Resource.Name
	switch broken {
	case WriteAnswer, StaleAnswer, PatchKeeps, PutReplaces, UpdatedAtMoves:
		v.Rests = f.Operation.ID
	}
	switch broken {
	case PatchKeeps, PutReplaces, PatchMerges, PatchClears:
		name, _, _ := strings.Cut(v.Field, ".")
		if i := f.Operation.Resource.Index(name); i >= 0 {
			l.doubted |= 1 << i
		}
	case ReadBack, ListAgrees:
		if l.by != nil {
			v.Rests = l.by.ID
		}
	}
	if v.Field != "" {
		v.Pointer = "/" + string(bytes.ReplaceAll([]byte(v.Field), []byte("."), []byte("/")))
		if f.Listed {
			v.Pointer = read.Pointer(f.Operation.Resource.Items...) + "/*" + v.Pointer
		}
	}
	e.say(&l.held, f, v)
}

// success takes an answer of the class 2xx.
func (e resourceLaws) success(l *life, f *fact.Fact) {
	r := f.Operation.Resource
	now := f.View
	role := f.Operation.Role
	if l.pending {
		l.gone, l.went = false, false
		l.pending = now == nil
	}
	if role == fact.Read && now != nil && !l.gone && l.doubt == nil && (l.view == nil || now.Raw == l.view.Raw) {
		l.take(f)
		return
	}
	now.Open(e.hasher, r)
	l.view.Open(e.hasher, r)
	f.Sent.Open(e.hasher, r)
	e.again(l, f)
	switch role {
	case fact.Create:
		e.create(l, f)
	case fact.Read:
		if now != nil {
			n, created := e.nth, l.created
			if l.view != nil {
				e.compareRead(l, f)
			}
			l.take(f)
			if e.nth > n {
				// Which of both is right nobody knows: what comes next is held
				// against neither, or one fault would be found again and again.
				l.view, l.created = nil, created
			}
		}
	case fact.Replace, fact.Patch:
		e.update(l, f)
	case fact.Delete:
		if l.gone && e.options.Whole {
			// Another DELETE may well say that it is gone: nothing rules its answer.
			e.law(l, f, DeletedGone, Verdict{Level: rule.Assumption, Message: r.A() + " that is gone can be deleted again", Earlier: l.since})
		}
		l.deleted, l.view, l.gone, l.went, l.doubt, l.since = l.view, nil, true, true, nil, f.Order
	}
}

// again looks at a resource that was gone, or not found, and is there.
func (e resourceLaws) again(l *life, f *fact.Fact) {
	same := f.View != nil && l.created.OK() && f.View.Created.OK() && !l.created.Differs(f.View.Created)
	if f.Operation.Role == fact.Create || f.Operation.Role == fact.Delete {
		l.doubt = nil
		return
	}
	if l.doubt != nil && f.View != nil {
		if same {
			e.sayAs(&l.held, l.doubtStart, *l.doubt)
		}
		l.doubt = nil
	}
	if !l.gone {
		return
	}
	noun := f.Operation.Resource.A()
	broken, message := DeletedGone, noun+" that is gone is found"
	switch f.Operation.Role {
	case fact.Replace:
		broken, message = PutUnknown, "PUT of "+noun+" that is not there works"
	case fact.Patch:
		message = "PATCH of " + noun + " that is gone works"
	}
	if e.options.Whole || l.went && same && f.Operation.Role != fact.Replace {
		e.law(l, f, broken, Verdict{Message: message, Earlier: l.since})
		l.haunted = true
	}
	l.gone, l.went, l.view = false, false, nil
}

func (e resourceLaws) create(l *life, f *fact.Fact) {
	now, sent := f.View, f.Sent
	same := now != nil && l.created.OK() && now.Created.OK() && !l.created.Differs(now.Created) && l.created.Step < time.Second &&
		(l.since.Start == 0 || l.since.Start >= now.Created.Nanos) // else the clock was set back in between
	if l.view != nil && !l.gone && !l.haunted && (e.options.Whole || same) {
		e.law(l, f, UniqueID, Verdict{Message: "an id that is taken was given again", Earlier: l.since})
	}
	before := l.deleted
	if now != nil {
		e.compareWrite(l, f, nil)
		e.recreated(l, f, before)
	}
	l.give(sent, true)
	l.view = after(f.Operation.Resource, nil, now, sent, false)
	l.settle(f)
	l.show(f)
	l.by = f.Operation
	l.gone, l.went, l.touched, l.read, l.deleted, l.haunted = false, false, now == nil, false, nil, false
}

func (e resourceLaws) update(l *life, f *fact.Fact) {
	r, now, sent := f.Operation.Resource, f.View, f.Sent
	put := f.Operation.Role == fact.Replace
	before := l.view
	if now != nil {
		e.compareWrite(l, f, before)
		e.compareKept(l, f, before)
		e.compareTimes(l, f, before, changes(r, before, now, sent, put))
	}
	l.give(sent, put)
	if !e.options.Whole || put {
		before = nil // an unseen write may lie between
	}
	l.view = after(r, before, now, sent, !put)
	for i := range r.Fields { // what is wrong was said; nobody knows what to expect of it
		if l.doubted&(1<<i) != 0 && l.view != nil {
			l.view.Fields[i] = fact.Value{Kind: fact.Unknown}
		}
	}
	l.doubted = 0
	l.settle(f)
	l.show(f)
	l.by = f.Operation
	l.touched, l.read = now == nil, false
}

// inList takes a resource as a page shows it.
func (e resourceLaws) inList(l *life, f *fact.Fact) {
	now := f.View
	switch {
	case l.gone && l.deleted != nil:
		if e.options.Whole || l.created.OK() && now.Created.OK() && !l.created.Differs(now.Created) {
			e.law(l, f, DeletedListed, Verdict{Pointer: read.Pointer(f.Operation.Resource.Items...), Message: "a deleted " + f.Operation.Resource.Noun + " is listed", Earlier: l.since})
		}
		return
	case l.gone || l.view == nil || now.Raw == l.view.Raw:
		return
	case now.Raw == l.listed && !l.refused:
		return // it did not differ the last time
	}
	l.view.Open(e.hasher, f.Operation.Resource)
	now.Open(e.hasher, f.Operation.Resource)
	n := e.nth
	if e.tied(l, now) {
		e.compareFields(l, f, ListAgrees)
	}
	e.compareCreated(l, f)
	if e.nth == n && now.Known() {
		l.listed = now.Raw
	}
}
