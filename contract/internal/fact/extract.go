package fact

import (
	"hash/maphash"
	"slices"
	"strconv"
	"sync"
)

// Extractor takes exchanges apart. It is safe for concurrent use.
type Extractor struct {
	*Hasher
	claims func(token string) (Claims, bool)

	mu     sync.Mutex
	seed   maphash.Seed
	tokens map[uint64]*bearer // by a hash, so that no token stays in memory
}

// NewExtractor returns an extractor. Claims reads a token; hasher is nil for
// facts that stay in the process.
func NewExtractor(claims func(token string) (Claims, bool), hasher *Hasher) *Extractor {
	if hasher == nil {
		hasher = newLocalHasher()
	}
	return &Extractor{Hasher: hasher, claims: claims, seed: maphash.MakeSeed(), tokens: make(map[uint64]*bearer)}
}

// Facts appends those of an exchange, of class Resources before Listings. The
// texts of views are part of the bodies.
func (e *Extractor) Facts(facts []Fact, x *Exchange) []Fact {
	op := x.Op
	if op == nil || op.Role == None {
		return facts
	}
	base := Fact{Order: order(x), Op: op.ID, Status: x.Status, Racing: x.Racing, Ahead: int64(x.Ahead), Operation: op}
	if op.Role == Token {
		return e.grants(facts, &base, x)
	}
	base.Token = e.bearer(x.Bearer, op)
	if op.Resource == nil {
		return facts
	}
	facts = e.own(facts, &base, x)
	if op.Role == List {
		return e.page(facts, &base, x)
	}
	return e.resource(facts, &base, x)
}

// own is the fact that a user's token was refused, told to the user's own life:
// it may be over.
func (e *Extractor) own(facts []Fact, base *Fact, x *Exchange) []Fact {
	r := x.Op.Resource
	if x.Status != 401 || base.Token.Principal.IsZero() || r.Nested {
		return facts
	}
	c, _ := e.claims(x.Bearer) // they name the principal
	own := *base
	own.Class, own.Key, own.Own = Resources, e.Digest(r.Name, "", c.User), true
	return append(facts, own)
}

func order(x *Exchange) Order {
	o := Order{Name: x.Name, Seq: x.Seq}
	if !x.Start.IsZero() {
		o.Start, o.End = x.Start.UnixNano(), max(x.End.UnixNano(), x.Start.UnixNano())
	}
	return o
}

// resource are the facts of an exchange about one resource.
func (e *Extractor) resource(facts []Fact, base *Fact, x *Exchange) []Fact {
	r, ok := x.Op.Resource, x.Status/100 == 2
	if x.Op.Role == Read && (x.Status == 0 || x.Status/100 == 5) {
		return facts
	}
	if x.Op.Role != Read && x.Op.Role != Delete {
		base.Sent = newView(e.Hasher, r, x.Sent, true).doubt(r, x.Misfits)
	}
	if ok && x.Op.Role != Delete {
		base.View = e.answer(r, x)
	}
	id := x.ID
	switch {
	case x.Op.Role != Create:
	case base.Sent != nil && base.Sent.id != nil:
		id = string(base.Sent.id)
	case base.View != nil: // the server has chosen it
		id = string(base.View.id)
	}
	if base.View != nil && string(base.View.id) != id {
		base.View = nil // of another one, which other rules report
	}
	if id != "" {
		own := *base
		own.Class, own.Key = Resources, e.Digest(r.Name, x.Parent, id)
		facts = append(facts, own)
	}
	kind := e.event(x)
	if kind == 0 {
		return facts
	}
	event := &Event{List: e.Digest(r.Name, x.Parent), Kind: kind}
	if id != "" {
		event.ID = e.values([]byte(id))
	}
	if base.View != nil && base.View.Created.OK() {
		event.Created = base.View.Created
	}
	base.Class, base.Event, base.View, base.Sent = Listings, event, nil, nil
	return append(facts, *base)
}

// event is what an exchange says about the members of a listing; 0 for nothing.
func (e *Extractor) event(x *Exchange) byte {
	ok := x.Status/100 == 2
	switch {
	case x.Op.Role != Read && (x.Status == 0 || x.Status/100 == 5):
		return Unsure
	case x.Op.Role == Create && ok:
		return Came
	case x.Op.Role == Delete && ok:
		return Went
	case ok:
		return Seen
	case x.Status == 404, x.Status == 410:
		return Missing
	}
	return 0
}

// answer is the resource in an answer.
func (e *Extractor) answer(r *Resource, x *Exchange) *View {
	if slices.Contains(x.Wrong, "") {
		return nil
	}
	var v *View
	if x.Outline != nil && len(x.Outline.Items) == 1 && x.Outline.Items[0].Text != nil {
		v = new(View)
		e.item(v, &x.Outline.Items[0])
		if x.Op.Role != Read {
			v.Open(e.Hasher, r) // it will be compared
		}
	} else {
		v = newView(e.Hasher, r, x.Answer, x.Op.Role != Read)
	}
	return v.doubt(r, x.Wrong)
}

func (e *Extractor) item(v *View, i *Item) {
	*v = View{Raw: e.values(i.Text), Created: i.Created, Updated: i.Updated, text: i.Text, id: i.ID}
}

// page are the facts of a page: its summary, and each item on it.
func (e *Extractor) page(facts []Fact, base *Fact, x *Exchange) []Fact {
	r := x.Op.Resource
	if x.Status == 401 { // it may be a token that has just been given
		base.Class = Listings
		return append(facts, *base)
	}
	if x.Status/100 != 2 || slices.Contains(x.Wrong, "") || slices.Contains(x.Wrong, r.ID) {
		return facts
	}
	o := x.Outline
	if o == nil {
		if o = e.outline(r, x.Answer); o == nil {
			return facts
		}
	}
	facts = slices.Grow(facts, len(o.Items)+1)
	views := make([]View, len(o.Items))
	page := &Page{
		List: e.Digest(r.Name, x.Parent), Cursor: e.Digest(x.Cursor), Next: e.Digest(string(o.Next)), Limit: e.Digest(x.Limit),
		Total: o.Total, Totaled: o.Totaled, IDs: make([]uint64, 0, len(o.Items)),
	}
	hidden := x.Filtered // who is on the page is not known
	for i := range o.Items {
		item := &o.Items[i]
		if len(item.ID) == 0 {
			hidden = true
			continue
		}
		page.IDs = append(page.IDs, e.values(item.ID))
		if item.Text == nil {
			continue
		}
		e.item(&views[i], item)
		facts = append(facts, *base)
		own := &facts[len(facts)-1]
		own.Class, own.Key, own.Listed = Resources, e.Digest(r.Name, x.Parent, string(item.ID)), true
		own.View = views[i].doubt(r, x.Wrong)
	}
	if hidden {
		return facts
	}
	base.Class, base.Page = Listings, page
	return append(facts, *base)
}

// outline reads one where nobody has.
func (e *Extractor) outline(r *Resource, answer []byte) *Outline {
	if answer = wholeObject(answer); answer == nil {
		return nil
	}
	o := &Outline{Next: text(at(answer, r.Next))}
	if total, err := strconv.ParseFloat(string(at(answer, r.Total)), 64); err == nil && len(r.Total) > 0 {
		o.Total, o.Totaled = total, true
	}
	elements(at(answer, r.Items), func(item []byte) {
		if v := newView(e.Hasher, r, item, false); v != nil {
			o.Items = append(o.Items, Item{ID: v.id, Created: v.Created, Updated: v.Updated, Text: v.text})
		}
	})
	return o
}

func text(value []byte) []byte {
	if len(value) < 2 || value[0] != '"' {
		return nil
	}
	return unquoted(value)
}
