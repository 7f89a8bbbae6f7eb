package replay

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
)

// told is what the exchange rules found in one exchange, as one recording has it.
type told struct {
	Order fact.Order `json:"order"`
	share
}

// firstOfEach leaves out what another recording tells too: as [once] does, the
// first recording by name counts, with all that it has.
func firstOfEach[T any](all []T, order func(T) fact.Order, same func(a, b T) bool) (kept, again []T) {
	first := slices.SortedStableFunc(slices.Values(all), func(a, b T) int {
		x, y := order(a), order(b)
		return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.Seq, y.Seq))
	})
	for _, one := range first {
		if slices.ContainsFunc(kept, func(k T) bool { return sourceOf(order(k)) != sourceOf(order(one)) && same(k, one) }) {
			again = append(again, one)
		} else {
			kept = append(kept, one)
		}
	}
	return kept, again
}

// exchange takes what the exchange rules found in one exchange, with others of
// its identity.
func (r *shardReducer) exchange(line []byte) error {
	id, text, ok := bytes.Cut(line, []byte("\t"))
	if !ok {
		return errors.New("an exchange without identity")
	}
	var one told
	if err := json.Unmarshal(text, &one); err != nil {
		return fmt.Errorf("what was found is not JSON: %w", err)
	}
	if string(id) != r.id {
		r.endCopies()
		r.id = string(id)
	}
	r.copies = append(r.copies, one)
	return nil
}

func (r *shardReducer) endCopies() {
	kept, again := firstOfEach(r.copies, func(t told) fact.Order { return t.Order }, func(a, b told) bool { return true })
	for _, one := range kept {
		r.tally.merge(one.tally())
	}
	for _, one := range again {
		r.tally.again(one.Order)
	}
	r.copies = r.copies[:0]
}

// fact takes the next fact, with others of its key and time.
func (r *shardReducer) fact(f *fact.Fact) {
	if f.End == 0 {
		from := sourceOf(f.Order)
		if r.apart[from] == nil {
			r.apart[from] = r.newly()
		}
		r.apart[from].Add(f, false)
		return
	}
	if len(r.alike) > 0 && !r.alike[0].SameTime(f) {
		r.endAlike()
	}
	r.alike = append(r.alike, f)
}

func (r *shardReducer) endAlike() {
	if len(r.alike) > 1 {
		kept, _ := firstOfEach(r.alike, func(f *fact.Fact) fact.Order { return f.Order }, (*fact.Fact).Says)
		slices.SortStableFunc(kept, func(a, b *fact.Fact) int { return a.Order.Compare(b.Order) })
		r.alike = kept
	}
	for _, f := range r.alike {
		r.engine.Add(f, false)
	}
	clear(r.alike)
	r.alike = r.alike[:0]
}
