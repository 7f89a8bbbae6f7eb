package spec

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/marks"
)

// syntax is what a YAML parser says of a line.
var syntax = regexp.MustCompile(`yaml(?: error)?: .*?line (\d+): (.+)`)

// unreadable is an error of the loader with its place.
func unreadable(text []byte, err error) error {
	says, _, _ := strings.Cut(err.Error(), "\n")
	line := ""
	if at := syntax.FindStringSubmatch(says); at != nil {
		line, says = "openapi.yaml:"+at[1], at[2]
	}
	at := marks.Where(text, says)
	if at == "" {
		at = line
	}
	return refused(at, "the spec cannot be read", says)
}

// invalid is an error of the validator with its place, in one line: what it says
// of a value ends with the whole schema.
func invalid(text []byte, err error) error {
	says, _, _ := strings.Cut(err.Error(), "\n")
	var path []string // to what has no place of its own
	at := ""
	for e := err; e != nil; e = errors.Unwrap(e) {
		switch e := e.(type) {
		case *openapi3.SectionValidationError:
			path = append(path, strings.ReplaceAll(e.Section, "external docs", "externalDocs"))
		case *openapi3.PathValidationError:
			path = append(path, e.Path)
		case *openapi3.OperationValidationError:
			path = append(path, strings.ToLower(e.Method))
		case *openapi3.ComponentValidationError:
			path = append(path, bucket(e.Section), e.Name)
		case *openapi3.PathMustStartWithSlashError:
			return refused(marks.At(text, "paths", e.Path), notValid, says)
		case *openapi3.ConflictingPathsError:
			return refused(marks.At(text, "paths", e.Path2), notValid, says)
		case *openapi3.SecurityRequirementSchemeUndefinedError:
			return refused(marks.At(text, marks.Names(e.JSONPointer)...), notValid, says)
		}
		if found := placeOf(e); found != "" {
			at = found // the innermost is the nearest
		}
	}
	if at == "" {
		at = marks.At(text, path...)
	}
	return refused(at, notValid, says)
}

const notValid = "the spec is not valid"

func refused(at, what, says string) error {
	if at == "" {
		return fmt.Errorf("%s: %s", what, says)
	}
	return fmt.Errorf("%s: %s: %s", at, what, says)
}

// bucket is where components are of what the validator calls "request body".
func bucket(section string) string {
	words := strings.Fields(section)
	for i := 1; i < len(words); i++ {
		words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
	}
	return strings.Join(words, "") + "s"
}

// placeOf is where the element is that an error of the validator is about, as
// most of its errors know by a field Origin; "" if this one does not.
func placeOf(err error) string {
	v := reflect.Indirect(reflect.ValueOf(err))
	if v.Kind() != reflect.Struct || !v.FieldByName("Origin").IsValid() {
		return ""
	}
	origin, ok := v.FieldByName("Origin").Interface().(*openapi3.Origin)
	if !ok || origin == nil {
		return ""
	}
	if e, ok := err.(*openapi3.DuplicateRequiredFieldError); ok {
		all := origin.Sequences["required"]
		for i, item := range slices.Backward(all) {
			if item.Name == e.Field {
				return Place(&openapi3.Origin{Key: &all[i]}, "")
			}
		}
	}
	return Place(origin, keyword(err))
}

// keyword is that of its element which an error is about; "" for none.
func keyword(err error) string {
	switch e := err.(type) {
	case *openapi3.SchemaTypeError, *openapi3.InvalidSecuritySchemeTypeError:
		return "type"
	case *openapi3.SchemaPatternRegexError:
		return "pattern"
	case *openapi3.SchemaMultipleOfNotPositiveError:
		return "multipleOf"
	case *openapi3.InvalidParameterInError, *openapi3.APIKeyInInvalidError:
		return "in"
	case *openapi3.InvalidHTTPSchemeError:
		return "scheme"
	case *openapi3.InvalidSerializationMethodError:
		return "style"
	case *openapi3.ExtraSiblingFieldsError:
		return e.Fields[0]
	case *openapi3.FieldVersionMismatchError:
		return e.Field
	case *openapi3.ForbiddenFieldError:
		return e.Field
	case *openapi3.MutuallyExclusiveFieldsError:
		return e.Field2
	case *openapi3.ExampleViolatesSchema:
		return e.ValueKind
	case *openapi3.DefaultViolatesSchema:
		return e.ValueKind
	}
	return ""
}
