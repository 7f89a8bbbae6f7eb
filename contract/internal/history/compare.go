package history

import (
	"slices"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// fine is the coarsest resolution in which an unseen write cannot hide behind a
// time of change that stays the same.
const fine = 10 * time.Millisecond

// tied reports whether two views must agree: nothing changed between what is
// known and now.
func (e resourceLaws) tied(l *life, now *fact.View) bool {
	if e.options.Whole {
		return true
	}
	old := l.view.Updated
	if !old.OK() || !now.Updated.OK() || old.Differs(now.Updated) {
		e.NotJudged.Untied++
		return false
	}
	step := max(old.Step, now.Updated.Step)
	// A second write within the step would leave no trace, unless the step was
	// over when the resource was seen.
	if step > fine && l.since.Start < old.Nanos+int64(step) {
		e.NotJudged.Untied++
		return false
	}
	return true
}

// compareWrite holds the answer to a write against what was sent.
func (e resourceLaws) compareWrite(l *life, f *fact.Fact, before *fact.View) {
	r, now, sent := f.Operation.Resource, f.View, f.Sent
	if sent == nil {
		return
	}
	patch := f.Operation.Role == fact.Patch
	for i := range r.Fields {
		value, answer, old := sent.Field(i), now.Field(i), before.Field(i)
		if !value.There() || !answer.Known() || patch && value.IsObject() {
			continue
		}
		kept := e.compareReplaced(l, f, i, old)
		for _, d := range differences(r.Fields[i].Name, value, answer) {
			if d.added && kept {
				continue
			}
			v := Verdict{Field: d.name, Earlier: l.since}
			if before != nil && old.Known() && !fact.Equal(old, value) && fact.Equal(answer, old) {
				v.Message = "the answer shows the value from before the update"
				e.law(l, f, StaleAnswer, v)
				break
			}
			v.Message, v.Earlier = "the answer to the write: "+d.text, fact.Order{}
			e.law(l, f, WriteAnswer, v)
		}
	}
	if !patch {
		return
	}
	for i := range r.Fields {
		value, answer, old := sent.Field(i), now.Field(i), before.Field(i)
		field := &r.Fields[i]
		switch {
		case !sent.Has(i) || !value.Known() || !answer.Known():
		case !value.There():
			if answer.There() && old.There() && fact.Equal(answer, old) && !l.mayDefault(field, i, answer) {
				e.law(l, f, PatchClears, Verdict{Field: field.Name, Message: "null did not clear the field", Earlier: l.since})
			} else if answer.Kind == '"' && answer.Len == 0 || answer.IsObject() && len(answer.Parts) == 0 {
				e.law(l, f, PatchClears, Verdict{Field: field.Name, Message: "null made the field empty instead of clearing it"})
			}
		case value.IsObject():
			e.comparePart(l, f, patched{field.Name, value, answer, old, before != nil && old.Known() && l.sure(i)})
		}
	}
}

// compareReplaced looks for parts that were not in a PUT of an object and stay.
func (e resourceLaws) compareReplaced(l *life, f *fact.Fact, i int, old fact.Value) (kept bool) {
	sent := f.Sent.Field(i)
	if f.Operation.Role != fact.Replace || !sent.IsObject() {
		return false
	}
	for _, part := range f.View.Field(i).Parts {
		if part.Value.There() && !sent.Part(part.Name).There() && fact.Equal(part.Value, old.Part(part.Name)) {
			e.law(l, f, PutReplaces, Verdict{Field: f.Operation.Resource.Fields[i].Name + "." + part.Label(), Message: "the part was not in the PUT and is still there", Earlier: l.since})
			kept = true
		}
	}
	return kept
}

// patched is an object of a PATCH, which may be in another one: as it was sent, is
// answered and was.
type patched struct {
	name           string
	sent, now, old fact.Value
	sure           bool // what was is known for certain
}

// comparePart holds the answer to a PATCH of an object against both forms that
// it may have: the sent parts, and the other parts as they were.
func (e resourceLaws) comparePart(l *life, f *fact.Fact, p patched) {
	if !p.now.There() && !p.sent.Empty() {
		e.law(l, f, WriteAnswer, Verdict{Field: p.name, Message: "the answer to the write: the value is missing"})
		return
	}
	for _, part := range p.sent.Parts {
		inner := patched{p.name + "." + part.Label(), part.Value, p.now.Part(part.Name), p.old.Part(part.Name), p.sure}
		v := Verdict{Field: inner.name, Earlier: l.since}
		switch {
		case !inner.sent.There():
			if inner.old.There() && inner.now.There() {
				v.Message = "null did not clear the part"
				e.law(l, f, PatchClears, v)
			}
		case inner.sent.IsObject() && (inner.now.IsObject() || !inner.now.There()):
			e.comparePart(l, f, inner)
		case inner.now.There() && fact.Equal(inner.now, inner.sent):
		case p.old.IsObject() && fact.Equal(inner.now, inner.old):
			v.Message = "the answer shows the value from before the update"
			e.law(l, f, StaleAnswer, v)
			return
		default:
			v.Message, v.Earlier = "the answer to the write: the value is not the one that was sent", fact.Order{}
			e.law(l, f, WriteAnswer, v)
		}
	}
	if p.sure {
		e.compareUnsent(l, f, p)
	}
}

// compareUnsent holds the parts that a PATCH of an object does not name against
// what was there.
func (e resourceLaws) compareUnsent(l *life, f *fact.Fact, p patched) {
	v := Verdict{Message: "the part was not in the patch and is not as before", Earlier: l.since}
	added := slices.DeleteFunc(slices.Clone(p.now.Parts), func(part fact.Part) bool { return p.old.Has(part.Name) })
	for _, part := range slices.Concat(p.old.Parts, added) {
		was, now := p.old.Part(part.Name), p.now.Part(part.Name)
		switch {
		case p.sent.Has(part.Name) || fact.Equal(was, now):
			continue
		case !was.There() && !part.Owned():
			continue // a default
		case !e.options.Whole:
			e.NotJudged.Untied++ // an unseen write may have done it
			return
		}
		v.Field = p.name + "." + part.Label()
		e.law(l, f, PatchMerges, v)
	}
}

// compareKept holds what an update did not name against what was there.
func (e resourceLaws) compareKept(l *life, f *fact.Fact, before *fact.View) {
	if before == nil {
		return
	}
	r := f.Operation.Resource
	for i := range r.Fields {
		old, now := before.Field(i), f.View.Field(i)
		if f.Sent.Has(i) || !old.Known() || !now.Known() {
			continue
		}
		v := Verdict{Field: r.Fields[i].Name, Earlier: l.since}
		switch {
		case f.Operation.Role == fact.Replace:
			if old.There() && now.There() && fact.Equal(old, now) && !l.mayDefault(&r.Fields[i], i, now) {
				v.Message = "the field was not in the PUT and is still there"
				e.law(l, f, PutReplaces, v)
			}
		case !fact.Equal(old, now) && l.sure(i):
			if !e.options.Whole {
				e.NotJudged.Untied++ // an unseen write may have changed it
				return
			}
			v.Message = "the field was not in the patch and is not as before"
			e.law(l, f, PatchKeeps, v)
		}
	}
}

// compareTimes holds the times in the answer to an update against those before.
func (e resourceLaws) compareTimes(l *life, f *fact.Fact, before *fact.View, changed bool) {
	if before == nil {
		return
	}
	e.compareCreated(l, f)
	old, now := before.Updated, f.View.Updated
	if !old.OK() || !now.OK() {
		return
	}
	v := Verdict{Field: f.Operation.Resource.Updated, Earlier: l.since}
	switch {
	// Without times nobody knows whether the two were carried out in this order.
	case now.Nanos < old.Nanos && f.Start != 0 && l.since.Start != 0:
		v.Message = "an update set " + v.Field + " back"
		e.law(l, f, UpdatedAtMoves, v)
	case now.Nanos == old.Nanos && changed && f.Start != 0 && time.Duration(f.Start-l.wrote) >= old.Step && e.tied(l, f.View):
		v.Message = "an update did not move " + v.Field
		e.law(l, f, UpdatedAtMoves, v)
	}
}

// compareCreated looks whether the time of creation is as it was. It may be
// another only if the resource was deleted and made anew, which an incomplete
// record does not show; but not before it was seen.
func (e resourceLaws) compareCreated(l *life, f *fact.Fact) {
	old, now := l.view.Created, f.View.Created
	// Some servers answer a create with more digits than they keep.
	if !old.OK() || !now.OK() || !old.Differs(now) {
		return
	}
	unchanged := l.view.Updated.OK() && f.View.Updated.OK() && !l.view.Updated.Differs(f.View.Updated)
	if !e.options.Whole && !unchanged && (l.since.Start == 0 || now.Nanos > l.since.Start-int64(clockLeeway)) {
		e.NotJudged.Untied++
		return
	}
	e.law(l, f, CreatedAtFixed, Verdict{Field: f.Operation.Resource.Created, Message: f.Operation.Resource.Created + " changed", Earlier: l.since})
}

// compareRead holds a resource that was read against what is known.
func (e resourceLaws) compareRead(l *life, f *fact.Fact) {
	r := f.Operation.Resource
	if e.tied(l, f.View) {
		e.compareFields(l, f, ReadBack)
	}
	e.compareCreated(l, f)
	if !e.options.Whole {
		return
	}
	old, now := l.view.Updated, f.View.Updated
	if l.view.Created.OK() && f.View.Created.Missing() {
		e.law(l, f, ReadBack, Verdict{Field: r.Created, Message: "the value is missing", Earlier: l.since})
	}
	if old.OK() && now.Missing() {
		e.law(l, f, ReadBack, Verdict{Field: r.Updated, Message: "the value is missing", Earlier: l.since})
	}
	if !old.OK() || !now.OK() || l.touched || !old.Differs(now) {
		return
	}
	v := Verdict{Field: r.Updated, Earlier: l.since}
	switch {
	case l.refused:
		v.Message = "a refused request moved " + r.Updated
		e.law(l, f, RefusedChangesNothing, v)
	case l.read: // else the write may have had its consequences later
		v.Message = "reading changed " + r.Updated
		e.law(l, f, ReadIsSafe, v)
	}
}

// compareFields holds the client's fields of a resource against what is known.
func (e resourceLaws) compareFields(l *life, f *fact.Fact, compared *rule.Rule) {
	// Else the write before it may be what went wrong.
	refused := l.refused && l.read && !f.Listed
	broken := compared
	if refused {
		broken = RefusedChangesNothing
	}
	for i, field := range f.Operation.Resource.Fields {
		old, now := l.view.Field(i), f.View.Field(i)
		if !old.Known() || !now.Known() || f.Listed && !l.sure(i) {
			continue
		}
		switch {
		case !old.There() && !now.There():
		case !old.There() && refused:
			e.law(l, f, broken, Verdict{Field: field.Name, Message: "a field is there that was not there before", Earlier: l.since})
		case !old.There():
			if compared != ListAgrees {
				e.law(l, f, AnswersAgree, Verdict{Field: field.Name, Message: "a field is there that was not in the answer before", Earlier: l.since})
			}
		default:
			for _, d := range differences(field.Name, old, now) {
				e.law(l, f, broken, Verdict{Field: d.name, Message: d.text, Earlier: l.since})
			}
		}
	}
}

// recreated looks for data of the deleted resource in the new one.
func (e resourceLaws) recreated(l *life, f *fact.Fact, before *fact.View) {
	for i := range f.Operation.Resource.Fields {
		field := &f.Operation.Resource.Fields[i]
		if old := before.Field(i); !f.Sent.Has(i) && old.There() && fact.Equal(old, f.View.Field(i)) && !l.mayDefault(field, i, old) {
			e.law(l, f, RecreatedClean, Verdict{Field: field.Name, Message: "the new " + f.Operation.Resource.Noun + " has a value of the deleted one"})
		}
	}
}

// mayDefault reports whether a server may have given a value itself: that it is
// there after it was taken away then says nothing.
func (l *life) mayDefault(field *fact.Field, i int, value fact.Value) bool {
	return value.Default || field.Assigned && l.given&(1<<i) == 0
}
