package pass

import (
	"iter"
)

// recent is a map that forgets: it keeps at least the limit of entries that
// were touched last, and at most twice as many. Without it a history would
// grow with the recording.
type recent[K comparable, V any] struct {
	limit      int
	young, old map[K]V // an entry is in one of them
}

func newRecent[K comparable, V any](limit int) *recent[K, V] {
	return &recent[K, V]{limit: limit, young: make(map[K]V)}
}

// get returns the zero value for an entry that is not there any more.
func (r *recent[K, V]) get(key K) V {
	value, ok := r.young[key]
	if !ok {
		if value, ok = r.old[key]; ok {
			r.put(key, value)
		}
	}
	return value
}

func (r *recent[K, V]) put(key K, value V) {
	if _, there := r.young[key]; !there && len(r.young) == r.limit {
		r.old, r.young = r.young, make(map[K]V)
	}
	delete(r.old, key)
	r.young[key] = value
}

func (r *recent[K, V]) delete(key K) {
	delete(r.young, key)
	delete(r.old, key)
}

// all yields the entries, and counts as no touch.
func (r *recent[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, m := range []map[K]V{r.young, r.old} {
			for key, value := range m {
				if !yield(key, value) {
					return
				}
			}
		}
	}
}
