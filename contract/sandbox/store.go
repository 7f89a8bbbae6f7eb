package sandbox

import (
	"net/http"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// timeLayout has microseconds, so that times of one second stay apart.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// user is one user as it was at one time; a change makes a new one.
type user struct {
	id      string
	seq     uint64 // its place in the list, in the order of creation
	doc     document
	created time.Time
	updated time.Time
}

// json is the user as the API shows it.
func (u *user) json() jsontext.Value {
	object := appendMember([]byte{'{'}, "id", quote(u.id))
	for _, f := range fields {
		if value, ok := u.doc[f.name]; ok {
			object = appendMember(object, f.name, value)
		}
	}
	object = appendMember(object, "data_syncs", jsontext.Value("[]"))
	object = appendMember(object, "created_at", quote(u.created.Format(timeLayout)))
	object = appendMember(object, "updated_at", quote(u.updated.Format(timeLayout)))
	return append(object, '}')
}

func quote(s string) jsontext.Value {
	quoted, _ := jsontext.AppendQuote(nil, s) // fails for invalid UTF-8 only, which never gets here
	return quoted
}

// store holds the users of a project.
type store struct {
	now func() time.Time

	mu   sync.RWMutex
	byID map[string]*user
	list []*user // by seq
	seq  uint64
}

func newStore(now func() time.Time) *store {
	return &store{now: now, byID: make(map[string]*user)}
}

func noUser() *refusal { return refuse(http.StatusNotFound, "not_found", "no such user") }

// clock is the time in the precision that is shown.
func (s *store) clock() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

func (s *store) create(id string, doc document) (*user, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID[id] != nil {
		return nil, refuse(http.StatusConflict, "conflict", "the id is taken")
	}
	s.seq++
	now := s.clock()
	u := &user{id: id, seq: s.seq, doc: doc, created: now, updated: now}
	s.byID[id] = u
	s.list = append(s.list, u)
	return u, nil
}

func (s *store) get(id string) (*user, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if u := s.byID[id]; u != nil {
		return u, nil
	}
	return nil, noUser()
}

// update puts what change makes of a user's document in its place, and dates
// it later than before even where the clock stands still. A nil document
// changes nothing.
func (s *store) update(id string, change func(document) document) (*user, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.byID[id]
	if old == nil {
		return nil, noUser()
	}
	doc := change(old.doc)
	if doc == nil {
		return old, nil
	}
	u := &user{id: id, seq: old.seq, doc: doc, created: old.created, updated: s.clock()}
	if !u.updated.After(old.updated) {
		u.updated = old.updated.Add(time.Microsecond)
	}
	s.byID[id] = u
	s.list[s.after(u.seq-1)] = u
	return u, nil
}

func (s *store) delete(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.byID[id]
	if u == nil {
		return noUser()
	}
	delete(s.byID, id)
	at := s.after(u.seq - 1)
	s.list = slices.Delete(s.list, at, at+1)
	return nil
}

// page returns up to limit users after a place in the list, and the place of
// the last one if there are more. Since places are never given away again,
// creating and deleting neither hides nor repeats other users.
func (s *store) page(after uint64, limit int) (users []*user, next uint64, total int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	from := s.after(after)
	to := min(from+limit, len(s.list))
	users = slices.Clone(s.list[from:to])
	if to < len(s.list) {
		next = users[len(users)-1].seq
	}
	return users, next, len(s.list)
}

// after is the index of the first user behind a place.
func (s *store) after(seq uint64) int {
	return sort.Search(len(s.list), func(i int) bool { return s.list[i].seq > seq })
}
