package contract

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/coverage"
)

// exercised says what of the spec a run did not come to, and whether it is only
// a part of a run, which cannot come to everything.
func (s *Suite) exercised(r *Report) {
	for _, gap := range coverage.Gaps(s.spec.CoveragePoints(), r.Coverage) {
		r.Summary.NotExercised = append(r.Summary.NotExercised, gap.String())
	}
	if s.options.Run != "" {
		r.Part = append(r.Part, "--run "+s.options.Run)
	}
	if s.options.Shard != "" {
		r.Part = append(r.Part, shardFlag+s.options.Shard)
	}
	if r.Summary.NotRun+r.Summary.Errors > 0 {
		r.Part = append(r.Part, "cut short")
	}
}

const shardFlag = "--shard "

// unexercised reports whether a strict run fails because it left something of
// the spec out. A part of a run is not expected to have it all.
func (r *Report) unexercised() bool {
	return r.Strict && len(r.Part) == 0 && len(r.Summary.NotExercised) > 0
}

// mergeExercised is what none of two reports came to, by the counts of both.
func (r *Report) mergeExercised(other *Report) {
	one, two := r.Summary.NotExercised, other.Summary.NotExercised
	var left []string
	for _, line := range slices.Concat(one, two) {
		// A replay does not say what it did not come to; its counts do.
		both := slices.Contains(one, line) && slices.Contains(two, line) || r.Kind != other.Kind && (r.Kind == Recordings || other.Kind == Recordings)
		if both && !r.Coverage.Closed(line) && !slices.Contains(left, line) {
			left = append(left, line)
		}
	}
	slices.Sort(left)
	r.Summary.NotExercised = left
	live := func(r *Report) bool { return r.Kind != Recordings }
	switch {
	case live(r) && len(r.Part) == 0, live(other) && len(other.Part) == 0:
		r.Part = nil // one of them is whole
	default:
		r.Part = wholeShards(slices.Concat(r.Part, other.Part))
	}
}

// wholeShards takes out the shards that are all there, and what is there twice.
func wholeShards(parts []string) (left []string) {
	of := make(map[string]map[string]bool) // the shards that are there, by their number
	for _, part := range parts {
		if i, n, ok := strings.Cut(strings.TrimPrefix(part, shardFlag), "/"); ok && strings.HasPrefix(part, shardFlag) {
			if of[n] == nil {
				of[n] = make(map[string]bool)
			}
			of[n][i] = true
		}
	}
	whole := slices.ContainsFunc(slices.Collect(maps.Keys(of)), func(n string) bool { return fmt.Sprint(len(of[n])) == n })
	for _, part := range parts {
		if !slices.Contains(left, part) && !(whole && strings.HasPrefix(part, shardFlag)) {
			left = append(left, part)
		}
	}
	slices.Sort(left)
	return left
}

// limits are what of the spec cannot be checked. One that is of another API has
// no users and no sign-in, for which most rules are.
func (s *Spec) limits() []string {
	all := slices.Clone(s.api.Limits)
	if !s.signsIn() || s.users() == nil {
		all = append(all, fmt.Sprintf("it is not of the ONVY Health API: %s are held against the schemas, HTTP and the laws of resources; sign-in, tokens and users are not",
			plural(len(s.ops), "operation")))
	}
	return all
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
