// Package recent has a map that forgets.
package recent

import "iter"

// Map is a map that forgets: it keeps at least the limit of entries that were
// touched last, and at most twice as many. Without it a history would grow with
// the recording.
type Map[K comparable, V any] struct {
	Forget     func(K, V) // called for each entry that is dropped, unless it is nil
	limit      int
	young, old map[K]V // an entry is in one of them
}

// New returns an empty map.
func New[K comparable, V any](limit int) *Map[K, V] {
	return &Map[K, V]{limit: limit, young: make(map[K]V)}
}

// Get returns the zero value for an entry that is not there any more.
func (m *Map[K, V]) Get(key K) V {
	value, ok := m.young[key]
	if !ok {
		if value, ok = m.old[key]; ok {
			m.Put(key, value)
		}
	}
	return value
}

// Put makes an entry the last that was touched.
func (m *Map[K, V]) Put(key K, value V) {
	if _, there := m.young[key]; !there && len(m.young) == m.limit {
		gone := m.old
		m.old, m.young = m.young, make(map[K]V)
		if m.Forget != nil {
			for k, v := range gone {
				if k != key {
					m.Forget(k, v)
				}
			}
		}
	}
	delete(m.old, key)
	m.young[key] = value
}

// Delete drops an entry; nobody is told.
func (m *Map[K, V]) Delete(key K) {
	delete(m.young, key)
	delete(m.old, key)
}

// All yields the entries, and counts as no touch.
func (m *Map[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, half := range []map[K]V{m.young, m.old} {
			for key, value := range half {
				if !yield(key, value) {
					return
				}
			}
		}
	}
}

// Clear drops all entries; nobody is told.
func (m *Map[K, V]) Clear() {
	clear(m.young)
	clear(m.old)
}
