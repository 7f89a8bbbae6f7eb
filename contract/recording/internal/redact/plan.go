package redact

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/marks"
)

// node says what the value at one place of a body is. A nil node is a place
// that the spec does not mention.
type node struct {
	class   class
	text    bool            // words, of which the vocabulary stays
	none    bool            // marked as nothing that anybody would mind
	number  bool            // a number, or a boolean, that stays
	enum    map[string]bool // what stays as it is
	pattern *regexp.Regexp  // likewise
	format  string
	limit   float64 // magnitude that divides valid numbers from others
	props   map[string]*node
	items   *node
}

// operation is the places of one operation.
type operation struct {
	method    string
	segments  []segment
	query     map[string]*node
	request   *node
	responses map[string]*node
	any       *node // all responses in one
}

// segment is one of a path: a literal, or a parameter.
type segment struct {
	literal string
	param   *node
}

// planner compiles the schemas of a spec.
type planner struct{ done map[*openapi3.Schema]*node }

const mark = "x-onvy-sensitive"

// places is what a spec says about where what kind of value is.
type places struct {
	ops        []*operation    // the most specific path first
	literals   map[string]bool // segments of paths
	hosts      map[string]bool // of the servers
	vocabulary map[string]bool // words that may stay in texts
	frame      string          // what the format is made of, see NewRedactor
}

func newPlaces(spec []byte, frame string) (*places, error) {
	if err := marks.Check(spec); err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(spec)
	if err != nil {
		return nil, fmt.Errorf("the spec cannot be read: %w", err)
	}
	var (
		p   = &planner{done: map[*openapi3.Schema]*node{}}
		all = &places{literals: map[string]bool{}, hosts: map[string]bool{}, vocabulary: vocabulary(spec), frame: fold(frame)}
	)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			all.ops = append(all.ops, p.operation(method, path, append(slices.Clone(item.Parameters), op.Parameters...), op))
		}
	}
	for _, op := range all.ops {
		for _, s := range op.segments {
			if s.param == nil {
				all.literals[s.literal] = true
			}
		}
	}
	for _, s := range doc.Servers {
		if u, err := url.Parse(s.URL); err == nil {
			all.hosts[strings.ToLower(u.Host)] = true
		}
	}
	slices.SortFunc(all.ops, func(a, b *operation) int { return b.literals() - a.literals() })
	return all, nil
}

func (o *operation) literals() (n int) {
	for _, s := range o.segments {
		if s.param == nil {
			n++
		}
	}
	return n
}

func (p *planner) operation(method, path string, params openapi3.Parameters, op *openapi3.Operation) *operation {
	o := &operation{method: method, query: map[string]*node{}, responses: map[string]*node{}, any: &node{}}
	inPath := map[string]*node{}
	for _, ref := range params {
		n := *p.schema(ref.Value.Schema)
		n.mark(ref.Value.Extensions)
		n.text = n.text || n.class == unmarked
		switch ref.Value.In {
		case openapi3.ParameterInPath:
			inPath[ref.Value.Name] = &n
		case openapi3.ParameterInQuery:
			o.query[ref.Value.Name] = &n
		}
	}
	for s := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if strings.HasPrefix(s, "{") {
			o.segments = append(o.segments, segment{param: inPath[strings.Trim(s, "{}")]})
		} else {
			o.segments = append(o.segments, segment{literal: s})
		}
	}
	if op.RequestBody != nil {
		o.request = &node{}
		p.content(o.request, op.RequestBody.Value.Content)
	}
	for status, ref := range op.Responses.Map() {
		n := &node{}
		p.content(n, ref.Value.Content)
		o.responses[strings.ToUpper(status)] = n
		p.content(o.any, ref.Value.Content)
	}
	return o
}

func (p *planner) content(n *node, content openapi3.Content) {
	for _, name := range slices.Sorted(maps.Keys(content)) {
		n.merge(p.schema(content[name].Schema))
	}
}

// mark takes what x-onvy-sensitive says of a place. A latitude and a longitude
// are places within the bounds of WGS 84; a text is one of which only known
// words stay.
func (n *node) mark(extensions map[string]any) {
	switch s, _ := extensions[mark].(string); s {
	case "":
	case "text":
		n.text = true
	case "none":
		n.none = true
	case "latitude":
		n.class, n.limit = place, 90
	case "longitude":
		n.class, n.limit = place, 180
	default:
		n.class = class(s)
	}
}

// schema compiles a schema, its alternatives merged: a place is what any of
// them says that it is.
func (p *planner) schema(ref *openapi3.SchemaRef) *node {
	if ref == nil || ref.Value == nil {
		return &node{}
	}
	s := ref.Value
	if n, ok := p.done[s]; ok {
		return n
	}
	n := &node{format: s.Format}
	n.mark(s.Extensions)
	p.done[s] = n // before its parts: they may be the schema itself
	for _, refs := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
		for _, part := range refs {
			n.merge(p.schema(part))
		}
	}
	if s.Type != nil && n.none {
		n.number = s.Type.Includes("number") || s.Type.Includes("integer") || s.Type.Includes("boolean")
	}
	for _, v := range s.Enum {
		if v, ok := v.(string); ok {
			if n.enum == nil {
				n.enum = map[string]bool{}
			}
			n.enum[v] = true
		}
	}
	if s.Pattern != "" {
		n.pattern, _ = regexp.Compile(s.Pattern) // the spec was checked; one that Go lacks lets nothing stay
	}
	for name, ref := range s.Properties {
		if n.props == nil {
			n.props = map[string]*node{}
		}
		prop := p.schema(ref)
		n.props[name] = prop
	}
	if s.Items != nil {
		n.items = p.schema(s.Items)
	}
	return n
}

// merge adds what m says. A mark wins over none.
func (n *node) merge(m *node) {
	if n == m {
		return
	}
	if n.class == unmarked {
		n.class = m.class
	}
	n.text, n.number, n.none = n.text || m.text, n.number || m.number, n.none || m.none
	if n.pattern == nil {
		n.pattern = m.pattern
	}
	if n.format == "" {
		n.format = m.format
	}
	n.limit = max(n.limit, m.limit)
	if len(m.enum) > 0 {
		n.enum = maps.Clone(n.enum)
		if n.enum == nil {
			n.enum = map[string]bool{}
		}
		maps.Copy(n.enum, m.enum)
	}
	if len(m.props) > 0 && n.props == nil {
		n.props = map[string]*node{}
	}
	for name, prop := range m.props {
		if mine, ok := n.props[name]; ok && mine != prop {
			both := *mine
			both.props = maps.Clone(mine.props)
			both.merge(prop)
			prop = &both
		}
		n.props[name] = prop
	}
	if n.items == nil {
		n.items = m.items
	}
}

// response is the node of a status; that of all responses where the spec does
// not mention it.
func (o *operation) response(status int) *node {
	s := strconv.Itoa(status)
	for _, key := range []string{s, s[:1] + "XX", "DEFAULT"} {
		if n, ok := o.responses[key]; ok {
			return n
		}
	}
	return o.any
}
