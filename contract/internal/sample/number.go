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

// number is within the bounds, or near the example where there are none.
func (m Maker) number(s *openapi3.Schema) (any, bool) {
	p := spanOf(s)
	low, high := p.low, p.high
	example, known := toFloat(s.Example)
	switch {
	case low > high:
		return nil, false
	case !math.IsInf(low, 0) && !math.IsInf(high, 0):
	case math.IsInf(low, 0) && math.IsInf(high, 0) && known && p.whole && s.MultipleOf == nil && math.Mod(example, 2) == 0:
		// A round number has round neighbours: offsets, durations, sums.
		return p.json(example / 2 * float64(1+m.Rand.IntN(24))), true
	case known:
		near := max(math.Abs(example)*0.2, 10*p.step)
		low, high = max(low, example-near), min(high, example+near)
		if low > high {
			low, high = p.low, p.high
		}
	}
	if math.IsInf(low, 0) {
		low = min(high-1000*p.step, 1)
	}
	if math.IsInf(high, 0) {
		high = low + 1000*p.step
	}
	steps := int(min((high-low)/p.step, 1e6))
	n := low + float64(m.Rand.IntN(steps+1))*p.step
	if s.MultipleOf != nil {
		n = min(math.Ceil(n/p.step)*p.step, p.high)
	} else if last := math.Mod(math.Round(n/p.step), 10); !p.whole && last == 0 && n+p.step <= high {
		n += p.step // a digit that rounding would lose
	}
	return p.json(n), true
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
