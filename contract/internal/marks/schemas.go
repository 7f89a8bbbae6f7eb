package marks

import (
	"fmt"
	"strconv"

	"gopkg.in/yaml.v3"
)

// bounds are keywords of a schema: the value of the second is not less than that
// of the first.
var bounds = [][2]string{{"minLength", "maxLength"}, {"minimum", "maximum"}, {"minItems", "maxItems"}, {"minProperties", "maxProperties"}}

// checkSchema returns an error for bounds with nothing between them, and for an
// enum with a value twice. Who loads the spec takes both.
func checkSchema(schema *yaml.Node) error {
	for _, pair := range bounds {
		low, high := member(schema, pair[0]), member(schema, pair[1])
		if low == nil || high == nil {
			continue
		}
		a, err := strconv.ParseFloat(low.Value, 64)
		b, err2 := strconv.ParseFloat(high.Value, 64)
		if err == nil && err2 == nil && a > b {
			return fmt.Errorf("%s: nothing is between %s %s and %s %s", place(high), pair[0], low.Value, pair[1], high.Value)
		}
	}
	enum := member(schema, "enum")
	if enum == nil || enum.Kind != yaml.SequenceNode {
		return nil
	}
	seen := make(map[[2]string]bool, len(enum.Content))
	for _, value := range enum.Content {
		one := [2]string{value.Tag, value.Value}
		if value.Kind == yaml.ScalarNode && seen[one] {
			return fmt.Errorf("%s: the enum has %q twice", place(value), value.Value)
		}
		seen[one] = true
	}
	return nil
}
