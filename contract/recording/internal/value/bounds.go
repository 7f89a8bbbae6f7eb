package value

import (
	"math"
	"strconv"
)

// Bounds are what the schemas of a spec compare numbers with.
type Bounds struct {
	At    []float64 // minima, maxima, defaults, and what else is one of a few
	Steps []float64 // numbers of which others are to be multiples
}

// Alike reports whether two numbers, as they are written, are the same to all
// bounds.
func (b *Bounds) Alike(s, t string) bool {
	x, _ := strconv.ParseFloat(s, 64) // an infinity comes with an error
	y, _ := strconv.ParseFloat(t, 64)
	for _, at := range b.At {
		if (x < at) != (y < at) || (x > at) != (y > at) {
			return false
		}
	}
	for _, step := range b.Steps {
		if multiple(x, step) != multiple(y, step) {
			return false
		}
	}
	return true
}

func multiple(x, step float64) bool {
	n := x / step
	return math.Abs(n-math.Round(n)) < 1e-9*max(1, math.Abs(n))
}
