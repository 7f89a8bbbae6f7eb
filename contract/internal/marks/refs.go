package marks

import (
	"fmt"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// checkElements returns an error for the first $ref that leads out of the spec, to
// nothing, or back to itself by way of nothing but others, and for the first
// schema that contradicts itself.
func checkElements(root *yaml.Node) error {
	return walk(root, "", func(key, n *yaml.Node, kind string) error {
		if kind == "schema" {
			return checkSchema(n)
		}
		if kind == "" && key != n && key.Value == "$ref" && n.Kind == yaml.ScalarNode {
			if what := checkRef(root, n.Value); what != "" {
				return fmt.Errorf("%s: the $ref %s %s", place(n), n.Value, what)
			}
		}
		return nil
	})
}

func place(n *yaml.Node) string { return fmt.Sprintf("openapi.yaml:%d:%d", n.Line, n.Column) }

// checkRef says what is wrong with a $ref; "" for nothing.
func checkRef(root *yaml.Node, ref string) string {
	seen := make(map[string]bool)
	for !seen[ref] {
		seen[ref] = true
		pointer, here := strings.CutPrefix(ref, "#/")
		if !here {
			return "leads out of openapi.yaml; nothing else is read"
		}
		at := root
		for _, name := range Names(pointer) {
			if next := member(at, "$ref"); next != nil && next.Kind == yaml.ScalarNode {
				return "" // goes through another one; whoever resolves it says what is wrong
			}
			at = member(at, name)
		}
		if at == nil && !strings.Contains(ref, "%") {
			return "leads nowhere"
		}
		next := member(at, "$ref")
		if next == nil || next.Kind != yaml.ScalarNode {
			return ""
		}
		ref = next.Value
	}
	return "leads back to itself"
}

// member is what a mapping has under a name, or a list at a place; nil where
// there is none.
func member(n *yaml.Node, name string) *yaml.Node { return memberOf(n, name, nil) }

// memberOf is member of a mapping that is not one of those that were seen: what is
// merged may be merged into itself.
func memberOf(n *yaml.Node, name string, seen map[*yaml.Node]bool) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n == nil || seen[n] {
		return nil
	}
	if n.Kind == yaml.SequenceNode {
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i]
		}
	}
	var merged []*yaml.Node
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		switch value := n.Content[i+1]; {
		case n.Content[i].Value == name:
			return value
		case n.Content[i].Tag != "!!merge":
		case value.Kind == yaml.SequenceNode:
			merged = append(merged, value.Content...)
		default:
			merged = append(merged, value)
		}
	}
	if len(merged) == 0 {
		return nil
	}
	if seen == nil {
		seen = make(map[*yaml.Node]bool)
	}
	seen[n] = true
	for _, inner := range merged {
		if found := memberOf(inner, name, seen); found != nil {
			return found
		}
	}
	return nil
}

// checkIDs returns an error for the first operationId that is there twice.
func checkIDs(root *yaml.Node) error {
	first := make(map[string]*yaml.Node)
	paths := member(root, "paths")
	if paths == nil {
		return nil
	}
	for _, path := range paths.Content {
		for _, operation := range path.Content {
			id := member(operation, "operationId")
			if id == nil {
				continue
			}
			if other := first[id.Value]; other != nil {
				return fmt.Errorf("%s: the operationId %s is there twice, first at %s", place(id), id.Value, place(other))
			}
			first[id.Value] = id
		}
	}
	return nil
}
