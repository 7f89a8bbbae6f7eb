package history

import "time"

// fine is the coarsest resolution in which an unseen write cannot hide behind a
// time of change that stays the same.
const fine = 10 * time.Millisecond

// tied reports whether two views must agree: nothing changed between what is
// known and now.
func (e *Engine) tied(l *life, now *View) bool {
	if e.options.Whole {
		return true
	}
	old := l.view.Updated
	if !old.ok() || !now.Updated.ok() || old.differs(now.Updated) {
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
func (e *Engine) compareWrite(l *life, f *Fact, before *View) {
	r, now, sent := f.op.Resource, f.View, f.Sent
	if sent == nil {
		return
	}
	patch := f.op.Role == Patch
	for i := range r.Fields {
		value, answer, old := sent.field(i), now.field(i), before.field(i)
		if !value.there() || !answer.known() || patch && value.object() {
			continue
		}
		for _, d := range differences(r.Fields[i].Name, value, answer) {
			v := Verdict{Field: d.name, Earlier: l.since}
			if before != nil && old.known() && !equal(old, value) && equal(answer, old) {
				v.Message = "the answer shows the value from before the update"
				e.law(l, f, "stale-answer", v)
				break
			}
			v.Message, v.Earlier = "the answer to the write: "+d.text, Order{}
			e.law(l, f, "write-answer", v)
		}
		if f.op.Role != Replace || !value.object() {
			continue
		}
		for _, part := range answer.Parts {
			named := value.part(part.Name)
			if was := old.part(part.Name); part.Value.there() && !named.there() && equal(part.Value, was) {
				e.law(l, f, "put-replaces", Verdict{Field: r.Fields[i].Name + "." + part.Name, Message: "the part was not in the PUT and is still there", Earlier: l.since})
			}
		}
	}
	if !patch {
		return
	}
	for i := range r.Fields {
		value, answer, old := sent.field(i), now.field(i), before.field(i)
		field := &r.Fields[i]
		switch {
		case !sent.named(i) || !value.known() || !answer.known():
		case !value.there():
			if answer.there() && old.there() && equal(answer, old) && !l.mayDefault(field, i, answer) {
				e.law(l, f, "patch-clears", Verdict{Field: field.Name, Message: "null did not clear the field", Earlier: l.since})
			} else if answer.Kind == '"' && answer.Len == 0 || answer.object() && len(answer.Parts) == 0 {
				e.law(l, f, "patch-clears", Verdict{Field: field.Name, Message: "null made the field empty instead of clearing it"})
			}
		case value.object():
			e.comparePart(l, f, i, before)
		}
	}
}

// comparePart holds the answer to a PATCH of an object against both forms that
// it may have: the sent part, and the other parts as they were.
func (e *Engine) comparePart(l *life, f *Fact, i int, before *View) {
	name := f.op.Resource.Fields[i].Name
	sent, now, old := f.Sent.field(i), f.View.field(i), before.field(i)
	for _, part := range sent.Parts {
		v := Verdict{Field: name + "." + part.Name, Earlier: l.since}
		value, answer, was := part.Value, now.part(part.Name), old.part(part.Name)
		if !value.there() {
			if was.there() && answer.there() {
				v.Message = "null did not clear the part"
				e.law(l, f, "patch-clears", v)
			}
			continue
		}
		if answer.there() && equal(answer, value) {
			continue
		}
		if old.object() && equal(answer, was) {
			v.Message = "the answer shows the value from before the update"
			e.law(l, f, "stale-answer", v)
			return
		}
		v.Message, v.Earlier = "the answer to the write: the value is not the one that was sent", Order{}
		e.law(l, f, "write-answer", v)
	}
	for _, part := range old.Parts {
		if patched := has(sent, part.Name); patched || !l.sure(i) || !part.Value.there() || equal(now.part(part.Name), part.Value) {
			continue
		}
		if !e.options.Whole {
			e.NotJudged.Untied++ // an unseen write may have taken it away
			return
		}
		e.law(l, f, "patch-merges", Verdict{Field: name + "." + part.Name, Message: "the part was not in the patch and is not as before", Earlier: l.since})
	}
}

func has(v Value, part string) bool {
	for i := range v.Parts {
		if v.Parts[i].Name == part {
			return true
		}
	}
	return false
}

// compareKept holds what an update did not name against what was there.
func (e *Engine) compareKept(l *life, f *Fact, before *View) {
	if before == nil {
		return
	}
	r := f.op.Resource
	for i := range r.Fields {
		old, now := before.field(i), f.View.field(i)
		if f.Sent.named(i) || !old.known() || !now.known() {
			continue
		}
		v := Verdict{Field: r.Fields[i].Name, Earlier: l.since}
		switch {
		case f.op.Role == Replace:
			if old.there() && now.there() && equal(old, now) && !l.mayDefault(&r.Fields[i], i, now) {
				v.Message = "the field was not in the PUT and is still there"
				e.law(l, f, "put-replaces", v)
			}
		case !equal(old, now) && l.sure(i):
			if !e.options.Whole {
				e.NotJudged.Untied++ // an unseen write may have changed it
				return
			}
			v.Message = "the field was not in the patch and is not as before"
			e.law(l, f, "patch-keeps", v)
		}
	}
}

// compareTimes holds the times in the answer to an update against those before.
func (e *Engine) compareTimes(l *life, f *Fact, before *View, changed bool) {
	if before == nil {
		return
	}
	e.compareCreated(l, f)
	old, now := before.Updated, f.View.Updated
	if !old.ok() || !now.ok() {
		return
	}
	v := Verdict{Field: f.op.Resource.Updated, Earlier: l.since}
	switch {
	// Without times nobody knows whether the two were carried out in this order.
	case now.Nanos < old.Nanos && f.Start != 0 && l.since.Start != 0:
		v.Message = "an update set " + v.Field + " back"
		e.law(l, f, "updated-at-moves", v)
	case now.Nanos == old.Nanos && changed && f.Start != 0 && time.Duration(f.Start-l.wrote) >= old.Step && e.tied(l, f.View):
		v.Message = "an update did not move " + v.Field
		e.law(l, f, "updated-at-moves", v)
	}
}

// compareCreated looks whether the time of creation is as it was. It may be
// another only if the resource was deleted and made anew, which an incomplete
// record does not show; but not before it was seen.
func (e *Engine) compareCreated(l *life, f *Fact) {
	old, now := l.view.Created, f.View.Created
	// Some servers answer a create with more digits than they keep.
	if !old.ok() || !now.ok() || !old.differs(now) {
		return
	}
	unchanged := l.view.Updated.ok() && f.View.Updated.ok() && !l.view.Updated.differs(f.View.Updated)
	if !e.options.Whole && !unchanged && (l.since.Start == 0 || now.Nanos > l.since.Start-int64(clockLeeway)) {
		e.NotJudged.Untied++
		return
	}
	e.law(l, f, "created-at-fixed", Verdict{Field: f.op.Resource.Created, Message: f.op.Resource.Created + " changed", Earlier: l.since})
}

// compareRead holds a resource that was read against what is known.
func (e *Engine) compareRead(l *life, f *Fact) {
	r := f.op.Resource
	if e.tied(l, f.View) {
		e.compareFields(l, f, "read-back")
	}
	e.compareCreated(l, f)
	if !e.options.Whole {
		return
	}
	old, now := l.view.Updated, f.View.Updated
	if l.view.Created.ok() && !f.View.Created.ok() && f.View.Raw != 0 {
		e.law(l, f, "read-back", Verdict{Field: r.Created, Message: "the value is missing", Earlier: l.since})
	}
	if old.ok() && !now.ok() && f.View.Raw != 0 {
		e.law(l, f, "read-back", Verdict{Field: r.Updated, Message: "the value is missing", Earlier: l.since})
	}
	if !old.ok() || !now.ok() || l.touched || !old.differs(now) {
		return
	}
	v := Verdict{Field: r.Updated, Earlier: l.since}
	switch {
	case l.refused:
		v.Message = "a refused request moved " + r.Updated
		e.law(l, f, "refused-changes-nothing", v)
	case l.read: // else the write may have had its consequences later
		v.Message = "reading changed " + r.Updated
		e.law(l, f, "read-is-safe", v)
	}
}

// compareFields holds the client's fields of a resource against what is known.
func (e *Engine) compareFields(l *life, f *Fact, rule string) {
	// Else the write before it may be what went wrong.
	refused := l.refused && l.read && !f.listed
	law := rule
	if refused {
		law = "refused-changes-nothing"
	}
	for i, field := range f.op.Resource.Fields {
		old, now := l.view.field(i), f.View.field(i)
		if !old.known() || !now.known() || f.listed && !l.sure(i) {
			continue
		}
		switch {
		case !old.there() && !now.there():
		case !old.there() && refused:
			e.law(l, f, law, Verdict{Field: field.Name, Message: "a field is there that was not there before", Earlier: l.since})
		case !old.there():
			if rule != "list-agrees" {
				e.law(l, f, "answers-agree", Verdict{Field: field.Name, Message: "a field is there that was not in the answer before", Earlier: l.since})
			}
		default:
			for _, d := range differences(field.Name, old, now) {
				e.law(l, f, law, Verdict{Field: d.name, Message: d.text, Earlier: l.since})
			}
		}
	}
}

// recreated looks for data of the deleted resource in the new one.
func (e *Engine) recreated(l *life, f *Fact, before *View) {
	for i := range f.op.Resource.Fields {
		field := &f.op.Resource.Fields[i]
		if old := before.field(i); !f.Sent.named(i) && old.there() && equal(old, f.View.field(i)) && !l.mayDefault(field, i, old) {
			e.law(l, f, "recreated-clean", Verdict{Field: field.Name, Message: "the new " + f.op.Resource.Noun + " has a value of the deleted one"})
		}
	}
}

// mayDefault reports whether a server may have given a value itself: that it is
// there after it was taken away then says nothing.
func (l *life) mayDefault(field *Field, i int, value Value) bool {
	return value.Default || field.Assigned && l.given&(1<<i) == 0
}
