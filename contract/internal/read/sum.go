package read

import "maps"

// Sum adds counts up by name; nil for none.
func Sum(a, b map[string]int) map[string]int {
	if len(a)+len(b) == 0 {
		return nil
	}
	all := maps.Clone(a)
	if all == nil {
		all = make(map[string]int)
	}
	for name, n := range b {
		all[name] += n
	}
	return all
}
