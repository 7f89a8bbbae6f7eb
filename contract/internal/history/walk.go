package history

import (
	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/recent"
)

// listKey is a listing of a project.
type listKey struct {
	project fact.Digest
	list    fact.Digest
}

// list is what is known of a listing: who is in it, and how it was walked.
type list struct {
	members map[uint64]*member
	writes  int   // creates and deletes so far
	last    int64 // end of the last one
	walks   *recent.Map[walkKey, *walk]
	ended   *recent.Map[walkKey, *walk] // last complete walks, by realm and limit
	newest  int64                       // end of the newest fact
	twins   map[fact.Order]bool
	held    held
}

// member is a resource that is or was in a listing.
type member struct {
	there   bool
	since   fact.Order // when it was first seen to be there
	created fact.Instant
	went    int64    // until when it may have gone
	missed  *Verdict // a walk that it was not in
	from    int64    // when that walk began
}

// walkKey is the page that is to come next in a listing, or a kind of listing.
type walkKey struct{ principal, page fact.Digest }

// walk is a listing, page by page.
type walk struct {
	whole   bool // everything there is, and not one user that sees itself alone
	limit   fact.Digest
	started int64
	began   fact.Order
	writes  int                      // creates and deletes in the project when it began
	seen    map[uint64]struct{}      // ids
	pages   map[fact.Digest]struct{} // cursors
	count   int
	set     uint64 // of the ids, in any order
	order   uint64 // of the ids, in theirs
	repeats int
	total   float64
	totaled bool
	changes int  // how often total was another than on the page before
	racing  bool // something was written during a page
	strange bool // has members whose life is not known, and so their owners may write too
}

const (
	keptWalks = 100     // that have not come to their end, and that have
	keptItems = 100_000 // of one walk; a longer one is not judged as a whole
)

// add takes an id; false if it was there before.
func (w *walk) add(id uint64) bool {
	if _, there := w.seen[id]; there {
		w.repeats++
		return false
	}
	w.seen[id] = struct{}{}
	w.count++
	w.set += id
	w.order = w.order*1099511628211 + id // the prime of FNV
	return true
}

// agrees reports whether a walk saw exactly what another did. Writes that nobody
// saw do not do the same thing twice.
func (w *walk) agrees(other *walk) bool {
	return other != nil && w.count == other.count && w.set == other.set && w.order == other.order && w.repeats == other.repeats &&
		w.total == other.total && w.totaled == other.totaled && w.changes == other.changes
}

// quiet reports whether nothing was written since a listing began, as far as was
// seen. Otherwise its pages do not have to agree.
func (l *list) quiet(w *walk) bool {
	return w.writes == l.writes && !w.racing && (w.started == 0 || w.started >= l.last)
}
