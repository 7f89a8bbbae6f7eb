package replay

import (
	"cmp"
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// ranked is a finding and where it belongs among the others.
type ranked struct {
	Order   fact.Order   `json:"order"`
	Nth     int          `json:"nth"` // among those of one exchange, or of one fact
	Finding rule.Finding `json:"finding"`
}

func (r *ranked) compare(other *ranked) int {
	f, g := &r.Finding, &other.Finding
	return cmp.Or(r.Order.Compare(other.Order), cmp.Compare(r.Nth, other.Nth),
		cmp.Compare(f.Rule, g.Rule), cmp.Compare(f.Pointer, g.Pointer), cmp.Compare(f.Message, g.Message))
}

// ranking joins equal findings: the first in time stands for all.
type ranking struct {
	at   map[any]*ranked
	list []*ranked
}

func newRanking() *ranking { return &ranking{at: make(map[any]*ranked)} }

func (k *ranking) add(r ranked) {
	r.Finding.Count = max(r.Finding.Count, 1)
	there := k.at[r.Finding.Key()]
	switch {
	case there == nil:
		k.at[r.Finding.Key()] = &r
		k.list = append(k.list, &r)
	case r.compare(there) < 0:
		r.Finding.Count += there.Finding.Count
		*there = r
	default:
		there.Finding.Count += r.Finding.Count
	}
}

// drop takes out findings; of joined ones all go, since nobody knows how many
// of them are meant.
func (k *ranking) drop(which func(*ranked) bool) {
	k.list = slices.DeleteFunc(k.list, func(r *ranked) bool {
		if !which(r) {
			return false
		}
		delete(k.at, r.Finding.Key())
		return true
	})
}

// sorted puts the findings in the order of the time.
func (k *ranking) sorted() []*ranked {
	slices.SortFunc(k.list, (*ranked).compare)
	return k.list
}
