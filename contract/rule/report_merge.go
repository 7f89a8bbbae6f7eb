package rule

import (
	"slices"
	"strings"
)

// joinedTargets names each target once.
func joinedTargets(a, b string) string {
	all := append(strings.Split(a, ", "), strings.Split(b, ", ")...)
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}
