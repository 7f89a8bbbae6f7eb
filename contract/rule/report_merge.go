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

// joinedKinds is what reports of both are about: what was run says more than what
// was read, and a server that was named more than the sandbox.
func joinedKinds(a, b TargetKind) TargetKind {
	for _, kind := range []TargetKind{Server, Sandbox} {
		if a == kind || b == kind {
			return kind
		}
	}
	return Recordings
}

// sameRules reports whether two reports were asked for the same rules, in any
// order.
func sameRules(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func ids(rules []Rule) []string {
	all := make([]string, len(rules))
	for i := range rules {
		all[i] = rules[i].ID
	}
	return all
}
