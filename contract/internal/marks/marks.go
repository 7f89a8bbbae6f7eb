// Package marks checks the x-onvy-* marks of a spec. Redaction, the levels of
// findings and the cases for scopes rest on them, and one that is misspelled is
// one that is not there: nothing else would say so.
package marks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

const prefix = "x-onvy-"

// known are the marks and the values that each may have.
var known = map[string]struct {
	values *regexp.Regexp
	about  string
}{
	"x-onvy-source": {
		regexp.MustCompile(`^([a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*( \(older\))?|rfc\d+(#\d+(\.\d+)*)?)$`),
		`a page ("users/list-users"), a clause ("rfc6749#5.1") or "assumed"`,
	},
	"x-onvy-required": {regexp.MustCompile(`^assumed$`), `"assumed"`},
	"x-onvy-scope":    {regexp.MustCompile(`^[a-z_]+:[a-z_]+$`), `a scope such as "users:read"`},
	"x-onvy-sensitive": {
		regexp.MustCompile(`^(token|secret|cursor|identity|name|date|place|latitude|longitude|health|text)$`),
		"token, secret, cursor, identity, name, date, place, latitude, longitude, health or text",
	},
}

// Check returns an error for the first mark that is not known, or has a value
// that it cannot have, with its line and column. Text that is not YAML is for
// others to refuse.
func Check(spec []byte) error {
	var root yaml.Node
	if yaml.Unmarshal(spec, &root) != nil {
		return nil
	}
	return check(&root)
}

func check(n *yaml.Node) error {
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			if err := checkMark(child, n.Content[i+1]); err != nil {
				return err
			}
			continue
		}
		if err := check(child); err != nil { // an alias has no content of its own
			return err
		}
	}
	return nil
}

func checkMark(key, value *yaml.Node) error {
	if !strings.HasPrefix(strings.ToLower(key.Value), prefix) {
		return nil
	}
	mark, ok := known[key.Value]
	if !ok {
		return fmt.Errorf("openapi.yaml:%d:%d: there is no mark %q; there are %s", key.Line, key.Column, key.Value, strings.Join(names(), ", "))
	}
	if value.Kind != yaml.ScalarNode || !mark.values.MatchString(value.Value) {
		return fmt.Errorf("openapi.yaml:%d:%d: %s is not %s", value.Line, value.Column, key.Value, mark.about)
	}
	return nil
}

func names() []string {
	all := make([]string, 0, len(known))
	for name := range known {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
