package contract

import (
	"bytes"
	"slices"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// outline is what the rules ask of the users, or others of a resource, in an answer, whether it is a page
// of them or one: who they are, and when they were made and changed. The
// matcher notes it on its way through a clean body, which so needs not be
// decoded; of any other body it is read from the decoded value.
type outline struct {
	there bool           // the answer is of the class 2xx and an object
	users []outlinedUser // nil unless the answer is of the class 2xx and has users

	limit, total outlinedNumber // of pagination
	next         []byte         // next_page; empty if it is no text
	nextNull     bool           // next_page is null

	user outlinedUser // the one that the matcher is at
	ids  [][]byte     // see repeats
}

// outlinedUser is one user. Its texts are part of the body or copies.
type outlinedUser struct {
	id               []byte // nil if it is no text
	created, updated instant
	raw              []byte         // the user as it was sent; nil if it was not clean
	value            map[string]any // see object
}

// instant is a date-time; ok is false where there is none.
type instant struct {
	time.Time
	ok   bool
	step time.Duration // the resolution in which it is written
}

// outlinedNumber is a number; ok is false where there is none.
type outlinedNumber struct {
	value float64
	ok    bool
}

// outline returns that of the answer; an empty one where it has no users.
func (c *call) outline() *outline {
	if !c.outlined {
		c.outlined = true
		c.answer.read(c)
	}
	return &c.answer
}

// reset forgets everything but the memory that it took.
func (o *outline) reset() {
	clear(o.users)
	clear(o.ids)
	*o = outline{users: o.users[:0], ids: o.ids[:0]}
}

// read takes the outline of a body that was decoded.
func (o *outline) read(c *call) {
	o.reset()
	if c.op == nil || !c.ok() || c.op.token {
		return
	}
	r, p := c.resource(), c.page()
	object := c.object()
	o.there = object != nil || p != nil && len(p.Items) == 0 && c.bodyKnown() && len(c.x.Response.Body) > 0
	if !o.there || r == nil || c.does(spec.Delete) {
		return
	}
	if p == nil {
		o.add(r, object)
		return
	}
	for _, item := range c.users() {
		o.add(r, item)
	}
	o.limit, _ = outlinedAt(object, p.Size)
	o.total, _ = outlinedAt(object, p.Total)
	if p.Next != nil {
		next, there := follow(object, p.Next)
		text, _ := next.(string)
		o.next, o.nextNull = []byte(text), there && next == nil
	}
}

// outlinedAt is a number in the answer.
func outlinedAt(object map[string]any, path []string) (n outlinedNumber, there bool) {
	if path == nil {
		return n, false
	}
	value, there := follow(object, path)
	n.value, n.ok = float(value)
	return n, there
}

func (o *outline) add(r *spec.Resource, one map[string]any) {
	u := outlinedUser{value: one}
	if id, ok := one[r.Key].(string); ok {
		u.id = []byte(id)
	}
	if r.Created != "" {
		u.created = instantOf(one[r.Created])
	}
	if r.Updated != "" {
		u.updated = instantOf(one[r.Updated])
	}
	o.users = append(o.users, u)
}

// object is the user decoded; nil for none.
func (u *outlinedUser) object() map[string]any {
	if u == nil {
		return nil
	}
	if u.value == nil && u.raw != nil {
		u.value = decodeObject(u.raw)
	}
	return u.value
}

// repeats tells whether an id is there twice.
func (o *outline) repeats() bool {
	o.ids = o.ids[:0]
	ascending := true // as many servers list them
	for i := range o.users {
		id := o.users[i].id
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

func instantOf(value any) (i instant) {
	i.Time, i.ok = timestamp(value)
	i.step = resolution(value)
	return i
}
