package sandbox

import (
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/sandbox/internal/document"
)

// timeLayout has microseconds, so that times of one second stay apart.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// record is one of a resource as it was at one time; a change makes a new one.
type record struct {
	id      string
	seq     uint64 // its place in the list, in the order of creation
	doc     document.Fields
	created time.Time
	updated time.Time
}

// escape is an id as a segment of a path.
var escape = read.EscapeSegment

// place is where records lie: the resource, and the ids of what holds them.
type place struct {
	r    *spec.Resource
	vars map[string]string // the parameters of the path
}

// key names a place among all of a project: it is its path.
func (p place) key() string { return p.fill(p.r.Collection) }

// path is the path of one, escaped so that no id leads elsewhere.
func (p place) path(id string) string {
	return p.fill(strings.TrimSuffix(p.r.Item, "/{"+p.r.Param+"}")) + "/" + escape(id)
}

// fill puts the parameters of a path into it, escaped.
func (p place) fill(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			parts[i] = escape(p.vars[strings.TrimSuffix(name, "}")])
		}
	}
	return strings.Join(parts, "/")
}

// parent is the place of what holds the records, and its id there.
func (p place) parent() (place, string, bool) {
	if p.r.Parent == nil {
		return place{}, "", false
	}
	return place{p.r.Parent, p.vars}, p.vars[p.r.Parent.Param], true
}

func (p place) none() *refusal { return refuse(http.StatusNotFound, "not_found", "no such "+p.r.Noun) }

// json is a record as the API shows it: its key, what the client wrote, what
// only a server knows, and its times.
func (p place) json(u *record) jsontext.Value {
	object := []byte{'{'}
	if p.r.Key != "" {
		object = document.AppendMember(object, p.r.Key, p.id(u.id))
	}
	shown := spec.Properties(p.r.Schema)
	for _, f := range p.r.Fields {
		if value, ok := u.doc[f.Name]; ok && f.Shown != nil {
			object = document.AppendMember(object, f.Name, withoutWriteOnly(f.Shown, value))
		}
	}
	for _, name := range sortedNames(shown) {
		if name == p.r.Key || name == p.r.Created || name == p.r.Updated || p.r.Field(name) != nil {
			continue
		}
		if value := p.own(name, shown[name]); value != nil {
			object = document.AppendMember(object, name, value)
		}
	}
	if p.r.Created != "" {
		object = document.AppendMember(object, p.r.Created, document.Quote(u.created.Format(timeLayout)))
	}
	if p.r.Updated != "" {
		object = document.AppendMember(object, p.r.Updated, document.Quote(u.updated.Format(timeLayout)))
	}
	return append(object, '}')
}

// withoutWriteOnly is a value without the parts that its schema never shows; one
// that has none stays as it came.
func withoutWriteOnly(s *openapi3.Schema, value jsontext.Value) jsontext.Value {
	parts := spec.Properties(s)
	if value.Kind() != '{' || len(parts) == 0 {
		return value
	}
	members, hidden := document.Members(value), false
	object := []byte{'{'}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		member, part := members[name], parts[name]
		if part != nil && part.WriteOnly {
			hidden = true
			continue
		}
		if part != nil {
			member = withoutWriteOnly(part, member)
			hidden = hidden || len(member) != len(members[name])
		}
		object = document.AppendMember(object, name, member)
	}
	if !hidden {
		return value
	}
	return append(object, '}')
}

func (p place) id(id string) jsontext.Value {
	if key := spec.Properties(p.r.Schema)[p.r.Key]; key != nil && spec.Plain(key).Type.Is(openapi3.TypeInteger) {
		return jsontext.Value(id)
	}
	return document.Quote(id)
}

// own is the value of a property that no client writes; nil where it needs none.
func (p place) own(name string, s *openapi3.Schema) jsontext.Value {
	if value, ok := p.vars[name]; ok {
		return document.Quote(value)
	}
	value := spec.DefaultOf(s)
	switch required := spec.Requires(p.r.Schema, name); {
	case value != nil:
	case spec.Plain(s).Type.Is(openapi3.TypeArray):
		value = []any{}
	case required && spec.EnumOf(s) != nil:
		value = spec.EnumOf(s)[0]
	case required:
		value = spec.Plain(s).Example
	}
	if value == nil {
		return nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	return text
}

// store holds all records of a project.
type store struct {
	now func() time.Time

	mu    sync.RWMutex
	lists map[string]*list // by the key of the place
}

// list holds the records of one place.
type list struct {
	byID map[string]*record
	all  []*record // by seq
	seq  uint64
}

func newStore(now func() time.Time) *store {
	return &store{now: now, lists: make(map[string]*list)}
}

// clock is the time in the precision that is shown.
func (s *store) clock() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// at is the list of a place, or 404 where what holds it is not there. The lock
// is held.
func (s *store) at(p place) (*list, error) {
	if above, id, nested := p.parent(); nested {
		holder, err := s.at(above)
		if err != nil {
			return nil, err
		}
		if holder.byID[id] == nil {
			return nil, above.none()
		}
	}
	if l := s.lists[p.key()]; l != nil {
		return l, nil
	}
	return &list{byID: make(map[string]*record)}, nil
}

// find is one record. The lock is held.
func (s *store) find(p place, id string) (*list, *record, error) {
	l, err := s.at(p)
	if err != nil {
		return nil, nil, err
	}
	if u := l.byID[id]; u != nil {
		return l, u, nil
	}
	return nil, nil, p.none()
}

// create stores a document under an id; "" lets the server give one.
func (s *store) create(p place, id string, doc document.Fields) (*record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, err := s.at(p)
	if err != nil {
		return nil, err
	}
	l.seq++
	if !p.r.ClientKeys || id == "" {
		id = p.newID(l.seq)
	}
	if l.byID[id] != nil {
		return nil, refuse(http.StatusConflict, "conflict", "the id is taken")
	}
	now := s.clock()
	u := &record{id: id, seq: l.seq, doc: doc, created: now, updated: now}
	l.byID[id] = u
	l.all = append(l.all, u)
	s.lists[p.key()] = l
	return u, nil
}

// newID is an id as upstream gives them: what it is of, and a part that nobody
// guesses; a number where the spec says so.
func (p place) newID(seq uint64) string {
	if key := spec.Properties(p.r.Schema)[p.r.Key]; key != nil && spec.Plain(key).Type.Is(openapi3.TypeInteger) {
		return string(document.Number(int(seq)))
	}
	return strings.ReplaceAll(p.r.Noun, " ", "_") + "_" + rand.Text()
}

func (s *store) get(p place, id string) (*record, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, u, err := s.find(p, id)
	return u, err
}

// update puts what change makes of a record's document in its place, and dates
// it later than before even where the clock stands still. A nil document
// changes nothing.
func (s *store) update(p place, id string, change func(document.Fields) document.Fields) (*record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, old, err := s.find(p, id)
	if err != nil {
		return nil, err
	}
	doc := change(old.doc)
	if doc == nil {
		return old, nil
	}
	u := &record{id: id, seq: old.seq, doc: doc, created: old.created, updated: s.clock()}
	if !u.updated.After(old.updated) {
		u.updated = old.updated.Add(time.Microsecond)
	}
	l.byID[id] = u
	l.all[l.after(u.seq-1)] = u
	return u, nil
}

// delete takes a record away, and what it holds.
func (s *store) delete(p place, id string) (*record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, u, err := s.find(p, id)
	if err != nil {
		return nil, err
	}
	delete(l.byID, id)
	at := l.after(u.seq - 1)
	l.all = slices.Delete(l.all, at, at+1)
	if p.r.Item == "" {
		return u, nil
	}
	held := p.path(id) + "/"
	maps.DeleteFunc(s.lists, func(key string, _ *list) bool { return strings.HasPrefix(key, held) })
	return u, nil
}

// page returns up to limit records after a place in the list, and the place of
// the last one if there are more. Since places are never given away again,
// creating and deleting neither hides nor repeats others.
func (s *store) page(p place, after uint64, limit int) (records []*record, next uint64, total int, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	l, err := s.at(p)
	if err != nil {
		return nil, 0, 0, err
	}
	from := l.after(after)
	to := min(from+limit, len(l.all))
	records = slices.Clone(l.all[from:to])
	if to < len(l.all) {
		next = records[len(records)-1].seq
	}
	return records, next, len(l.all), nil
}

// after is the index of the first record behind a place.
func (l *list) after(seq uint64) int {
	return sort.Search(len(l.all), func(i int) bool { return l.all[i].seq > seq })
}
