package pass

import (
	"bytes"
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
	calls      *sync.Pool // of *Call
	Base       string     // escaped path of the base URL, "" or "/onvy"; see At

	bearers *bearerTokens
	Lives   []*fact.Operation
}

// Load reads a spec. The error of one that is not valid says what is wrong and
// where.
func Load(text []byte) (*Spec, error) {
	api, err := spec.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("contract: %w", err)
	}
	doc := api.Doc
	if doc.Paths.Len() == 0 {
		return nil, fmt.Errorf("contract: the spec has no operations")
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

// Open matches and classifies an exchange. Whoever has no more use for the call
// may give it back with [Call.Release].
func (s *Spec) Open(x *wire.Exchange, basePath string) *Call { return s.OpenFor(nil, x, basePath) }

// OpenFor is Open for a run that counts what it covers.
func (s *Spec) OpenFor(n *Counting, x *wire.Exchange, basePath string) *Call {
	a, _ := read.ParseAddress(x.Request.URL)
	c := s.Route(x, a, basePath)
	c.Counting = n
	c.Skim()
	return c
}

// Route is Open without a look at the body; [Call.Skim] is to follow.
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

// SignsIn reports whether the spec has the endpoint at which the suite gets its
// tokens.
func (s *Spec) SignsIn() bool {
	return slices.ContainsFunc(s.API.Operations, (*spec.Operation).ForServers)
}

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
func OfResources(api *spec.Model, rules []rule.Rule) (all []rule.Rule) {
	for _, resource := range api.Resources {
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
