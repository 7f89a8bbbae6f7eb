package history

import "github.com/onvy-health/onvy-go/contract/internal/fact"

// after is a resource after a write: what was sent, and the rest as the answer
// has it. A wrong answer does not change what is expected of the next one.
// Before is nil unless nothing can lie between it and the write.
func after(r *fact.Resource, before, now, sent *fact.View, patch bool) *fact.View {
	if before == nil && now == nil && sent == nil {
		return nil
	}
	v := &fact.View{Fields: make([]fact.Value, len(r.Fields))}
	if now != nil {
		v.Created, v.Updated = now.Created, now.Updated
	} else if before != nil {
		v.Created = before.Created
		v.Updated = before.Updated
	}
	for i := range r.Fields {
		switch {
		case now != nil && (now.Field(i).There() || before == nil || now.Field(i).Kind == fact.Unknown):
			v.Fields[i] = now.Field(i)
		case before != nil:
			v.Fields[i] = before.Field(i)
		default:
			v.Fields[i] = fact.Value{Kind: fact.Unknown}
		}
		if !sent.Has(i) {
			continue
		}
		value, answer := sent.Field(i), now.Field(i)
		switch {
		case !value.Known(): // what a server makes of it is its own affair
			v.Fields[i] = fact.Value{Kind: fact.Unknown}
			if answer.There() {
				v.Fields[i] = answer
			}
		case !value.There() && patch:
			v.Fields[i] = fact.Value{}
			switch field := &r.Fields[i]; {
			case now == nil && (field.Assigned || field.Default != nil):
				v.Fields[i] = fact.Value{Kind: fact.Unknown} // a default may follow, and no answer says so
			case answer.There() && (answer.Default || !fact.Equal(answer, before.Field(i))): // a default
				v.Fields[i] = answer
			}
		case !value.There(): // null in a create or replace: a default, or nothing
		case patch && value.IsObject():
			v.Fields[i] = merged(before, now, i, value)
		default:
			v.Fields[i] = value
		}
	}
	return v
}

// merged is an object after a PATCH of some of its parts.
func merged(before, now *fact.View, i int, sent fact.Value) fact.Value {
	base, answer := before.Field(i), now.Field(i)
	if before == nil || !base.Known() {
		if base = answer; now == nil || !base.Known() {
			return fact.Value{Kind: fact.Unknown} // the other parts are not known
		}
	}
	out := fact.Merge(base, sent)
	for _, part := range out.Parts {
		if answer.IsObject() && !sent.Has(part.Name) && part.Value.There() && !answer.Part(part.Name).There() {
			return answer // patch-merges has said so
		}
	}
	return out
}

// changes reports whether an update changes something.
func changes(r *fact.Resource, before, now, sent *fact.View, put bool) bool {
	for i := range r.Fields {
		value, old := sent.Field(i), before.Field(i)
		switch {
		case !old.Known() || !now.Field(i).Known() || !value.Known():
		case sent.Has(i) && value.There():
			if !put {
				value = fact.Merge(old, value)
			}
			if !fact.Equal(old, value) {
				return true
			}
		case sent.Has(i) || put: // taken away, unless it is a default that stays
			if !fact.Equal(old, now.Field(i)) {
				return true
			}
		}
	}
	return false
}

// difference is a field that is not as expected; the text has no value.
type difference struct {
	name, text string
	added      bool // an entry of a map that was not there
}

// differences compares a field, parts of objects one by one.
func differences(name string, want, got fact.Value) []difference {
	if fact.Equal(want, got) {
		return nil
	}
	if want.Empty() && !got.There() {
		return nil
	}
	if !want.IsObject() || !got.IsObject() {
		return []difference{{name, describe(want, got), false}}
	}
	var all []difference
	for _, part := range want.Parts {
		if part.Value.There() {
			all = append(all, differences(name+"."+part.Label(), part.Value, got.Part(part.Name))...)
		}
	}
	for _, part := range got.Parts {
		if part.Owned() && part.Value.There() && !want.Part(part.Name).There() {
			all = append(all, difference{name + "." + part.Label(), "an entry is there that was not", true})
		}
	}
	return all
}

// describe says how a value differs from the one expected, without either.
func describe(want, got fact.Value) string {
	if !got.There() {
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
func shape(v fact.Value) string {
	switch v.Kind {
	case fact.Absent:
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
