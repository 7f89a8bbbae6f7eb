package marks

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/onvy-health/onvy-go/contract/internal/read"
)

// At is the place in a spec of what a path of names leads to, with line and
// column: that of its name where it has one. Of a path that leads nowhere it is
// that of the last one that is there; "" for none.
func At(spec []byte, path ...string) (at string) {
	n := rootOf(spec)
	for _, name := range path {
		inner := member(n, name)
		if inner == nil {
			break
		}
		at = place(inner)
		if i := slices.Index(n.Content, inner); n.Kind == yaml.MappingNode && i > 0 {
			at = place(n.Content[i-1])
		}
		n = inner
	}
	return at
}

// rootOf is the object that a spec is; nil if it is none.
func rootOf(spec []byte) *yaml.Node {
	var root yaml.Node
	if yaml.Unmarshal(spec, &root) != nil || len(root.Content) == 0 {
		return nil
	}
	return root.Content[0]
}

// What the loader of specs says of what it gives no column.
var (
	pointed = regexp.MustCompile(` in (/\S+)$`)
	nothing = regexp.MustCompile(`^invalid (\w+|path item): value MUST be an object$`)
	another = regexp.MustCompile(`^bad data in "([^"]+)" \(expecting ref to (\w+) object\)$`)
)

const twoForms = "cannot contain both schema and content in a parameter"

// Where is the place of what the loader of specs refuses, by what it says; "" if
// that does not tell.
func Where(spec []byte, says string) (at string) {
	if m := pointed.FindStringSubmatch(says); m != nil {
		return At(spec, Names(m[1])...)
	}
	var wrong func(n *yaml.Node, kind string) bool
	switch empty, bad := nothing.FindStringSubmatch(says), another.FindStringSubmatch(says); {
	case empty != nil:
		wrong = func(n *yaml.Node, kind string) bool { return kind == empty[1] && n.Tag == "!!null" }
	case bad != nil:
		wrong = func(n *yaml.Node, kind string) bool {
			ref := member(n, "$ref")
			return kind == bad[2] && ref != nil && ref.Value == bad[1]
		}
	case says == twoForms:
		wrong = func(n *yaml.Node, kind string) bool {
			return kind == "parameter" && member(n, "schema") != nil && member(n, "content") != nil
		}
	default:
		return ""
	}
	root := rootOf(spec)
	if root == nil {
		return ""
	}
	_ = walk(root, "", func(key, n *yaml.Node, kind string) error { // the error only ends it
		if !wrong(n, kind) {
			return nil
		}
		at = place(key)
		return errFound
	})
	return at
}

var errFound = errors.New("found")

// Names are those of a JSON pointer.
func Names(pointer string) []string {
	all := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i, name := range all {
		all[i] = read.Unescape(name)
	}
	return all
}
