package mutant

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
)

// node is a JSON value as text, so that it can also be wrong.
type node struct {
	text  string   // of a scalar
	open  byte     // '{', '[' or 0
	names []string // with quotes, one for each kid of an object
	kids  []*node
}

// Mutate edits a body. Three bytes are one edit: where, what, and with what.
// It returns nil where the body is not JSON to begin with.
func Mutate(body, edits []byte) []byte {
	tokens := json.NewDecoder(bytes.NewReader(body))
	tokens.UseNumber()
	root := ParseNode(tokens)
	if root == nil {
		return nil
	}
	tail := ""
	for edit := range slices.Chunk(edits[:min(len(edits), 30)], 3) {
		if len(edit) == 3 {
			tail += root.edit(int(edit[0]), edit[1], int(edit[2]))
		}
	}
	var b strings.Builder
	root.write(&b)
	return []byte(b.String() + tail)
}

// ParseNode reads a JSON value as nodes that can be changed.
func ParseNode(tokens *json.Decoder) *node {
	first, err := tokens.Token()
	if err != nil {
		return nil
	}
	open, ok := first.(json.Delim)
	if !ok {
		text, err := json.Marshal(first)
		if err != nil {
			return nil
		}
		return &node{text: string(text)}
	}
	n := &node{open: byte(open)}
	for tokens.More() {
		if open == '{' {
			name, err := tokens.Token()
			if err != nil {
				return nil
			}
			quoted, _ := json.Marshal(name) // a string always encodes
			n.names = append(n.names, string(quoted))
		}
		kid := ParseNode(tokens)
		if kid == nil {
			return nil
		}
		n.kids = append(n.kids, kid)
	}
	if _, err := tokens.Token(); err != nil {
		return nil
	}
	return n
}

func (n *node) write(b *strings.Builder) {
	if n.open == 0 {
		b.WriteString(n.text)
		return
	}
	b.WriteByte(n.open)
	for i, kid := range n.kids {
		if i > 0 {
			b.WriteByte(',')
		}
		if n.open == '{' {
			b.WriteString(n.names[i] + ":")
		}
		kid.write(b)
	}
	b.WriteByte(n.open + 2)
}

// All returns the node and those below it, but not without end.
func (n *node) All() []*node {
	nodes := []*node{n}
	for i := 0; i < len(nodes) && len(nodes) < 1000; i++ {
		nodes = append(nodes, nodes[i].kids...)
	}
	return nodes
}

// Scalars are values that a mutant puts in place of others.
var Scalars = []string{
	`null`, `true`, `false`, `0`, `-0`, `1`, `-1`, `3`, `1.0`, `0.5`, `1e2`, `1E-400`, `1e400`, `2147483647`, `2147483648`, `-2147483649`,
	`9007199254740992`, `9007199254740993`, `9223372036854775807`, `9223372036854775808`, `1000`, `1001`, `01`, `+1`, `.5`, `1.`, `NaN`, `0x1`,
	`""`, `"a"`, `"ab"`, `"abcd"`, `"ü"`, `"🦄🦄"`, `"\u00fc"`, `"\ud83e\udd84"`, `"\ud83e"`, `"\udd84\ud83e"`, `"\u0000"`, `"\x"`, "\"\x00\"",
	"\"\xff\"", "\"\xed\xa0\x80\"", `"\""`, `"\\"`, `"`, `'a'`, `"Bearer"`, `"bEARER"`, `"Bearer "`, `"metric"`, `"Metric"`, `"m\u0065tric"`,
	`"other"`, `"invalid_grant"`, `"invalid_scope "`, `"AB7"`, `"A\u00427"`, `"_-="`, `"=a"`,
	`"2024-02-29"`, `"2023-02-29"`, `"2026-00-10"`, `"2026-12-31"`, `"0000-01-01"`, `"10000-01-01"`, `"2026\u002d12-31"`, `"2026-12-31\n"`,
	`"2026-03-05T18:10:27Z"`, `"2026-03-05T18:10:27.000+23:59"`, `"2026-03-05T18:10:27-00:00"`, `"2026-03-05T18:10:60Z"`, `"2026-02-30T18:10:27Z"`,
	`"2026-03-05T18:10:27"`, `"2026-03-05t18:10:27z"`, `"2026-03-05T24:00:00Z"`, `"2026-03-05T18:10:27.Z"`, `"2026-03-05T18:10:27+24:00"`,
	`"0000-12-31T23:59:59Z"`, `"2026-03-05T18:10:27.12345678901234567890Z"`, `"2026-03-05T18:10:27,5Z"`,
	`{}`, `[]`, `[null]`, `{"a":1}`, ``, `tru`, `nulll`, `//`,
}

var propertyNames = []string{
	`"id"`, `"firstname"`, `"gender"`, `"ftp"`, `"limit"`, `"error"`, `"scope"`, `"tree"`, `"more"`, `"secret"`,
	`"nickname"`, `"Id"`, `""`, `"\u0069d"`, `"id\u0000"`, `"i"`, `id`, `null`, "\"\xff\"",
}

var spaces = []string{" ", "\t", "\r\n", "\f", "\ufeff", "/**/", "\x00", ",", ":", "}", "]", "{}", "\u00a0", "x"}

// edit changes the tree, and returns what is to follow the value.
func (n *node) edit(where int, what byte, with int) (tail string) {
	nodes := n.All()
	at := nodes[where%len(nodes)]
	kid := -1
	if len(at.kids) > 0 {
		kid = with % len(at.kids)
	}
	switch what % 14 {
	case 0, 1: // another scalar
		*at = node{text: Scalars[with%len(Scalars)]}
	case 2: // the value of another place
		*at = *nodes[with%len(nodes)].copy(0)
	case 3: // a member that is missing
		if kid >= 0 {
			at.remove(kid)
		}
	case 4: // a member that is there twice, or an item
		if kid >= 0 {
			at.insert(at, kid)
		}
	case 5: // a member more, with a value from elsewhere
		if at.open == '{' {
			at.names = append(at.names, propertyNames[with%len(propertyNames)])
			at.kids = append(at.kids, nodes[with%len(nodes)].copy(0))
		}
	case 6: // another name
		if at.open == '{' && kid >= 0 {
			at.names[kid] = propertyNames[with%len(propertyNames)]
		}
	case 7: // the same name in escapes
		if at.open == '{' && kid >= 0 {
			at.names[kid] = escaped(at.names[kid])
		}
	case 8: // the same text in escapes
		if strings.HasPrefix(at.text, `"`) {
			at.text = escaped(at.text)
		}
	case 9: // one character more
		if at.text != "" {
			i := with % len(at.text)
			at.text = at.text[:i] + string("0129-+.eE\"\\azT:Z \x00\xc3"[with%19]) + at.text[i:]
		}
	case 10: // one character less
		if at.text != "" {
			i := with % len(at.text)
			at.text = at.text[:i] + at.text[i+1:]
		}
	case 11: // white space, and what is none
		*at = node{text: spaces[with%len(spaces)] + at.string() + spaces[with%3]}
	case 12: // deeper
		*at = node{open: '[', kids: []*node{at.copy(0)}}
	case 13:
		tail = spaces[with%len(spaces)]
	}
	return tail
}

func (n *node) remove(i int) {
	n.kids = slices.Delete(n.kids, i, i+1)
	if n.open == '{' {
		n.names = slices.Delete(n.names, i, i+1)
	}
}

func (n *node) insert(from *node, i int) {
	n.kids = append(n.kids, from.kids[i].copy(0))
	if n.open == '{' {
		n.names = append(n.names, from.names[i])
	}
}

func (n *node) string() string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

// copy copies so deep that a copy into itself cannot grow without end.
func (n *node) copy(depth int) *node {
	c := &node{text: n.text, open: n.open, names: slices.Clone(n.names)}
	if depth > 8 {
		return &node{text: "null"}
	}
	for _, kid := range n.kids {
		c.kids = append(c.kids, kid.copy(depth+1))
	}
	return c
}

// escaped spells the first ASCII letter of a string as an escape.
func escaped(quoted string) string {
	i := strings.IndexFunc(quoted, func(r rune) bool { return r >= 'a' && r <= 'z' })
	if i < 1 || quoted[i-1] == '\\' {
		return quoted
	}
	const hex = "0123456789abcdef"
	return quoted[:i] + `\u00` + string(hex[quoted[i]>>4]) + string(hex[quoted[i]&15]) + quoted[i+1:]
}

// RandomEdits are bytes that say what Mutate changes.
func RandomEdits(random *rand.Rand) []byte {
	edits := make([]byte, 3*(1+random.IntN(3)))
	for i := range edits {
		edits[i] = byte(random.Uint32())
	}
	return edits
}

// LoadSpec is the shipped spec, as kin-openapi reads it.
func LoadSpec(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(onvy.Spec)
	require.NoError(t, err)
	require.NoError(t, doc.Validate(t.Context()))
	return doc
}

// KinVerdict is what the matcher must never contradict.
func KinVerdict(schema *openapi3.Schema, body []byte) error {
	tokens := json.NewDecoder(bytes.NewReader(body))
	tokens.UseNumber()
	var v any
	if err := tokens.Decode(&v); err != nil {
		return err
	}
	return schema.VisitJSON(v, openapi3.VisitAsResponse(), openapi3.EnableFormatValidation(), openapi3.MultiErrors())
}

// UserList returns a page of n users with all their fields, some 510 bytes each.
func UserList(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"users":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"user_%06d","language":"en","tz_offset":3600,"firstname":"Avery","lastname":"Smith",`+
			`"measurement_unit":"metric","gender":"other","birthday":"1990-04-23","height":172.5,"weight":68.4,`+
			`"thresholds":{"ftp":240,"lthr":168,"mhr":189},"location":{"lat":48.137,"lon":11.575},`+
			`"coach_config":{"enabled":true},"data_syncs":[{"data_type":"auth","sync_type":"historical",`+
			`"provider":"GARMIN","status":"pending","updated_at":"2023-11-07T05:31:56Z"}],`+
			`"created_at":"2023-11-07T05:31:56Z","updated_at":"2023-11-07T05:31:56Z"}`, i)
	}
	b.WriteString(`],"pagination":{"limit":100,"total":240,"page":null,"next_page":"eyJMYXN0RXZhbHVhdGVkS2V5IjogLi4ufQ=="}}`)
	return b.Bytes()
}
