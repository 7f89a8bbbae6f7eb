package spec

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/marks"
)

// Model is what a spec says, once and for all. It is not changed after [New]
// and so is safe for concurrent use.
type Model struct {
	Doc        *openapi3.T
	Operations []*Operation // by path, then by method
	Resources  []*Resource  // what holds others comes before them

	// OAuthCodes are the documented values of error in the refusals of token
	// endpoints; nil where they are not closed.
	OAuthCodes []string
	// Limits are what cannot be checked of this spec, and why, one line each.
	Limits []string

	byID map[string]*Operation
}

// Parse reads the text of a spec. Nothing else is read, whatever it refers to. Its
// errors are one line, with line and column; of text that is not YAML, the line.
func Parse(text []byte) (*Model, error) {
	doc, err := Load(text)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, invalid(text, err)
	}
	return New(doc)
}

// Load is [Parse] for those who need nothing but the document, valid or not.
func Load(text []byte) (*openapi3.T, error) {
	if err := marks.Check(text); err != nil {
		return nil, err
	}
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true
	doc, err := loader.LoadFromData(text)
	if err != nil {
		return nil, unreadable(text, err)
	}
	return doc, nil
}

// New reads a spec that was loaded and validated. With IncludeOrigin its errors
// and places have line and column.
func New(doc *openapi3.T) (*Model, error) {
	m := &Model{Doc: doc, byID: make(map[string]*Operation)}
	if err := checkSchemas(doc); err != nil {
		return nil, err
	}
	if err := m.readOperations(); err != nil {
		return nil, err
	}
	if err := m.readResources(); err != nil {
		return nil, err
	}
	m.OAuthCodes = m.oauthCodes()
	m.noteLimits()
	return m, nil
}

// Operation is the one with an id; nil for none.
func (m *Model) Operation(id string) *Operation { return m.byID[id] }

// Resource is the one with a name; nil for none.
func (m *Model) Resource(name string) *Resource {
	for _, r := range m.Resources {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// TokenEndpoints are the operations that give tokens.
func (m *Model) TokenEndpoints() (all []*Operation) {
	for _, o := range m.Operations {
		if o.Role == Token {
			all = append(all, o)
		}
	}
	return all
}

// Scopes are all that operations need, without repeats, in their order.
func (m *Model) Scopes() (all []string) {
	for _, o := range m.Operations {
		if o.Scope != "" && !slices.Contains(all, o.Scope) {
			all = append(all, o.Scope)
		}
	}
	return all
}

func (m *Model) readOperations() error {
	if m.Doc.Paths == nil {
		return nil
	}
	for _, path := range slices.Sorted(maps.Keys(m.Doc.Paths.Map())) {
		item := m.Doc.Paths.Value(path)
		operations := item.Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			op := operations[method]
			at := Place(op.Origin, "")
			if op.OperationID == "" {
				return placed(at, "%s %s has no operationId; everything here names operations by it", method, path)
			}
			o, err := readOperation(m.Doc, path, method, item, op)
			if err != nil {
				return err
			}
			m.Operations = append(m.Operations, o)
			m.byID[o.ID] = o
		}
	}
	return nil
}

// oauthCodes is the enum of error in the refusals of token endpoints.
func (m *Model) oauthCodes() (codes []string) {
	for _, o := range m.TokenEndpoints() {
		for status := 400; status < 500; status++ {
			schema := Schema(o.Doc.Responses.Status(status))
			for _, value := range EnumOf(Properties(schema)["error"]) {
				if code, ok := value.(string); ok && !slices.Contains(codes, code) {
					codes = append(codes, code)
				}
			}
		}
	}
	return codes
}

func (m *Model) noteLimits() {
	for _, r := range m.Resources {
		if r.Read == nil {
			m.limit(r.first(), "no operation reads one of %s: what is written is not compared", r.Name)
		}
		if r.List != nil && r.List.Page.Next == nil && r.List.Page.SizeParam != "" {
			m.limit(r.List, "%s takes %q and documents no next page: only its first page is looked at", r.List.ID, r.List.Page.SizeParam)
		}
	}
	if len(m.Operations) > 0 && len(m.TokenEndpoints()) == 0 {
		m.Limits = append(m.Limits, "no operation gives a token: sign-in and tokens are not checked")
	}
}

func (m *Model) limit(o *Operation, format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if o != nil && o.Place != "" {
		line = o.Place + ": " + line
	}
	m.Limits = append(m.Limits, line)
}

// Place writes where something stands in the spec: the line of the field if it
// is known, else that of the element; "" if the spec was loaded without origin.
func Place(origin *openapi3.Origin, field string) string {
	if origin == nil {
		return ""
	}
	at := origin.Key
	if field != "" {
		if loc, ok := origin.Fields.Lookup(field); ok {
			at = &loc
		}
	}
	if at == nil || at.Line == 0 {
		return ""
	}
	return fmt.Sprintf("openapi.yaml:%d:%d", at.Line, at.Column)
}

func placed(at, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	if at == "" {
		at = "openapi.yaml"
	}
	return fmt.Errorf("%s: %s", at, text)
}

func mark(extensions map[string]any, name string) string {
	return strings.TrimSpace(Extension(extensions, name))
}

// Extension returns a string extension, or "".
func Extension(extensions map[string]any, name string) string {
	text, _ := extensions[name].(string)
	return text
}
