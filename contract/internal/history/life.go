package history

import "github.com/onvy-health/onvy-go/contract/internal/fact"

// lifeKey is a resource of a project.
type lifeKey struct {
	project fact.Digest
	key     fact.Digest
}

// life is what is known of a resource from the facts so far. What was forgotten,
// or only half seen, is unknown.
type life struct {
	view  *fact.View      // the resource as it has to be; nil if unknown
	since fact.Order      // the exchange that view is from
	by    *fact.Operation // the write that view is from; nil if it was read

	gone    bool         // deleted, or seen not to exist
	went    bool         // by a delete that was seen
	deleted *fact.View   // view at the time of the delete
	created fact.Instant // of the last view, also of one that is gone

	// pending says that a create got no answer: it may be carried out yet, however
	// long after.
	pending bool

	wrote   int64  // end of the last write
	refused bool   // the last write was refused
	touched bool   // something was written since the change time in view was seen
	read    bool   // the change time in view was read, and is not from the answer to a write
	given   uint64 // fields that a client has set, a bit for each
	shown   uint64 // fields that the last answer had as view has them, a bit for each
	doubted uint64 // fields of which a law of updates has just said that they are wrong, a bit for each
	haunted bool   // it was there where it had to be gone, or the other way round: being there proves nothing more
	listed  uint64 // Raw of the view in the last list that did not differ; 0 if unknown

	// doubt is a 404 about a resource that was there. It is a verdict once the
	// resource is seen again and was not made anew.
	doubt      *Verdict
	doubtStart int64

	last  fact.Order
	twins []twin // facts at the end time of the last one
	held  held
}

// twin is enough of a fact to see that it is the same one, read twice.
type twin struct {
	start       int64
	op          string
	status      int
	view, sent  uint64
	token       fact.Digest
	listed      bool
	hasV, hasW  bool
	viewUpdated fact.Instant
}

func twinOf(f *fact.Fact) twin {
	t := twin{start: f.Start, op: f.Op, status: f.Status, token: f.Token.ID, listed: f.Listed, hasV: f.View != nil, hasW: f.Sent != nil}
	if f.View != nil {
		t.view, t.viewUpdated = f.View.Raw, f.View.Updated
	}
	if f.Sent != nil {
		t.sent = f.Sent.Raw
	}
	return t
}

// seenBefore reports whether a fact is there a second time, as it is when two
// recordings overlap.
func (l *life) seenBefore(f *fact.Fact) bool {
	if f.End == 0 {
		return false
	}
	if f.End != l.last.End {
		l.twins = l.twins[:0]
	}
	t := twinOf(f)
	for i := range l.twins {
		if l.twins[i] == t {
			return true
		}
	}
	l.twins = append(l.twins, t)
	return false
}

// lost takes a write without an answer, or with that of a gateway: it may have
// been carried out, and may be still.
func (l *life) lost(f *fact.Fact) {
	l.held.drop(f.Start)
	*l = life{wrote: max(l.wrote, f.End), last: l.last, twins: l.twins, held: l.held, pending: l.pending || f.Operation.Role == fact.Create}
}

// settle notes where the view is from.
func (l *life) settle(f *fact.Fact) {
	l.since, l.listed = f.Order, 0
	if l.view != nil && l.view.Created.OK() {
		l.created = l.view.Created
	}
}

// show notes which fields the answer to a write shows as they have to be. If it
// shows all of them so, whoever sees the same bytes later sees the same.
func (l *life) show(f *fact.Fact) {
	for i := range f.Operation.Resource.Fields {
		switch {
		case l.view != nil && f.View != nil && fact.Equal(l.view.Field(i), f.View.Field(i)):
			l.shown |= 1 << i
		case f.View != nil || f.Operation.Role != fact.Patch || f.Sent == nil || f.Sent.Has(i):
			l.shown &^= 1 << i
		}
	}
	if all := uint64(1)<<len(f.Operation.Resource.Fields) - 1; l.view != nil && f.View != nil && l.shown&all == all {
		l.view.Raw, l.view.Fields = f.View.Raw, f.View.Fields
	}
}

// sure reports whether a field was seen as it has to be. If it was not, the write
// that set it is what went wrong, and not what came after.
func (l *life) sure(i int) bool { return l.shown&(1<<i) != 0 }

// take takes a resource as it was read.
func (l *life) take(f *fact.Fact) {
	if l.view == nil || l.view.Raw != f.View.Raw {
		l.view = f.View.Own()
	}
	l.settle(f)
	l.shown, l.by = ^uint64(0), nil
	l.gone, l.went, l.touched, l.refused, l.read = false, false, false, false, true
}

// give notes which fields a client has set and which it has taken away.
func (l *life) give(sent *fact.View, all bool) {
	if all {
		l.given = 0
	}
	if sent == nil {
		return
	}
	for i, v := range sent.Fields {
		switch {
		case v.There():
			l.given |= 1 << i
		case sent.Has(i):
			l.given &^= 1 << i
		}
	}
}
