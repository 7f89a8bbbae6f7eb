package marks

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// circle returns an error for the first $ref that leads back to itself by way of
// nothing but others: there is no schema, or answer, at its end.
func circle(root, n *yaml.Node) error {
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			continue
		}
		if n.Kind == yaml.MappingNode && n.Content[i-1].Value == "$ref" && endless(root, child.Value) {
			return fmt.Errorf("openapi.yaml:%d:%d: the $ref %s leads back to itself", child.Line, child.Column, child.Value)
		}
		if err := circle(root, child); err != nil {
			return err
		}
	}
	return nil
}

func endless(root *yaml.Node, ref string) bool {
	seen := make(map[string]bool)
	for !seen[ref] {
		seen[ref] = true
		pointer, here := strings.CutPrefix(ref, "#/")
		if !here {
			return false
		}
		at := root
		for name := range strings.SplitSeq(pointer, "/") {
			at = member(at, strings.NewReplacer("~1", "/", "~0", "~").Replace(name))
		}
		next := member(at, "$ref")
		if next == nil {
			return false
		}
		ref = next.Value
	}
	return true
}

// member is the value of a name in a mapping; nil where there is none.
func member(n *yaml.Node, name string) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}
