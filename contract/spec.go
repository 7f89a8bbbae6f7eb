package contract

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/onvy-health/onvy-go/contract/internal/coverage"
	"github.com/onvy-health/onvy-go/contract/internal/history"
	"github.com/onvy-health/onvy-go/contract/internal/marks"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// Spec is openapi.yaml, loaded, validated and compiled. It is safe for
// concurrent use.
type Spec struct {
	doc    *openapi3.T
	api    *spec.Model
	sum    string
	router routers.Router
	paths  pathTable // the router's, for plain paths
	ops    []*operation
	byOp   map[*openapi3.Operation]*operation
	hosts  map[string]bool
	fast   map[*openapi3.Schema]*matcher
	model  *coverage.Model
	calls  *sync.Pool // of *call
	base   string     // escaped path of the base URL, "" or "/onvy"; see At

	bearers *bearerTokens
	lives   []*history.Operation
	fields  map[string]string // where the fields of a user stand in the spec
}

// operation is what the rules need to know of one operation.
type operation struct {
	id       string
	api      *spec.Operation // what the spec says of it
	method   string
	path     string // template
	op       *openapi3.Operation
	source   string // where the operation is documented
	scope    string // "" if none is needed
	bearer   bool   // needs an access token
	token    bool   // answers with tokens
	location string // "openapi.yaml:60:5"

	body      *openapi3.SchemaRef        // of a JSON request; nil if it has none
	responses map[int]*openapi3.Response // by each status that is documented

	life          *history.Operation
	vars          []string // names of the path parameters, in their order
	cursor, limit string   // names of the parameters of a list
}

// Load reads a spec. The error of one that is not valid says what is wrong and
// where.
func Load(text []byte) (*Spec, error) {
	if err := marks.Check(text); err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true
	doc, err := loader.LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("contract: the spec cannot be read: %w", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("contract: the spec is not valid: %w", err)
	}
	if doc.Paths.Len() == 0 {
		return nil, fmt.Errorf("contract: the spec has no operations")
	}
	api, err := spec.New(doc)
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	sum := sha256.Sum256(bytes.TrimSpace(text))
	s := &Spec{
		doc:   doc,
		api:   api,
		sum:   hex.EncodeToString(sum[:]),
		byOp:  make(map[*openapi3.Operation]*operation),
		hosts: make(map[string]bool),
		fast:  make(map[*openapi3.Schema]*matcher),

		bearers: new(bearerTokens),
	}
	for _, server := range doc.Servers {
		if u, err := url.Parse(server.URL); err == nil && u.Host != "" {
			s.hosts[u.Host] = true
		}
	}
	s.calls = &sync.Pool{New: func() any { return new(call) }}
	s.compileOperations()
	s.compileLives()
	s.fields = make(map[string]string)
	if users := s.api.Resource("users"); users != nil {
		for _, f := range users.Fields {
			s.fields[f.Name] = s.placeOfField(f.Name)
		}
		for _, name := range []string{users.Created, users.Updated} {
			s.fields[name] = s.placeOfField(name)
		}
	}
	s.model = coverage.Compile(doc, s.sum)
	s.paths = newPathTable(doc.Paths, s.byOp)

	// The router is to match paths, whatever server they are on.
	paths := *doc
	paths.Servers = nil
	if s.router, err = gorillamux.NewRouter(&paths); err != nil {
		return nil, fmt.Errorf("contract: the paths of the spec cannot be matched: %w", err)
	}
	return s, nil
}

// SHA256 is the hash of the spec, in hex, to tell whether a recording was made
// with another one.
func (s *Spec) SHA256() string { return s.sum }

// At returns the same spec for a server whose base URL has a path, as behind a
// gateway: "https://gateway.example/onvy". Check, NewHistory, Replay and
// Transport then take that path off, and what is not below it is not of this
// API. Only the path of the URL counts; s itself is not changed.
func (s *Spec) At(baseURL string) (*Spec, error) {
	u, err := url.Parse(baseURL)
	if err != nil {
		return nil, errors.New("contract: the base URL cannot be read; write it like https://gateway.example/onvy")
	}
	at := *s
	at.base = strings.TrimRight(u.EscapedPath(), "/")
	return &at, nil
}

func (s *Spec) compileOperations() {
	for _, known := range s.api.Operations {
		op := known.Doc
		o := &operation{
			id:       known.ID,
			api:      known,
			method:   known.Method,
			path:     known.Path,
			op:       op,
			source:   known.Source,
			scope:    known.Scope,
			bearer:   known.Bearer,
			token:    known.Role == spec.Token,
			location: known.Place,
			vars:     known.Vars,

			responses: make(map[int]*openapi3.Response),
		}
		for status := range 1000 {
			if ref := op.Responses.Status(status); ref != nil {
				o.responses[status] = ref.Value
			}
		}
		if known.Media == "application/json" {
			o.body = known.Body
		}
		s.ops = append(s.ops, o)
		s.byOp[op] = o
		s.compileFast(o.body)
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
	if schema == nil || s.fast[schema.Value] != nil {
		return
	}
	if m := compileMatcher(schema); m != nil {
		s.fast[schema.Value] = m
	}
}

// compileNotes lets the matchers of the successes of an operation note what the
// rules ask of a resource.
func (s *Spec) compileNotes(o *operation) {
	if o.api.Resource == nil || o.api.Role == spec.Delete {
		return
	}
	for status, response := range o.responses {
		media := response.Content["application/json"]
		if status/100 != 2 || media == nil || media.Schema == nil {
			continue
		}
		if m := s.fast[media.Schema.Value]; m != nil && m.notes == nil {
			m.note(o.api.Resource, o.api.Page)
		}
	}
}

// match finds the operation of a request; nil if there is none. Path
// parameters come unescaped.
func (s *Spec) match(method, path string) (*operation, map[string]string) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if op, vars, sure := s.paths.match(method, path); sure {
		return op, vars
	}
	// Path may hold escaped slashes, which the router keeps apart only if it
	// gets both forms.
	u, err := url.Parse("http://host" + path)
	if err != nil {
		return nil, nil
	}
	route, vars, err := s.router.FindRoute(&http.Request{Method: method, URL: u, Host: u.Host})
	if err != nil {
		return nil, nil
	}
	unescapePath(vars)
	return s.byOp[route.Operation], vars
}

// operationByID returns nil for an unknown id.
func (s *Spec) operationByID(id string) *operation {
	for _, o := range s.ops {
		if o.id == id {
			return o
		}
	}
	return nil
}

// extension returns a string extension, or "".
func extension(extensions map[string]any, name string) string {
	text, _ := extensions[name].(string)
	return text
}

// place writes where something stands in the spec.
func place(origin *openapi3.Origin, field string) string { return spec.Place(origin, field) }

// trace follows a path of property names and indexes through a schema and
// returns the innermost schema, where it comes from, and whether the last name
// is documented.
func trace(ref *openapi3.SchemaRef, source string, path []string) (schema *openapi3.Schema, from string, documented bool) {
	schema = ref.Value
	if s := extension(schema.Extensions, "x-onvy-source"); s != "" {
		source = s
	}
	for _, name := range path {
		next := child(schema, name)
		if next == nil {
			return schema, source, false
		}
		schema = next.Value
		if s := extension(schema.Extensions, "x-onvy-source"); s != "" {
			source = s
		}
	}
	return schema, source, true
}

// child is the schema of a property or of the items.
func child(schema *openapi3.Schema, name string) *openapi3.SchemaRef {
	if schema.Items != nil {
		return schema.Items
	}
	if p := schema.Properties[name]; p != nil {
		return p
	}
	for _, part := range slices.Concat(schema.AllOf, schema.OneOf, schema.AnyOf) {
		if p := child(part.Value, name); p != nil {
			return p
		}
	}
	return nil
}

// levelOf is the level of a contradiction to a statement from a source.
func levelOf(source string) Level {
	if source == "assumed" {
		return Assumption
	}
	return Violation
}
