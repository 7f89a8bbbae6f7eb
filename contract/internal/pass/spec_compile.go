package pass

import (
	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/accept"
	"github.com/onvy-health/onvy-go/contract/internal/coverage"
	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

func (s *Spec) compileOperations() {
	for _, known := range s.API.Operations {
		op := known.Doc
		o := &Operation{
			ID:       known.ID,
			API:      known,
			Method:   known.Method,
			Path:     known.Path,
			Doc:      op,
			Source:   known.Source,
			Scope:    known.Scope,
			Bearer:   known.Bearer,
			Token:    known.Role == spec.Token,
			Location: known.Place,
			Vars:     known.Vars,

			responses: make(map[int]*openapi3.Response),
		}
		for status := range 1000 {
			if ref := op.Responses.Status(status); ref != nil {
				o.responses[status] = ref.Value
			}
		}
		if known.Media == "application/json" {
			o.Body = known.Body
		}
		s.Operations = append(s.Operations, o)
		s.byOp[op] = o
		s.compileFast(o.Body)
		for _, ref := range op.Responses.Map() {
			for _, media := range ref.Value.Content {
				s.compileFast(media.Schema)
			}
		}
		s.compileNotes(o)
	}
}

// compileFast compiles the matcher of a schema, where there can be one.
func (s *Spec) compileFast(schema *openapi3.SchemaRef) {
	if schema == nil || s.Fast[schema.Value] != nil {
		return
	}
	if m := accept.Compile(schema); m != nil {
		s.Fast[schema.Value] = m
	}
}

// compileNotes lets the matchers of the successes of an operation note what the
// rules ask of a resource.
func (s *Spec) compileNotes(o *Operation) {
	if o.API.Resource == nil || o.API.Role == spec.Delete {
		return
	}
	for status, response := range o.responses {
		media := response.Content["application/json"]
		if status/100 != 2 || media == nil || media.Schema == nil {
			continue
		}
		if m := s.Fast[media.Schema.Value]; m != nil && m.Notes == nil {
			m.Note(o.API.Resource, o.API.Page)
		}
	}
}

// slotsOf are those of the matcher of a schema.
func (s *Spec) slotsOf(schema *openapi3.Schema) []coverage.Slot {
	if m := s.Fast[schema]; m != nil {
		return m.Slots
	}
	return nil
}

// compileLives tells the history of the resources that can be read.
func (s *Spec) compileLives() {
	lives := make(map[*spec.Resource]*fact.Resource)
	for _, r := range s.API.Resources {
		if r.Read != nil && r.Key != "" {
			lives[r] = life(r)
		}
	}
	for _, o := range s.Operations {
		o.Life = &fact.Operation{ID: o.ID, Scope: o.Scope}
		if r := lives[o.API.Resource]; r != nil || o.Token {
			o.Life.Resource, o.Life.Role = r, roles[o.API.Role]
		}
		if p := o.API.Page; p != nil {
			o.Cursor, o.Limit = p.CursorParam, p.SizeParam
		}
		s.Lives = append(s.Lives, o.Life)
	}
}
