package suggest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/speakeasy-api/openapi/overlay"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// For returns the edits for the assumptions and the drift of a report.
func For(r *contract.Report, text []byte) (*Suggestion, error) {
	doc, err := spec.Load(text)
	if err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	s := &Suggestion{at: map[string]bool{}}
	s.overlay = overlay.Overlay{
		Version: overlay.Version100, JSONPathVersion: overlay.JSONPathRFC9535,
		Info: overlay.Info{Title: "What " + r.Target + " does beyond openapi.yaml", Version: "1.0.0"},
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Level == contract.Violation {
			continue
		}
		edited, err := s.edit(doc, f)
		if err != nil {
			return nil, err
		}
		if !edited {
			s.Left = append(s.Left, *f)
		}
	}
	return s, nil
}

// edit adds the edit for a finding; false if there is none.
func (s *Suggestion) edit(doc *openapi3.T, f *contract.Finding) (bool, error) {
	op, at := operation(doc, f.Operation)
	if op == nil || f.Status == 0 {
		return false, nil
	}
	if f.Rule == "http/status-undocumented" {
		return true, s.documentStatus(f, op, at)
	}
	r, at := response(op, at, f.Status)
	if r == nil {
		return false, nil
	}
	switch {
	case f.Rule == "http/header-undocumented":
		return s.documentHeader(f, at)
	case f.Rule == "schema/undocumented-property":
		return s.documentProperty(f, r, at)
	case strings.HasPrefix(f.Rule, "schema/"):
		return s.loosen(f, r, at)
	}
	return false, nil
}

// documentStatus adds a response. What it looks like is taken from one of the
// same class.
func (s *Suggestion) documentStatus(f *contract.Finding, op *openapi3.Operation, at []string) error {
	value := map[string]any{"description": "Seen; no page documents it.", "x-onvy-source": "assumed"}
	if _, like := sibling(op, f.Status); like != nil && f.Status != 204 && f.Status != 205 {
		value = map[string]any{"$ref": like.Ref}
	}
	return s.update(f, path(append(at, "responses")...), map[string]any{strconv.Itoa(f.Status): value})
}

// documentHeader adds a header to a response.
func (s *Suggestion) documentHeader(f *contract.Finding, at []string) (bool, error) {
	name, ok := strings.CutPrefix(f.Message, "the header ")
	name, whole := strings.CutSuffix(name, " is not documented")
	if !ok || !whole || strings.ContainsAny(name, "*…") {
		return false, nil // the name is masked
	}
	return true, s.update(f, path(at...), map[string]any{"headers": map[string]any{name: map[string]any{
		"description": "Seen; no page documents it.", "x-onvy-source": "assumed", "schema": map[string]any{"type": "string"},
	}}})
}

// documentProperty adds a property of the type that was seen; of any, where the
// report does not show it.
func (s *Suggestion) documentProperty(f *contract.Finding, r *openapi3.Response, at []string) (bool, error) {
	here, parent, name := bodySchema(r, at, f.Pointer)
	if here != nil || parent == nil || name == "" || strings.ContainsAny(name, "*…") {
		return false, nil
	}
	return true, s.update(f, path(parent.path...), map[string]any{"properties": map[string]any{name: map[string]any{
		"description": "Seen; no page documents it.", "x-onvy-source": "assumed", "x-onvy-sensitive": "text",
	}}})
}

// removals are the keywords that each rule is about.
var removals = map[string][]string{
	"schema/type": {"type", "format"}, "schema/enum": {"enum"}, "schema/format": {"format"}, "schema/pattern": {"pattern"},
	"schema/range":  {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
	"schema/length": {"minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"},
}

// loosen takes out the keyword that a value breaks.
func (s *Suggestion) loosen(f *contract.Finding, r *openapi3.Response, at []string) (bool, error) {
	here, parent, name := bodySchema(r, at, f.Pointer)
	if f.Rule == "schema/required" && parent != nil {
		if len(parent.schema.Required) == 1 {
			s.remove(f, path(append(parent.path, "required")...))
		} else {
			s.remove(f, path(append(parent.path, "required")...)+"[?@ == '"+name+"']")
		}
		return true, nil
	}
	if here == nil {
		return false, nil
	}
	if f.Rule == "schema/null" {
		return true, s.update(f, path(here.path...), map[string]any{"nullable": true})
	}
	keywords := removals[f.Rule]
	for _, keyword := range keywords {
		if has(here.schema, keyword) && (len(keywords) < 3 || strings.HasSuffix(f.Message, " "+keyword)) {
			s.remove(f, path(append(slices.Clone(here.path), keyword)...))
		}
	}
	return len(keywords) > 0, nil
}

// has reports whether a schema has a keyword.
func has(s *openapi3.Schema, keyword string) bool {
	object, err := s.MarshalYAML()
	if err != nil {
		return false
	}
	_, there := object.(map[string]any)[keyword]
	return there
}
