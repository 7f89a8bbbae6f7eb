package coverage

import (
	"fmt"
	"strings"
)

// Gap is what a client can send by the spec, and a run did not: an operation
// that never worked, or a field, a parameter or a value of an enum.
type Gap struct {
	Operation string
	Name      string // "/gender =male", "?limit"; "" where there was no 2xx answer
}

func (g Gap) String() string {
	if g.Name == "" {
		return g.Operation + ": no 2xx answer"
	}
	return fmt.Sprintf("%s: %s was never sent", g.Operation, g.Name)
}

// Gaps are those of a run, in the order of the points. Of an operation that
// never worked nothing else is said.
func Gaps(points []Point, c *Counts) (gaps []Gap) {
	works := make(map[string]bool)
	for i := range points {
		p := &points[i]
		if p.Kind == KindStatus && p.Place[0] == '2' {
			works[p.Operation] = works[p.Operation] || c.Hits(p) > 0
		}
	}
	said := make(map[string]bool)
	for i := range points {
		p := &points[i]
		worked, known := works[p.Operation]
		switch {
		case known && !worked:
			if !said[p.Operation] {
				said[p.Operation] = true
				gaps = append(gaps, Gap{Operation: p.Operation})
			}
		case p.sends() && c.Hits(p) == 0:
			gaps = append(gaps, Gap{p.Operation, p.Name})
		}
	}
	return gaps
}

// sends reports whether a point is about something that a client sends.
func (p *Point) sends() bool {
	if p.Place != placeRequest || p.Class == Server || p.Class == Infeasible {
		return false
	}
	switch p.Kind {
	case KindEnum:
		return true
	case KindProperty, KindParameter: // not that it is null, empty or left out
		return !strings.Contains(p.Name, " ")
	}
	return false
}
