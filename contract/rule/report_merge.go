package rule

import (
	"maps"
	"slices"
	"strings"
)

// sum adds counts up by name; nil for none.
func sum(a, b map[string]int) map[string]int {
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

// joinedTargets names each target once.
func joinedTargets(a, b string) string {
	all := append(strings.Split(a, ", "), strings.Split(b, ", ")...)
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}
