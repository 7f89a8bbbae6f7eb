package sample

import (
	"math"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// span are the least and the greatest number that a schema takes, and the step
// from one to the next; infinite where it has no bound.
type span struct {
	low, high, step float64
	whole           bool
}

// exact reports whether a number and its neighbours can be told apart, as JSON
// and Go have them.
func (p span) exact(n float64) bool { return math.Abs(n) < 1<<53 && n+p.step != n }

func spanOf(s *openapi3.Schema) span {
	p := span{low: math.Inf(-1), high: math.Inf(1), step: math.Pow10(-max(1, decimals(s.Example))), whole: is(s, openapi3.TypeInteger)}
	if p.whole {
		p.step = 1
	}
	if s.MultipleOf != nil {
		p.step = *s.MultipleOf
	}
	if s.Min != nil {
		p.low = *s.Min
	}
	if s.Max != nil {
		p.high = *s.Max
	}
	if s.MultipleOf != nil || p.whole {
		p.low, p.high = math.Ceil(p.low/p.step)*p.step, math.Floor(p.high/p.step)*p.step
	}
	if v := s.ExclusiveMin.Value; v != nil && *v >= p.low {
		p.low = *v + p.step
	} else if excludes(s.ExclusiveMin) && s.Min != nil && p.low == *s.Min {
		p.low += p.step
	}
	if v := s.ExclusiveMax.Value; v != nil && *v <= p.high {
		p.high = *v - p.step
	} else if excludes(s.ExclusiveMax) && s.Max != nil && p.high == *s.Max {
		p.high -= p.step
	}
	return p
}

func excludes(b openapi3.ExclusiveBound) bool { return b.Bool != nil && *b.Bool }

// decimals are those of an example: 2 of 68.25.
func decimals(example any) int {
	f, ok := toFloat(example)
	if !ok {
		return 0
	}
	_, fraction, _ := strings.Cut(strconv.FormatFloat(f, 'f', -1, 64), ".")
	return min(len(fraction), 6)
}

func toFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	case uint64:
		return float64(v), true
	}
	return 0, false
}

// json is a number as it is written: whole ones without a fraction, others
// without the noise of their binary form.
func (p span) json(n float64) any {
	if p.whole || n == math.Trunc(n) && math.Abs(n) < 1e15 {
		return int(n)
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(n, 'f', 9, 64), 64)
	if err != nil {
		return n
	}
	return short
}
