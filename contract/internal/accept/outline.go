package accept

import (
	"bytes"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// noted is a matcher that also notes the value that it took.
type noted struct {
	value valueMatcher
	note  func(o *Outline, text []byte)
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

// Note lets the matcher of one of a resource, or of a page of them, note their
// outline. A schema that it does not know its way in is left alone.
func (m *Matcher) Note(r *spec.Resource, p *spec.Page) {
	if p == nil {
		if noteOne(&m.root, r) {
			m.Notes = r
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
	m.Notes = r
	noteAt(&m.root, p.Size, func(o *Outline, text []byte) { o.Limit = notedNumber(text) })
	noteAt(&m.root, p.Total, func(o *Outline, text []byte) { o.Total = notedNumber(text) })
	noteAt(&m.root, p.Next, func(o *Outline, text []byte) { o.Next, o.NextNull = notedText(text), text[0] == 'n' })
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

func noteAt(root *valueMatcher, path []string, note func(*Outline, []byte)) {
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
	one.note(r.Key, func(o *Outline, text []byte) { o.user.ID = notedText(text) })
	one.note(r.Created, func(o *Outline, text []byte) { o.user.Created = notedInstant(text) })
	one.note(r.Updated, func(o *Outline, text []byte) { o.user.Updated = notedInstant(text) })
	*at = &noted{one, func(o *Outline, text []byte) {
		o.user.Raw = text
		o.Users = append(o.Users, o.user)
		o.user = User{}
	}}
	return true
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

func notedInstant(text []byte) Instant {
	var i Instant
	plain := notedText(text)
	// What UnmarshalText takes, time.Parse reads in the same way; but not the
	// other way round.
	if i.OK = i.UnmarshalText(plain) == nil; !i.OK {
		i.Time, i.OK = read.Timestamp(string(plain))
	}
	i.Step = fact.Resolution(string(plain))
	return i
}

func notedNumber(text []byte) Number {
	f, err := strconv.ParseFloat(string(text), 64)
	return Number{f, err == nil}
}

// Outline is what the rules ask of the users, or others of a resource, in an answer, whether it is a page
// of them or one: who they are, and when they were made and changed. The
// matcher notes it on its way through a clean body, which so needs not be
// decoded; of any other body it is read from the decoded value.
type Outline struct {
	Users []User // nil unless the answer is of the class 2xx and has users

	Limit, Total Number // of pagination
	Next         []byte // next_page; empty if it is no text
	NextNull     bool   // next_page is null

	user User     // the one that the matcher is at
	ids  [][]byte // see Repeats
}

// User is one user. Its texts are part of the body or copies.
type User struct {
	ID               []byte // nil if it is no text
	Created, Updated Instant
	Raw              []byte // the user as it was sent; nil if it was not clean
}

// Instant is a date-time; ok is false where there is none.
type Instant struct {
	time.Time
	OK   bool
	Step time.Duration // the resolution in which it is written
}

// Number is a number; ok is false where there is none.
type Number struct {
	Value float64
	OK    bool
}

// Reset forgets everything but the memory that it took.
func (o *Outline) Reset() {
	clear(o.Users)
	clear(o.ids)
	*o = Outline{Users: o.Users[:0], ids: o.ids[:0]}
}

// OutlinedAt is a number in the answer.
func OutlinedAt(object map[string]any, path []string) (n Number, there bool) {
	if path == nil {
		return n, false
	}
	value, there := read.Follow(object, path)
	n.Value, n.OK = read.Float(value)
	return n, there
}

// Add takes a user that was decoded.
func (o *Outline) Add(r *spec.Resource, one map[string]any) {
	var u User
	if id, ok := one[r.Key].(string); ok {
		u.ID = []byte(id)
	}
	if r.Created != "" {
		u.Created = instantOf(one[r.Created])
	}
	if r.Updated != "" {
		u.Updated = instantOf(one[r.Updated])
	}
	o.Users = append(o.Users, u)
}

// Repeats tells whether an id is there twice.
func (o *Outline) Repeats() bool {
	o.ids = o.ids[:0]
	ascending := true // as many servers list them
	for i := range o.Users {
		id := o.Users[i].ID
		if len(id) == 0 {
			continue
		}
		ascending = ascending && (len(o.ids) == 0 || bytes.Compare(o.ids[len(o.ids)-1], id) < 0)
		o.ids = append(o.ids, id)
	}
	if ascending {
		return false
	}
	slices.SortFunc(o.ids, bytes.Compare)
	for i := 1; i < len(o.ids); i++ {
		if bytes.Equal(o.ids[i-1], o.ids[i]) {
			return true
		}
	}
	return false
}

func instantOf(value any) (i Instant) {
	i.Time, i.OK = read.Timestamp(value)
	text, _ := value.(string)
	i.Step = fact.Resolution(text)
	return i
}
