package contract

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/onvy-health/onvy-go/contract/internal/history"
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

// noteUsers lets the matcher of a user or of a page of users note their
// outline. Of any other schema it does nothing and returns false.
func (m *matcher) noteUsers() bool {
	root, ok := m.root.(*objectMatcher)
	if !ok {
		return false
	}
	users := root.find("users")
	if users == nil {
		return noteUser(&m.root)
	}
	list, ok := users.value.(*arrayMatcher)
	if !ok || !noteUser(&list.items) {
		return false
	}
	pagination := root.find("pagination")
	if pagination == nil {
		return true
	}
	if page, ok := pagination.value.(*objectMatcher); ok {
		page.note("limit", func(o *outline, text []byte) { o.limit = notedNumber(text) })
		page.note("total", func(o *outline, text []byte) { o.total = notedNumber(text) })
		page.note("next_page", func(o *outline, text []byte) { o.next, o.nextNull = notedText(text), text[0] == 'n' })
	}
	return true
}

// noteUser notes a user when its last token has been read.
func noteUser(at *valueMatcher) bool {
	user, ok := (*at).(*objectMatcher)
	if !ok || user.nullable || user.find("id") == nil || user.find("created_at") == nil {
		return false
	}
	user.note("id", func(o *outline, text []byte) { o.user.id = notedText(text) })
	user.note("created_at", func(o *outline, text []byte) { o.user.created = notedInstant(text) })
	user.note("updated_at", func(o *outline, text []byte) { o.user.updated = notedInstant(text) })
	*at = &noted{user, func(o *outline, text []byte) {
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
