package contract

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/onvy-health/onvy-go/contract/internal/history"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// noted is a matcher that also notes the value that it took.
type noted struct {
	value valueMatcher
	note  func(o *outline, text []byte)
}

func (n *noted) matches(r *tokenReader, first rawToken) bool {
	start := r.read - int64(len(first))
	if !n.value.matches(r, first) {
		return false
	}
	if r.outline != nil {
		n.note(r.outline, r.body[start:r.read])
	}
	return true
}

// note lets the matcher of one of a resource, or of a page of them, note their
// outline. A schema that it does not know its way in is left alone.
func (m *matcher) note(r *spec.Resource, p *spec.Page) {
	if p == nil {
		if noteOne(&m.root, r) {
			m.notes = r
		}
		return
	}
	items := at(&m.root, p.Items)
	if items == nil {
		return
	}
	list, ok := (*items).(*arrayMatcher)
	if !ok || !noteOne(&list.items, r) {
		return
	}
	m.notes = r
	noteAt(&m.root, p.Size, func(o *outline, text []byte) { o.limit = notedNumber(text) })
	noteAt(&m.root, p.Total, func(o *outline, text []byte) { o.total = notedNumber(text) })
	noteAt(&m.root, p.Next, func(o *outline, text []byte) { o.next, o.nextNull = notedText(text), text[0] == 'n' })
}

// at is where the value of a member of members is matched; nil if there is no
// one place.
func at(v *valueMatcher, path []string) *valueMatcher {
	for _, name := range path {
		object, ok := (*v).(*objectMatcher)
		if !ok {
			return nil
		}
		p := object.find(name)
		if p == nil {
			return nil
		}
		v = &p.value
	}
	return v
}

func noteAt(root *valueMatcher, path []string, note func(*outline, []byte)) {
	if v := at(root, path); v != nil && len(path) > 0 {
		*v = &noted{*v, note}
	}
}

// noteOne notes one of a resource when its last token has been read.
func noteOne(at *valueMatcher, r *spec.Resource) bool {
	one, ok := (*at).(*objectMatcher)
	if !ok || one.nullable || r.Key == "" || one.find(r.Key) == nil {
		return false
	}
	one.note(r.Key, func(o *outline, text []byte) { o.user.id = notedText(text) })
	one.note(r.Created, func(o *outline, text []byte) { o.user.created = notedInstant(text) })
	one.note(r.Updated, func(o *outline, text []byte) { o.user.updated = notedInstant(text) })
	*at = &noted{one, func(o *outline, text []byte) {
		o.user.raw = text
		o.users = append(o.users, o.user)
		o.user = outlinedUser{}
	}}
	return true
}

// find returns a property by its name, or nil.
func (o *objectMatcher) find(name string) *property { return o.property(rawToken(`"` + name + `"`)) }

// note notes the value of a property, if the schema has it.
func (o *objectMatcher) note(name string, note func(*outline, []byte)) {
	if p := o.find(name); p != nil {
		p.value = &noted{p.value, note}
	}
}

// notedText returns the text of a string; nil for anything else.
func notedText(text []byte) []byte {
	switch {
	case text[0] != '"':
		return nil
	case bytes.IndexByte(text, '\\') < 0:
		return text[1 : len(text)-1]
	}
	plain, err := jsontext.AppendUnquote([]byte{}, text)
	if err != nil { // the matcher took it, so it is a string
		return nil
	}
	return plain
}

func notedInstant(text []byte) instant {
	var i instant
	plain := notedText(text)
	// What UnmarshalText takes, time.Parse reads in the same way; but not the
	// other way round.
	if i.ok = i.UnmarshalText(plain) == nil; !i.ok {
		i.Time, i.ok = timestamp(string(plain))
	}
	i.step = history.Resolution(plain)
	return i
}

func notedNumber(text []byte) outlinedNumber {
	f, err := strconv.ParseFloat(string(text), 64)
	return outlinedNumber{f, err == nil}
}
