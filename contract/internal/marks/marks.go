// Package marks checks the x-onvy-* marks of a spec. Redaction, the levels of
// findings and the cases for scopes rest on them, and one that is misspelled is
// one that is not there: nothing else would say so.
//
// It also has what else is asked of the text of a spec, and not of what a loader
// makes of it: whether $refs lead somewhere, and where something stands.
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
	kind   yaml.Kind // of what is not a scalar: a list of values, or a mapping to them; 0 for neither
}{
	"x-onvy-source": {
		regexp.MustCompile(`^([a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*( \(older\))?|rfc\d+(#\d+(\.\d+)*)?)$`),
		`a page ("users/list-users"), a clause ("rfc6749#5.1") or "assumed"`, 0,
	},
	"x-onvy-required": {regexp.MustCompile(`^assumed$`), `"assumed"`, 0},
	"x-onvy-scope":    {regexp.MustCompile(`^[a-z_]+:[a-z_]+$`), `a scope such as "users:read"`, 0},
	"x-onvy-grant": {
		regexp.MustCompile(`^(client_credentials|refresh_token|token_exchange)$`),
		"of client_credentials, refresh_token and token_exchange", yaml.SequenceNode,
	},
	"x-onvy-resource": {
		regexp.MustCompile(`^(none|[a-z][a-z0-9_]*:(create|read|replace|patch|delete|list))$`),
		`a resource and a role such as "users:list", or "none"`, 0,
	},
	"x-onvy-page": {
		regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*)*$`),
		"a mapping of items, next, page, total, limit, cursor, size to names", yaml.MappingNode,
	},
	"x-onvy-time":     {regexp.MustCompile(`^(created|updated)$`), `"created" or "updated"`, 0},
	"x-onvy-examples": {regexp.MustCompile(`.`), "a list of values", yaml.SequenceNode},
	"x-onvy-default":  {regexp.MustCompile(`^server$`), `"server"`, 0},
	"x-onvy-sensitive": {
		regexp.MustCompile(`^(token|secret|cursor|identity|name|date|place|latitude|longitude|health|text|none)$`),
		"token, secret, cursor, identity, name, date, place, latitude, longitude, health, text or none", 0,
	},
}

// Check returns an error for the first mark that is not known, or has a value
// that it cannot have, for a $ref that leads nowhere, for an operationId that is
// there twice, and for a schema that contradicts itself, with its line and column.
// Text that is not YAML is for others to refuse.
func Check(spec []byte) error {
	var root yaml.Node
	if yaml.Unmarshal(spec, &root) != nil {
		return nil
	}
	if err := check(&root, ""); err != nil || len(root.Content) == 0 {
		return err
	}
	if err := checkElements(root.Content[0]); err != nil {
		return err
	}
	return checkIDs(root.Content[0])
}

// check visits what is in n. Entries is as for [walk]: names of properties, headers
// and the like are no marks, and neither is what examples say.
func check(n *yaml.Node, entries string) error {
	for i, child := range n.Content {
		within := entries // in a list
		if n.Kind == yaml.MappingNode {
			if i%2 == 0 {
				continue
			}
			key := n.Content[i-1]
			switch named := entries != "" && !slices.Contains(extended, entries); {
			case key.Value == "<<": // what is merged stands here too
			case named:
				within = ""
			case entries == "" && slices.Contains(examples, key.Value):
				continue
			default:
				if err := checkMark(key, child); err != nil {
					return err
				}
				if within = ""; entries == "" {
					within = manyOf[key.Value]
				}
			}
		}
		if err := check(child, within); err != nil { // an alias has no content of its own
			return err
		}
	}
	return nil
}

// extended are the elements whose maps may have marks beside them.
var extended = []string{"path item", "response"}

func checkMark(key, value *yaml.Node) error {
	if !strings.HasPrefix(strings.ToLower(key.Value), prefix) {
		return nil
	}
	mark, ok := known[key.Value]
	if !ok {
		return fmt.Errorf("%s: there is no mark %q; there are %s", place(key), key.Value, strings.Join(names(), ", "))
	}
	values := []*yaml.Node{value}
	switch {
	case value.Kind != mark.kind:
	case mark.kind == yaml.SequenceNode:
		values = value.Content
	case mark.kind == yaml.MappingNode:
		values = nil
		for i := 1; i < len(value.Content); i += 2 {
			values = append(values, value.Content[i])
		}
	}
	for _, v := range values {
		if v.Kind != yaml.ScalarNode || !mark.values.MatchString(v.Value) {
			return fmt.Errorf("%s: %s is not %s", place(v), key.Value, mark.about)
		}
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
