package marks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// examples hold data, in which $ref is a name like any other.
var examples = []string{"example", "value", "default", "enum"}

// checkRefs returns an error for the first $ref that leads out of the spec, to
// nothing, or back to itself by way of nothing but others.
func checkRefs(root, n *yaml.Node) error {
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode {
			name := n.Content[i&^1].Value
			if i%2 == 0 || slices.Contains(examples, name) || strings.HasPrefix(name, "x-") {
				continue
			}
			if name == "$ref" && child.Kind == yaml.ScalarNode {
				if what := checkRef(root, child.Value); what != "" {
					return fmt.Errorf("%s: the $ref %s %s", place(child), child.Value, what)
				}
			}
		}
		if err := checkRefs(root, child); err != nil {
			return err
		}
	}
	return nil
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
		for name := range strings.SplitSeq(pointer, "/") {
			if next := member(at, "$ref"); next != nil && next.Kind == yaml.ScalarNode {
				return "" // goes through another one; whoever resolves it says what is wrong
			}
			at = member(at, strings.NewReplacer("~1", "/", "~0", "~").Replace(name))
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
func member(n *yaml.Node, name string) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n == nil {
		return nil
	}
	if i, err := strconv.Atoi(name); n.Kind == yaml.SequenceNode && err == nil && i >= 0 && i < len(n.Content) {
		return n.Content[i]
	}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
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
