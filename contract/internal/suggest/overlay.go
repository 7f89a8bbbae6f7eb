package suggest

import (
	"fmt"
	"io"
	"strings"

	"github.com/speakeasy-api/openapi/overlay"
	"gopkg.in/yaml.v3"

	"github.com/onvy-health/onvy-go/contract"
)

// Suggestion is an overlay, and what no edit of openapi.yaml can accept.
type Suggestion struct {
	overlay overlay.Overlay
	at      map[string]bool // target and content of each action

	// Left are the findings that have nothing to do with a statement in
	// openapi.yaml, or about which the report does not say enough.
	Left []contract.Finding
}

// Empty reports whether there is nothing to edit.
func (s *Suggestion) Empty() bool { return len(s.overlay.Actions) == 0 }

// Write writes the overlay as YAML.
func (s *Suggestion) Write(w io.Writer) error {
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(&s.overlay); err != nil {
		return fmt.Errorf("suggest: %w", err)
	}
	return enc.Close()
}

// Apply returns the spec with the edits in it.
func (s *Suggestion) Apply(spec []byte) ([]byte, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(spec, &root); err != nil {
		return nil, fmt.Errorf("suggest: the spec cannot be read: %w", err)
	}
	if err := s.overlay.ApplyTo(&root); err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	var out strings.Builder
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(&root); err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	return []byte(out.String()), nil
}

// update adds an edit, once.
func (s *Suggestion) update(f *contract.Finding, target string, value any) error {
	var node yaml.Node
	if err := node.Encode(value); err != nil {
		return fmt.Errorf("suggest: %w", err)
	}
	s.add(f, overlay.Action{Target: target, Update: node}, fmt.Sprint(value))
	return nil
}

// remove takes something out, once.
func (s *Suggestion) remove(f *contract.Finding, target string) {
	s.add(f, overlay.Action{Target: target, Remove: true}, "")
}

func (s *Suggestion) add(f *contract.Finding, a overlay.Action, content string) {
	key := a.Target + "\x00" + content
	if s.at[key] {
		return
	}
	s.at[key] = true
	a.Description = fmt.Sprintf("%s (%s): %s", f.Rule, f.Level, f.Message)
	if f.Operation != "" {
		a.Description += ", in " + f.Operation
	}
	if f.Status != 0 {
		a.Description += fmt.Sprintf(" %d", f.Status)
	}
	if f.Pointer != "" {
		a.Description += " at " + f.Pointer
	}
	s.overlay.Actions = append(s.overlay.Actions, a)
}

// path is a JSONPath of names (RFC 9535), each in brackets and quotes.
func path(names ...string) string {
	var b strings.Builder
	b.WriteString("$")
	for _, name := range names {
		b.WriteString("['" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(name) + "']")
	}
	return b.String()
}
