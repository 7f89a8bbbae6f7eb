package history

// after is a resource after a write: what was sent, and the rest as the answer
// has it. A wrong answer does not change what is expected of the next one.
// Before is nil unless nothing can lie between it and the write.
func after(r *Resource, before, now, sent *View, patch bool) *View {
	if before == nil && now == nil && sent == nil {
		return nil
	}
	v := &View{Fields: make([]Value, len(r.Fields))}
	if now != nil {
		v.Created, v.Updated = now.Created, now.Updated
	} else if before != nil {
		v.Created = before.Created
		v.Updated = before.Updated
	}
	for i := range r.Fields {
		switch {
		case now != nil && (now.field(i).there() || before == nil || now.field(i).Kind == unknown):
			v.Fields[i] = now.field(i)
		case before != nil:
			v.Fields[i] = before.field(i)
		default:
			v.Fields[i] = Value{Kind: unknown}
		}
		if !sent.named(i) {
			continue
		}
		value, answer := sent.field(i), now.field(i)
		switch {
		case !value.known(): // what a server makes of it is its own affair
			v.Fields[i] = Value{Kind: unknown}
			if answer.there() {
				v.Fields[i] = answer
			}
		case !value.there() && patch:
			v.Fields[i] = Value{}
			switch field := &r.Fields[i]; {
			case now == nil && (field.Assigned || field.Default != nil):
				v.Fields[i] = Value{Kind: unknown} // a default may follow, and no answer says so
			case answer.there() && (answer.Default || !equal(answer, before.field(i))): // a default
				v.Fields[i] = answer
			}
		case !value.there(): // null in a create or replace: a default, or nothing
		case patch && value.object():
			v.Fields[i] = merged(before, now, i, value)
		default:
			v.Fields[i] = value
		}
	}
	return v
}

// merged is an object after a PATCH of some of its parts.
func merged(before, now *View, i int, sent Value) Value {
	base, answer := before.field(i), now.field(i)
	if before == nil || !base.known() {
		if base = answer; now == nil || !base.known() {
			return Value{Kind: unknown} // the other parts are not known
		}
	}
	out := Value{Kind: '{'}
	for _, part := range base.Parts {
		if !has(sent, part.Name) {
			out.Parts = append(out.Parts, part)
		}
	}
	for _, part := range sent.Parts {
		if part.Value.there() {
			out.Parts = append(out.Parts, part)
		}
	}
	if answer.object() && len(answer.Parts) < len(out.Parts) {
		return answer // patch-merges has said so
	}
	return out
}

// changes reports whether an update changes something.
func changes(r *Resource, before, now, sent *View, put bool) bool {
	for i := range r.Fields {
		value, old := sent.field(i), before.field(i)
		switch {
		case !old.known() || !now.field(i).known() || !value.known():
		case sent.named(i) && value.there():
			if value.object() && !put {
				for _, part := range value.Parts {
					if !equal(part.Value, old.part(part.Name)) {
						return true
					}
				}
			} else if !equal(old, value) {
				return true
			}
		case sent.named(i) || put: // taken away, unless it is a default that stays
			if !equal(old, now.field(i)) {
				return true
			}
		}
	}
	return false
}

// difference is a field that is not as expected; the text has no value.
type difference struct{ name, text string }

// differences compares a field, parts of objects one by one.
func differences(name string, want, got Value) []difference {
	if equal(want, got) {
		return nil
	}
	if want.object() && got.object() {
		var all []difference
		for _, part := range want.Parts {
			if part.Value.there() {
				all = append(all, differences(name+"."+part.Name, part.Value, got.part(part.Name))...)
			}
		}
		return all
	}
	return []difference{{name, describe(want, got)}}
}

// describe says how a value differs from the one expected, without either.
func describe(want, got Value) string {
	if !got.there() {
		return "the value is missing"
	}
	if w, g := shape(want), shape(got); w != g {
		return g + " where it was " + w
	}
	switch {
	case want.Kind != '"':
		return "the value is a different one"
	case want.Trim == got.Sum:
		return "white space at the ends is lost"
	case want.Fold == got.Fold:
		return "upper and lower case changed"
	case want.Len != got.Len:
		return "the text has another length"
	}
	return "the text is a different one"
}

// shape names what a value is, without the value.
func shape(v Value) string {
	switch v.Kind {
	case absent:
		return "null"
	case 't', 'f':
		return "a boolean"
	case '"':
		if v.Len == 0 {
			return "an empty string"
		}
		return "a string"
	case '{':
		return "an object"
	case '[':
		return "an array"
	}
	return "a number"
}
