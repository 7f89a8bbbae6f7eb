package coverage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Gate is the least that a run must cover, in percent by class.
type Gate map[Class]int

// gated are the classes that a gate may ask for, by the word for it.
var gated = map[string]Class{"documented": Required, "required": Required, "negative": Negative}

// ParseGate reads "documented=90,negative=60".
func ParseGate(text string) (Gate, error) {
	g := Gate{}
	for part := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		class, known := gated[strings.TrimSpace(name)]
		if !ok || !known {
			return nil, fmt.Errorf("coverage: %q is not a least coverage; write documented=90,negative=60: nothing else can be demanded of a client", part)
		}
		percent, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), "%"))
		if err != nil || percent < 0 || percent > 100 {
			return nil, fmt.Errorf("coverage: %q is not a percentage from 0 to 100", value)
		}
		if _, twice := g[class]; twice {
			return nil, fmt.Errorf("coverage: %q is given twice", name)
		}
		g[class] = percent
	}
	return g, nil
}

// Misses says in a line for each class what is below the gate; none if nothing is.
func (g Gate) Misses(points []Point, c *Counts) []string {
	scores := Scores(points, c)
	var misses []string
	for _, class := range []Class{Required, Negative} {
		least, asked := g[class]
		s := scores[class]
		if !asked || 100*s.Hit >= least*s.Of {
			continue
		}
		misses = append(misses, fmt.Sprintf("coverage of what is %s is %d %% (%s), below %d %%", classWord(class), s.Percent(), s, least))
	}
	return misses
}

func classWord(c Class) string {
	if c == Required {
		return "documented"
	}
	return string(c)
}

// Lost are the ids that a baseline has hit and c has not, sorted. Points that
// are no longer in the spec are left out: they were removed on purpose.
func Lost(points []Point, baseline, c *Counts) []string {
	var lost []string
	for i := range points {
		if baseline.Hits(&points[i]) > 0 && c.Hits(&points[i]) == 0 {
			lost = append(lost, points[i].ID())
		}
	}
	slices.Sort(lost)
	return lost
}
