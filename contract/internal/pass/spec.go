package pass

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

	"github.com/onvy-health/onvy-go/contract/internal/accept"
	"github.com/onvy-health/onvy-go/contract/internal/coverage"
	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/marks"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Spec is openapi.yaml, loaded, validated and compiled. It is safe for
// concurrent use.
type Spec struct {
	Doc        *openapi3.T
	API        *spec.Model
	sum        string
	router     routers.Router
	paths      pathTable // the router's, for plain paths
	Operations []*Operation
	byOp       map[*openapi3.Operation]*Operation
	Hosts      map[string]bool
	Fast       map[*openapi3.Schema]*accept.Matcher
	model      *coverage.Model
	calls      *sync.Pool // of *call
	Base       string     // escaped path of the base URL, "" or "/onvy"; see At

	bearers *bearerTokens
	Lives   []*fact.Operation
}

// Operation is what the rules need to know of one operation.
type Operation struct {
	ID       string
	API      *spec.Operation // what the spec says of it
	Method   string
	Path     string // template
	Doc      *openapi3.Operation
	Source   string // where the operation is documented
	Scope    string // "" if none is needed
	Bearer   bool   // needs an access token
	Token    bool   // answers with tokens
	Location string // "openapi.yaml:60:5"

	Body      *openapi3.SchemaRef        // of a JSON request; nil if it has none
	responses map[int]*openapi3.Response // by each status that is documented

	Life          *fact.Operation
	Vars          []string // names of the path parameters, in their order
	Cursor, Limit string   // names of the parameters of a list
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
		Doc:   doc,
		API:   api,
		sum:   hex.EncodeToString(sum[:]),
		byOp:  make(map[*openapi3.Operation]*Operation),
		Hosts: make(map[string]bool),
		Fast:  make(map[*openapi3.Schema]*accept.Matcher),

		bearers: new(bearerTokens),
	}
	for _, server := range doc.Servers {
		if u, err := url.Parse(server.URL); err == nil && u.Host != "" {
			s.Hosts[u.Host] = true
		}
	}
	s.calls = &sync.Pool{New: func() any { return new(Call) }}
	s.compileOperations()
	s.compileLives()
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
	at.Base = strings.TrimRight(u.EscapedPath(), "/")
	return &at, nil
}

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

// Match finds the operation of a request; nil if there is none. Path
// parameters come unescaped.
func (s *Spec) Match(method, path string) (*Operation, map[string]string) {
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

// Operation returns nil for an unknown id.
func (s *Spec) Operation(id string) *Operation {
	for _, o := range s.Operations {
		if o.ID == id {
			return o
		}
	}
	return nil
}

// Extension returns a string extension, or "".
func Extension(extensions map[string]any, name string) string {
	text, _ := extensions[name].(string)
	return text
}

// Place writes where something stands in the spec.
func Place(origin *openapi3.Origin, field string) string { return spec.Place(origin, field) }

// Trace follows a path of property names and indexes through a schema and
// returns the innermost schema, where it comes from, and whether the last name
// is documented.
func Trace(ref *openapi3.SchemaRef, source string, path []string) (schema *openapi3.Schema, from string, documented bool) {
	schema = ref.Value
	if s := Extension(schema.Extensions, "x-onvy-source"); s != "" {
		source = s
	}
	for _, name := range path {
		next := Child(schema, name)
		if next == nil {
			return schema, source, false
		}
		schema = next.Value
		if s := Extension(schema.Extensions, "x-onvy-source"); s != "" {
			source = s
		}
	}
	return schema, source, true
}

// Child is the schema of a property, of the items, or of the values of a map.
func Child(schema *openapi3.Schema, name string) *openapi3.SchemaRef {
	if schema.Items != nil {
		return schema.Items
	}
	if p := schema.Properties[name]; p != nil {
		return p
	}
	for _, part := range slices.Concat(schema.AllOf, schema.OneOf, schema.AnyOf) {
		if p := Child(part.Value, name); p != nil {
			return p
		}
	}
	return schema.AdditionalProperties.Schema
}

// LevelOf is the level of a contradiction to a statement from a source.
func LevelOf(source string) rule.Level {
	if source == "assumed" {
		return rule.Assumption
	}
	return rule.Violation
}

// Open matches and classifies an exchange. Whoever has no more use for the call
// may give it back with close.
func (s *Spec) Open(x *wire.Exchange, basePath string) *Call { return s.OpenFor(nil, x, basePath) }

// OpenFor is open for a run that counts what it covers.
func (s *Spec) OpenFor(n *Counting, x *wire.Exchange, basePath string) *Call {
	a, _ := read.ParseAddress(x.Request.URL)
	c := s.Route(x, a, basePath)
	c.Counting = n
	c.Skim()
	return c
}

// Route is open without a look at the body; skim is to follow.
func (s *Spec) Route(x *wire.Exchange, a read.Address, basePath string) *Call {
	c := s.calls.Get().(*Call)
	c.Spec, c.Exchange, c.Slow = s, x, DefaultSlow
	c.path, c.query = a.Below(basePath), a.Query
	if basePath == "" {
		c.path = a.Within(s.Base)
	}
	c.Op, c.Vars = s.Match(x.Request.Method, c.path)
	if x.Response == nil {
		return c
	}
	m := read.ParseMediaType(x.Response.Header.Get("Content-Type"))
	c.ContentType, c.Params = m.Name, m.Params
	if c.Op == nil {
		return c
	}
	if c.Documented = c.Op.responses[x.Response.Status]; c.Documented != nil {
		c.Media = c.Documented.Content.Get(c.ContentType)
	}
	return c
}

// Matches tells whether an exchange is of this API: its path and method are in
// the spec.
func (s *Spec) Matches(x *wire.Exchange) bool {
	a, _ := read.ParseAddress(x.Request.URL)
	op, _ := s.Match(x.Request.Method, a.Within(s.Base))
	return op != nil
}

// CoveragePoints are all that a run may exercise of the spec, hit or not.
func (s *Spec) CoveragePoints() []CoveragePoint { return s.model.Points() }

// Limits are what of the spec cannot be checked. One that is of another API has
// no users and no sign-in, for which most rules are.
func (s *Spec) Limits() []string {
	all := slices.Clone(s.API.Limits)
	if !s.SignsIn() || s.Users() == nil {
		all = append(all, fmt.Sprintf("it is not of the ONVY Health API: %s are held against the schemas, HTTP and the laws of resources; sign-in, tokens and users are not",
			read.Plural(len(s.Operations), "operation")))
	}
	return all
}

// slotsOf are those of the matcher of a schema.
func (s *Spec) slotsOf(schema *openapi3.Schema) []coverage.Slot {
	if m := s.Fast[schema]; m != nil {
		return m.Slots
	}
	return nil
}

// SignsIn reports whether the spec has the endpoint at which the suite gets its
// tokens.
func (s *Spec) SignsIn() bool {
	return slices.ContainsFunc(s.API.Operations, (*spec.Operation).ForServers)
}

// Data of the cases: made up, from the seed, of every documented kind.

// Users is the resource of which the hand-written cases are; nil where the spec
// has no such.
func (s *Spec) Users() *spec.Resource {
	if r := s.API.Resource("users"); r != nil && r.ClientKeys && r.Parent == nil && r.Create != nil {
		return r
	}
	return nil
}

// OfResources are those rules of users that are meant for each resource, for the
// others of the spec: "users/id" is "meals/id" too.
func (s *Spec) OfResources(rules []rule.Rule) (all []rule.Rule) {
	for _, resource := range s.API.Resources {
		for _, r := range rules {
			if name, ok := strings.CutPrefix(r.ID, "users/"); ok && resource.Name != "users" {
				r.ID = resource.Name + "/" + name
				all = append(all, r)
			}
		}
	}
	return all
}

// placeOfField is where a field of a user stands in the spec; "" if it has no
// users.
func (s *Spec) placeOfField(name string) string {
	if s.Doc.Components == nil || s.Doc.Components.Schemas["User"] == nil {
		return ""
	}
	user := s.Doc.Components.Schemas["User"]
	schema, _, _ := Trace(user, "", strings.Split(name, "."))
	return Place(schema.Origin, "")
}

// LoadWithoutFastPath is Load of a spec that leaves every verdict to
// kin-openapi and its router, and decodes every body.
func LoadWithoutFastPath(spec []byte) (*Spec, error) {
	s, err := Load(spec)
	if err == nil {
		clear(s.Fast)
		s.paths = nil
	}
	return s, err
}
