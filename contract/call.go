package contract

import (
	"mime"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// call is an exchange as the rules see it: matched to its operation and
// decoded once.
type call struct {
	spec  *Spec
	x     *Exchange
	path  string // escaped, without the base path
	query url.Values

	op    *operation          // nil if no operation matches
	vars  map[string]string   // path parameters, unescaped
	resp  *openapi3.Response  // nil if the status is not documented
	media *openapi3.MediaType // nil if the content type is not documented

	contentType string // "application/json", in lower case
	params      map[string]string

	slow time.Duration // an answer that takes longer is a finding; 0 is no limit

	// clean says that the fast path has accepted the body: strict JSON, right
	// by the schema, nothing undocumented.
	clean bool

	racing bool // sent at the same time as others about the same user, on purpose
	noAuth bool // the source of the exchange may have lost its credentials

	decode func() decoded
	schema []*openapi3.SchemaError // see schemaErrors; nil before the first call

	findings []Finding
}

// decoded is a body read as JSON.
type decoded struct {
	value  any
	faults []jsonFault
	ok     bool
}

// open matches and classifies an exchange. It reads no body.
func (s *Spec) open(x *Exchange, basePath string) *call {
	c := &call{spec: s, x: x, slow: defaultSlow}
	var query string
	c.path, query = pathOf(x.Request.URL, basePath)
	c.query, _ = url.ParseQuery(query)
	c.op, c.vars = s.match(x.Request.Method, c.path)
	c.decode = sync.OnceValue(func() decoded {
		var d decoded
		d.value, d.faults, d.ok = scan(x.Response.Body)
		return d
	})
	if x.Response == nil {
		return c
	}
	c.contentType, c.params, _ = mime.ParseMediaType(x.Response.Header.Get("Content-Type"))
	if c.contentType == "" {
		c.contentType, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(x.Response.Header.Get("Content-Type"))), ";")
	}
	if c.op == nil {
		return c
	}
	if ref := c.op.op.Responses.Status(x.Response.Status); ref != nil {
		c.resp = ref.Value
		c.media = c.resp.Content.Get(c.contentType)
	}
	if c.media != nil && c.media.Schema != nil && len(x.Response.Body) > 0 {
		if m := s.fast[c.media.Schema.Value]; m != nil {
			c.clean = m.accepts(x.Response.Body)
		}
	}
	return c
}

// status is 0 where no response came.
func (c *call) status() int {
	if c.x.Response == nil {
		return 0
	}
	return c.x.Response.Status
}

// ok tells whether the answer is of the class 2xx.
func (c *call) ok() bool { return c.status()/100 == 2 }

// is tells whether the exchange is of one of these operations.
func (c *call) is(ids ...string) bool {
	for _, id := range ids {
		if c.op != nil && c.op.id == id {
			return true
		}
	}
	return false
}

// object returns the body as an object, or nil.
func (c *call) object() map[string]any {
	if c.x.Response == nil || len(c.x.Response.Body) == 0 {
		return nil
	}
	object, _ := c.decode().value.(map[string]any)
	return object
}

// finding adds a finding. Empty fields are filled from the rule and the call.
func (c *call) finding(r *Rule, f Finding) {
	f.Rule = r.ID
	if f.Level == "" {
		f.Level = r.Level
	}
	if f.Source == "" {
		f.Source = r.Source
	}
	if f.Operation == "" && c.op != nil {
		f.Operation = c.op.id
	}
	if f.Spec == "" && c.op != nil {
		f.Spec = c.op.location
	}
	f.Status = c.status()
	f.Exchange = c.x.Name
	f.Curl = curl(c)
	f.Count = 1
	c.findings = append(c.findings, f)
}
