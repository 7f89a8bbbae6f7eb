package sample

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

var (
	names = []string{
		"Avery", "Zoë", "Ægir", "Łucja", "Νίκος", "Олена", "محمد", "さくら", "José", "Nguyễn", "Smith", "Müller-Lüdenscheidt", "O'Neil",
		"Иванова", "García y Vega", "李", "van der Berg", "Ó Súilleabháin",
	}
	phrases = []string{
		"Porridge with apple", "Crème brûlée", "Frühstück im Grünen", "朝ごはん", "Суп дня", "Half a litre of water", "Long run, slow", "Piñata",
		"Smørrebrød", "Third interval", "Evening walk", "Γιαούρτι με μέλι",
	}
)

// string is a text of the format or the pattern, or one within the lengths.
func (m Maker) string(s *openapi3.Schema) (any, bool) {
	switch {
	case len(named(s)) > 0:
		return pick(m.Rand, named(s)), true
	case s.Format != "" && s.Format != "password":
		return m.formatted(s)
	case s.Pattern != "":
		return m.matching(s)
	}
	from := phrases
	if spec.Extension(s.Extensions, "x-onvy-sensitive") == "name" {
		from = names
	}
	return fit(s, pick(m.Rand, from)), true
}

// fit cuts a text or repeats it until it has a length that the schema takes.
func fit(s *openapi3.Schema, value string) string {
	for utf8.RuneCountInString(value) < int(s.MinLength) {
		value += value
	}
	if s.MaxLength != nil && utf8.RuneCountInString(value) > int(*s.MaxLength) {
		value = string([]rune(value)[:*s.MaxLength])
	}
	return value
}

// formatted is a text of a format; the example of one that is not known.
func (m Maker) formatted(s *openapi3.Schema) (any, bool) {
	n := m.Rand.IntN
	switch s.Format {
	case "date":
		return fmt.Sprintf("%04d-%02d-%02d", 1940+n(60), 1+n(12), 1+n(28)), true
	case "date-time":
		return fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02dZ", 2001+n(20), 1+n(12), 1+n(28), n(24), n(60), 1+n(59)), true
	case "uuid":
		return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", m.Rand.Uint32(), n(1<<16), n(1<<12), n(1<<12), m.Rand.Uint64()>>16), true
	case "email":
		return fmt.Sprintf("contract.%d@example.com", n(1e6)), true
	case "uri", "url", "uri-reference":
		return fmt.Sprintf("https://example.com/contract/%d", n(1e6)), true
	case "hostname":
		return fmt.Sprintf("contract-%d.example.com", n(1e6)), true
	case "ipv4":
		return fmt.Sprintf("192.0.2.%d", 1+n(254)), true
	case "ipv6":
		return fmt.Sprintf("2001:db8::%x", 1+n(1<<16-1)), true
	case "time":
		return fmt.Sprintf("%02d:%02d:%02dZ", n(24), n(60), 1+n(59)), true
	case "duration":
		return fmt.Sprintf("PT%dM", 1+n(59)), true
	case "byte":
		return []string{"Y29udHJhY3Q=", "AAEC/+7d", "Y29udHJhY3Q/Pj4="}[n(3)], true
	}
	if s.Example == nil && s.Pattern != "" {
		return m.matching(s)
	}
	return s.Example, s.Example != nil
}

// matching is a text that a pattern matches; the example where none is found.
func (m Maker) matching(s *openapi3.Schema) (any, bool) {
	whole, err := regexp.Compile(s.Pattern)
	parsed, err2 := syntax.Parse(s.Pattern, syntax.Perl)
	if err != nil || err2 != nil {
		return s.Example, s.Example != nil
	}
	for range 20 {
		var b strings.Builder
		m.write(&b, parsed.Simplify())
		n := utf8.RuneCountInString(b.String())
		if whole.MatchString(b.String()) && n >= int(s.MinLength) && (s.MaxLength == nil || n <= int(*s.MaxLength)) {
			return b.String(), true
		}
	}
	return s.Example, s.Example != nil
}

// write writes what a part of a pattern matches.
func (m Maker) write(b *strings.Builder, re *syntax.Regexp) {
	times := 1
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		at := 2 * m.Rand.IntN(len(re.Rune)/2)
		b.WriteRune(re.Rune[at] + m.Rand.Int32N(min(re.Rune[at+1]-re.Rune[at], 90)+1))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte(byte('a' + m.Rand.IntN(26)))
	case syntax.OpAlternate:
		m.write(b, pick(m.Rand, re.Sub))
		return
	case syntax.OpStar:
		times = m.Rand.IntN(4)
	case syntax.OpPlus:
		times = 1 + m.Rand.IntN(4)
	case syntax.OpQuest:
		times = m.Rand.IntN(2)
	}
	for range times {
		for _, sub := range re.Sub {
			m.write(b, sub)
		}
	}
}

// Free reports whether a schema takes any text.
func Free(s *openapi3.Schema) bool {
	s = flat(s)
	return is(s, openapi3.TypeString) && len(s.Enum) == 0 && s.Format == "" && s.Pattern == "" && named(s) == nil && (s.MaxLength == nil || *s.MaxLength >= 40)
}
