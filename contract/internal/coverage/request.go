package coverage

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// value counts what a request sent at a place. The rules have decoded it; it is
// not read again.
func (r *Recorder) value(s *shape, v any) {
	switch v := v.(type) {
	case nil:
		r.null(s)
	case map[string]any:
		if s.schema.Type != nil && !s.schema.Type.Is(openapi3.TypeObject) {
			r.hit(s.wrongType)
			return
		}
		r.object(s, v)
	case []any:
		if !s.schema.Type.Is(openapi3.TypeArray) {
			r.hit(s.wrongType)
			return
		}
		r.array(s, v)
	case string:
		r.text(s, v)
	case bool:
		if !s.schema.Type.Is(openapi3.TypeBoolean) {
			r.hit(s.wrongType)
			return
		}
		r.choice(s, strconv.FormatBool(v))
	case json.Number:
		f, err := v.Float64()
		r.numeric(s, f, err == nil)
	case float64:
		r.numeric(s, v, true)
	}
}

func (r *Recorder) null(s *shape) {
	if s.nullable {
		r.hit(s.null)
		return
	}
	r.hit(s.wrongType)
}

func (r *Recorder) object(s *shape, v map[string]any) {
	for name, p := range s.properties {
		value, there := v[name]
		switch {
		case there:
			r.hit(p.present)
			if p.shape != nil {
				r.value(p.shape, value)
			}
		case p.missing != none:
			r.hit(p.missing)
		default:
			r.hit(p.absent)
		}
	}
}

func (r *Recorder) array(s *shape, v []any) {
	if len(v) == 0 {
		r.hit(s.empty)
		return
	}
	r.hit(s.filled)
	if s.items == nil {
		return
	}
	for _, item := range v {
		r.value(s.items, item)
	}
}

func (r *Recorder) numeric(s *shape, f float64, ok bool) {
	whole := s.schema.Type.Is(openapi3.TypeInteger)
	switch {
	case !whole && !s.schema.Type.Is(openapi3.TypeNumber), whole && ok && f != float64(int64(f)):
		r.hit(s.wrongType)
		return
	case s.schema.Min != nil && f == *s.schema.Min:
		r.hit(s.low)
	case s.schema.Min != nil && f < *s.schema.Min:
		r.hit(s.below)
	case s.schema.Max != nil && f == *s.schema.Max:
		r.hit(s.high)
	case s.schema.Max != nil && f > *s.schema.Max:
		r.hit(s.above)
	}
	r.choice(s, fmt.Sprint(f))
}

// choice counts a value of an enum, if there is one.
func (r *Recorder) choice(s *shape, v string) {
	if len(s.values) == 0 {
		return
	}
	if at, known := s.values[v]; known {
		r.hit(at)
	} else {
		r.hit(s.wrongValue)
	}
}

func (r *Recorder) text(s *shape, v string) {
	if s.schema.Type != nil && !s.schema.Type.Is(openapi3.TypeString) {
		r.hit(s.wrongType)
		return
	}
	if s.schema.MinLength > 0 && v == "" {
		r.hit(s.short)
	}
	if r.choice(s, v); len(s.values) > 0 {
		return
	}
	if s.wrongValue != none && !s.fits(v) {
		r.hit(s.wrongValue)
	}
}

// fits reports whether a text has the format and the pattern of a schema.
func (s *shape) fits(v string) bool {
	switch s.schema.Format {
	case "date":
		_, err := time.Parse(time.DateOnly, v)
		return err == nil
	case "date-time":
		_, err := time.Parse(time.RFC3339, v)
		return err == nil
	}
	if s.schema.Pattern == "" {
		return true
	}
	matched, err := regexp.MatchString(s.schema.Pattern, v)
	return matched || err != nil
}

// form counts the fields of a form, which are all texts.
func (r *Recorder) form(s *shape, form url.Values) {
	for name, p := range s.properties {
		switch {
		case form.Has(name):
			r.hit(p.present)
			if p.shape != nil && len(p.values) > 0 {
				r.text(p.shape, form.Get(name))
			}
		case p.missing != none:
			r.hit(p.missing)
		default:
			r.hit(p.absent)
		}
	}
}
