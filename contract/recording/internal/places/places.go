// Package places knows, of each place of a body, a path and a query, what
// openapi.yaml says of the value that stands there.
package places

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/recording/internal/value"
)

// Node says what the value at one place of a body is. A nil node is a place
// that the spec does not mention.
type Node struct {
	Class   value.Class
	Text    bool            // words, of which the vocabulary stays
	None    bool            // marked as nothing that anybody would mind
	Number  bool            // a number, or a boolean, that stays
	Enum    map[string]bool // what stays as it is
	Pattern *regexp.Regexp  // likewise
	Format  string
	Limit   float64 // magnitude that divides valid numbers from others
	Props   map[string]*Node
	Items   *Node
	More    *Node // of members that Props does not have, if anything is said of them
}

// Operation is the places of one operation.
type Operation struct {
	method    string
	Segments  []Segment
	Query     map[string]*Node
	Request   *Node
	responses map[string]*Node
	any       *Node // all responses in one
}

// Segment is one of a path: a literal, or a parameter.
type Segment struct {
	Literal string
	Param   *Node
}

// planner compiles the schemas of a spec.
type planner struct {
	done   map[*openapi3.Schema]*Node
	bounds value.Bounds
}

const mark = "x-onvy-sensitive"

// Spec is what a spec says about where what kind of value is.
type Spec struct {
	ops      []*Operation    // the most specific path first
	Literals map[string]bool // segments of paths
	Hosts    map[string]bool // of the servers
	Bounds   value.Bounds    // of all numbers that are replaced: one and the same may stand anywhere
}

// New reads a spec, an OpenAPI document.
func New(text []byte) (*Spec, error) {
	doc, err := spec.Load(text)
	if err != nil {
		return nil, err
	}
	var (
		p   = &planner{done: map[*openapi3.Schema]*Node{}}
		all = &Spec{Literals: map[string]bool{}, Hosts: map[string]bool{}}
	)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			all.ops = append(all.ops, p.operation(method, path, append(slices.Clone(item.Parameters), op.Parameters...), op))
		}
	}
	all.Bounds = p.bounds
	for _, op := range all.ops {
		for _, s := range op.Segments {
			if s.Param == nil {
				all.Literals[s.Literal] = true
			}
		}
	}
	for _, s := range doc.Servers {
		if u, err := url.Parse(s.URL); err == nil {
			all.Hosts[strings.ToLower(u.Host)] = true
		}
	}
	slices.SortFunc(all.ops, func(a, b *Operation) int { return b.literals() - a.literals() })
	return all, nil
}

func (o *Operation) literals() (n int) {
	for _, s := range o.Segments {
		if s.Param == nil {
			n++
		}
	}
	return n
}

func (p *planner) operation(method, path string, params openapi3.Parameters, op *openapi3.Operation) *Operation {
	o := &Operation{method: method, Query: map[string]*Node{}, responses: map[string]*Node{}, any: &Node{}}
	inPath := map[string]*Node{}
	for _, ref := range params {
		n := *p.schema(ref.Value.Schema)
		n.mark(ref.Value.Extensions)
		n.Text = n.Text || n.Class == value.Unmarked
		switch ref.Value.In {
		case openapi3.ParameterInPath:
			inPath[ref.Value.Name] = &n
		case openapi3.ParameterInQuery:
			o.Query[ref.Value.Name] = &n
		}
	}
	for s := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if strings.HasPrefix(s, "{") {
			o.Segments = append(o.Segments, Segment{Param: inPath[strings.Trim(s, "{}")]})
		} else {
			o.Segments = append(o.Segments, Segment{Literal: s})
		}
	}
	if op.RequestBody != nil {
		o.Request = &Node{}
		p.content(o.Request, op.RequestBody.Value.Content)
	}
	for status, ref := range op.Responses.Map() {
		n := &Node{}
		p.content(n, ref.Value.Content)
		o.responses[strings.ToUpper(status)] = n
		p.content(o.any, ref.Value.Content)
	}
	return o
}

func (p *planner) content(n *Node, content openapi3.Content) {
	for _, name := range slices.Sorted(maps.Keys(content)) {
		n.merge(p.schema(content[name].Schema))
	}
}

// mark takes what x-onvy-sensitive says of a place. A latitude and a longitude
// are places within the bounds of WGS 84; a text is one of which only known
// words stay. When a resource was created and changed stays if nothing is said:
// rules compare one with the other.
func (n *Node) mark(extensions map[string]any) {
	switch s, _ := extensions[mark].(string); s {
	case "":
		n.None = n.None || extensions["x-onvy-time"] != nil
	case "text":
		n.Text = true
	case "none":
		n.None = true
	case "latitude":
		n.Class, n.Limit = value.Place, 90
	case "longitude":
		n.Class, n.Limit = value.Place, 180
	default:
		n.Class = value.Class(s)
	}
}

// schema compiles a schema, its alternatives merged: a place is what any of
// them says that it is.
func (p *planner) schema(ref *openapi3.SchemaRef) *Node {
	if ref == nil || ref.Value == nil {
		return &Node{}
	}
	s := ref.Value
	if n, ok := p.done[s]; ok {
		return n
	}
	n := &Node{Format: s.Format}
	n.mark(s.Extensions)
	p.done[s] = n // before its parts: they may be the schema itself
	for _, refs := range []openapi3.SchemaRefs{s.AllOf, s.AnyOf, s.OneOf} {
		for _, part := range refs {
			n.merge(p.schema(part))
		}
	}
	if s.Type != nil && n.None {
		n.Number = s.Type.Includes("number") || s.Type.Includes("integer") || s.Type.Includes("boolean")
	}
	for _, v := range s.Enum {
		if v, ok := v.(string); ok {
			if n.Enum == nil {
				n.Enum = map[string]bool{}
			}
			n.Enum[v] = true
		}
	}
	if !n.None {
		p.compare(s)
	}
	if s.Pattern != "" {
		n.Pattern, _ = regexp.Compile(s.Pattern) // the spec was checked; one that Go lacks lets nothing stay
	}
	for name, ref := range s.Properties {
		if n.Props == nil {
			n.Props = map[string]*Node{}
		}
		prop := p.schema(ref)
		n.Props[name] = prop
	}
	if s.Items != nil {
		n.Items = p.schema(s.Items)
	}
	if more := s.AdditionalProperties.Schema; more != nil {
		if m := p.schema(more); m.Class != value.Unmarked || m.None || len(m.Enum) > 0 {
			n.More = m
		}
	}
	return n
}

// compare notes what a schema compares numbers with.
func (p *planner) compare(s *openapi3.Schema) {
	for _, bound := range []*float64{s.Min, s.Max} {
		if bound != nil {
			p.bounds.At = append(p.bounds.At, *bound)
		}
	}
	p.among(s.Enum...)
	p.among(s.Default)
	if s.MultipleOf != nil && *s.MultipleOf > 0 {
		p.bounds.Steps = append(p.bounds.Steps, *s.MultipleOf)
	}
	slices.Sort(p.bounds.At)
	slices.Sort(p.bounds.Steps)
	p.bounds.At, p.bounds.Steps = slices.Compact(p.bounds.At), slices.Compact(p.bounds.Steps)
}

// among notes the numbers in some values.
func (p *planner) among(values ...any) {
	for _, one := range values {
		switch one := one.(type) {
		case float64:
			p.bounds.At = append(p.bounds.At, one)
		case []any:
			p.among(one...)
		case map[string]any:
			p.among(slices.Collect(maps.Values(one))...)
		}
	}
}

// merge adds what m says. A mark wins over none.
func (n *Node) merge(m *Node) {
	if n == m {
		return
	}
	if n.Class == value.Unmarked {
		n.Class = m.Class
	}
	n.Text, n.Number, n.None = n.Text || m.Text, n.Number || m.Number, n.None || m.None
	if n.Pattern == nil {
		n.Pattern = m.Pattern
	}
	if n.Format == "" {
		n.Format = m.Format
	}
	n.Limit = max(n.Limit, m.Limit)
	if len(m.Enum) > 0 {
		n.Enum = maps.Clone(n.Enum)
		if n.Enum == nil {
			n.Enum = map[string]bool{}
		}
		maps.Copy(n.Enum, m.Enum)
	}
	if len(m.Props) > 0 && n.Props == nil {
		n.Props = map[string]*Node{}
	}
	for name, prop := range m.Props {
		if mine, ok := n.Props[name]; ok && mine != prop {
			both := *mine
			both.Props = maps.Clone(mine.Props)
			both.merge(prop)
			prop = &both
		}
		n.Props[name] = prop
	}
	if n.Items == nil {
		n.Items = m.Items
	}
	if n.More == nil {
		n.More = m.More
	}
}

// Response is the node of a status; that of all responses where the spec does
// not mention it.
func (o *Operation) Response(status int) *Node {
	s := strconv.Itoa(status)
	for _, key := range []string{s, s[:1] + "XX", "DEFAULT"} {
		if n, ok := o.responses[key]; ok {
			return n
		}
	}
	return o.any
}

// Operation is the one that a method and a path are of; with no such method,
// one of the same path; nil if the spec has no such path. Segments before
// those of the spec are the base path of a server.
func (p *Spec) Operation(method, path string) *Operation {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	var other *Operation
	for _, op := range p.ops {
		if !op.matches(segments) {
			continue
		}
		if op.method == method {
			return op
		}
		if other == nil || len(op.Segments) > len(other.Segments) {
			other = op
		}
	}
	return other
}

func (o *Operation) matches(segments []string) bool {
	skip := len(segments) - len(o.Segments)
	if skip < 0 {
		return false
	}
	for i, s := range o.Segments {
		if s.Param == nil && s.Literal != segments[skip+i] {
			return false
		}
	}
	return true
}
