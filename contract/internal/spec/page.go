package spec

import (
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Page is how a list is paged. Paths are of names in the answer; nil where the
// answer does not have them.
type Page struct {
	Items []string // of the list itself; empty where the answer is an array
	Next  []string // token of the next page
	Self  []string // token of this page
	Total []string // how many there are in all
	Size  []string // the limit in force

	CursorParam string // query parameter that takes Next; "" for none
	SizeParam   string // query parameter that limits a page; "" for none

	// Min and Max bound SizeParam, Default is what it is when it is absent; 0
	// where that is not documented.
	Min, Max, Default int
	MinKnown          bool
}

// Names that lists have, where no mark says it.
var (
	nextNames   = []string{"next_page", "next_cursor", "next_page_token", "nextPageToken", "nextCursor", "next_token"}
	selfNames   = []string{"page", "cursor"}
	totalNames  = []string{"total", "total_count", "totalCount"}
	sizeNames   = []string{"limit", "page_size", "per_page", "pageSize"}
	cursorNames = []string{"page", "cursor", "page_token", "pageToken", "after", "next_token"}
)

var pageKeys = []string{"items", "next", "page", "total", "limit", "cursor", "size"}

// readPage is how a list is paged; nil if its answer has no items.
func readPage(o *Operation) (*Page, error) {
	p := new(Page)
	given, marked := o.Doc.Extensions["x-onvy-page"]
	at := Place(o.Doc.Origin, "x-onvy-page")
	names, _ := given.(map[string]any)
	if marked && names == nil {
		return nil, placed(at, "x-onvy-page of %s is not a mapping of %s", o.ID, strings.Join(pageKeys, ", "))
	}
	for _, name := range sorted(names) {
		value := names[name]
		if _, text := value.(string); !text || !slices.Contains(pageKeys, name) {
			return nil, placed(at, "x-onvy-page of %s has %q; it may have %s, each with a name", o.ID, name, strings.Join(pageKeys, ", "))
		}
	}
	if !p.shape(o.Answer) && names["items"] == nil {
		return nil, nil
	}
	p.params(o)
	for _, name := range sorted(names) {
		if err := p.set(o, at, name, names[name].(string)); err != nil {
			return nil, err
		}
	}
	p.bounds(o)
	return p, nil
}

// shape finds the items and what stands beside them; false if there is no array,
// or more than one.
func (p *Page) shape(s *openapi3.Schema) bool {
	if s == nil {
		return false
	}
	if s.Type.Is(openapi3.TypeArray) {
		return true
	}
	var arrays []string
	for name, property := range Properties(s) {
		if Plain(property).Type.Is(openapi3.TypeArray) {
			arrays = append(arrays, name)
		}
	}
	if len(arrays) == 1 {
		p.Items = arrays
	}
	p.Next = find(s, nextNames)
	p.Total = find(s, totalNames)
	p.Size = find(s, sizeNames)
	if p.Next != nil {
		p.Self = find(s, selfNames)
	}
	return p.Items != nil
}

// find looks for a property, in the object and in the objects in it.
func find(s *openapi3.Schema, names []string) []string {
	own := Properties(s)
	for _, name := range names {
		if p := own[name]; p != nil && len(Properties(Plain(p))) == 0 {
			return []string{name}
		}
	}
	for _, holder := range sorted(own) {
		inner := Properties(Plain(own[holder]))
		for _, name := range names {
			if inner[name] != nil {
				return []string{holder, name}
			}
		}
	}
	return nil
}

// params finds the parameters. A number of a page is no cursor.
func (p *Page) params(o *Operation) {
	for _, ref := range o.Doc.Parameters {
		v := ref.Value
		if v == nil || v.In != openapi3.ParameterInQuery || v.Schema == nil {
			continue
		}
		switch cursor := mark(v.Extensions, "x-onvy-sensitive") == "cursor"; {
		case cursor, p.Next != nil && slices.Contains(cursorNames, v.Name) && v.Schema.Value.Type.Is(openapi3.TypeString):
			p.CursorParam = v.Name
		case slices.Contains(sizeNames, v.Name) && v.Schema.Value.Type.Is(openapi3.TypeInteger):
			p.SizeParam = v.Name
		}
	}
	if p.CursorParam == "" {
		p.Next, p.Self = nil, nil // nothing takes it
	}
}

func (p *Page) set(o *Operation, at, name, value string) error {
	if name == "cursor" || name == "size" {
		if o.Param(value) == nil {
			return placed(at, "x-onvy-page of %s names %q, which is no parameter of its query", o.ID, value)
		}
		if name == "cursor" {
			p.CursorParam = value
		} else {
			p.SizeParam = value
		}
		return nil
	}
	path := strings.Split(value, ".")
	if Follow(o.Answer, path) == nil {
		return placed(at, "x-onvy-page of %s names %q, which its answer does not document", o.ID, value)
	}
	switch name {
	case "items":
		p.Items = path
		if !Plain(Follow(o.Answer, path)).Type.Is(openapi3.TypeArray) {
			return placed(at, "x-onvy-page of %s has items %q, which is no array", o.ID, value)
		}
	case "next":
		p.Next = path
	case "page":
		p.Self = path
	case "total":
		p.Total = path
	case "limit":
		p.Size = path
	}
	return nil
}

func (p *Page) bounds(o *Operation) {
	v := o.Param(p.SizeParam)
	if p.SizeParam == "" || v == nil || v.Schema == nil {
		return
	}
	s := v.Schema.Value
	if s.Min != nil {
		p.Min, p.MinKnown = int(*s.Min), true
	}
	if s.Max != nil {
		p.Max = int(*s.Max)
	}
	if n, ok := s.Default.(float64); ok {
		p.Default = int(n)
	} else if n, ok := s.Default.(int); ok {
		p.Default = n
	}
}

// Allows reports whether a limit is one that the list documents.
func (p *Page) Allows(limit int) bool {
	return (!p.MinKnown || limit >= p.Min) && (p.Max == 0 || limit <= p.Max)
}

// Follow is the schema of a property of properties; nil if it is not there.
func Follow(s *openapi3.Schema, path []string) *openapi3.Schema {
	for _, name := range path {
		if s = Properties(s)[name]; s == nil {
			return nil
		}
	}
	return s
}
