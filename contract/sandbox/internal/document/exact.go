package document

import (
	"errors"
	"maps"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// Exact refuses values that hold by the letter of a schema and that nobody can
// read: a date that is on no calendar, a uuid that is none, a number that no float64
// holds, an integer that is written as a fraction. The schema was checked before.
// Its error names the property and no value.
func Exact(s *openapi3.Schema, value jsontext.Value) error { return exactAt(s, value, nil, 0) }

const maxDepth = 100 // of values; schemas may be trees

func exactAt(s *openapi3.Schema, value jsontext.Value, path []string, depth int) error {
	if s == nil || depth > maxDepth {
		return nil
	}
	bad := errors.New(strings.Join(path, ".") + " is not valid")
	switch value.Kind() {
	case '"':
		unquoted, err := jsontext.AppendUnquote(nil, value)
		if err != nil || !isFormatted(spec.Plain(s).Format, string(unquoted)) {
			return bad
		}
	case '0':
		if !isNumber(spec.Plain(s), string(value)) {
			return bad
		}
	case '{':
		properties, object := spec.Properties(s), Members(value)
		for _, name := range slices.Sorted(maps.Keys(object)) {
			property, at := properties[name], append(path[:len(path):len(path)], name)
			if more := spec.More(s); property == nil && more != nil {
				property, at = more, path // the names of a map are data
			}
			if err := exactAt(property, object[name], at, depth+1); err != nil {
				return err
			}
		}
	case '[':
		if items := spec.Plain(s).Items; items != nil {
			for _, item := range elements(value) {
				if err := exactAt(items.Value, item, path, depth+1); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func isFormatted(format, text string) bool {
	switch format {
	case "date":
		_, err := time.Parse(time.DateOnly, text)
		return err == nil
	case "date-time":
		var t time.Time
		return t.UnmarshalText([]byte(text)) == nil
	case "uuid":
		return uuid.MatchString(text)
	case "ipv4", "ipv6":
		at, err := netip.ParseAddr(text)
		return err == nil && at.Is4() == (format == "ipv4")
	case "email":
		at, err := mail.ParseAddress(text)
		return err == nil && at.Address == text
	case "uri":
		u, err := url.Parse(text)
		return err == nil && u.IsAbs()
	}
	return true
}

var uuid = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`) // RFC 9562, 4

func isNumber(s *openapi3.Schema, text string) bool {
	if !s.Type.Is(openapi3.TypeInteger) {
		_, err := strconv.ParseFloat(text, 64)
		return err == nil
	}
	bits := 64
	if s.Format == "int32" {
		bits = 32
	}
	_, err := strconv.ParseInt(text, 10, bits)
	return err == nil
}
