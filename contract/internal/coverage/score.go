package coverage

import "fmt"

// Score is how many of some points were hit.
type Score struct {
	Hit int `json:"hit"`
	Of  int `json:"of"`
}

// Percent is rounded down, so that 100 means all. None of none is 100.
func (s Score) Percent() int {
	if s.Of == 0 {
		return 100
	}
	return 100 * s.Hit / s.Of
}

func (s Score) String() string { return fmt.Sprintf("%d/%d", s.Hit, s.Of) }

// Add counts one more point.
func (s *Score) Add(hit bool) {
	s.Of++
	if hit {
		s.Hit++
	}
}

// Scores counts points by class.
func Scores(points []Point, c *Counts) map[Class]Score {
	scores := make(map[Class]Score)
	for i := range points {
		s := scores[points[i].Class]
		s.Add(c.Hits(&points[i]) > 0)
		scores[points[i].Class] = s
	}
	return scores
}
