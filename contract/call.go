package contract

import (
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// call is an exchange as the rules see it: matched to its operation and
// decoded once. One goroutine at a time works on it.
type call struct {
	spec  *Spec
	x     *Exchange
	path  string // escaped, without the base path
	query string // escaped

	op    *operation          // nil if no operation matches
	vars  map[string]string   // path parameters, unescaped
	resp  *openapi3.Response  // nil if the status is not documented
	media *openapi3.MediaType // nil if the content type is not documented

	contentType string // "application/json", in lower case
	params      map[string]string

	slow time.Duration // an answer that takes longer is a finding; 0 is no limit

	// clean says that the fast path has accepted the body: strict JSON, right
	// by the schema, nothing undocumented but the strangers.
	clean     bool
	strangers []stranger

	// findsAll says that the server finds every user, also one that nobody made.
	findsAll bool

	racing bool // sent at the same time as others about the same user, on purpose

	sent     map[string]any // see requestObject
	sentRead bool
	body     decoded                 // see decode
	schema   []*openapi3.SchemaError // see schemaErrors; nil before the first call
	counting *counting               // nil if nobody counts
	answer   outline                 // see outline
	outlined bool

	findings []Finding
}

// decoded is a body read as JSON.
type decoded struct {
	read   bool
	value  any
	faults []jsonFault
	ok     bool
}

// open matches and classifies an exchange. Whoever has no more use for the call
// may give it back with close.
func (s *Spec) open(x *Exchange, basePath string) *call { return s.openFor(nil, x, basePath) }

// openFor is open for a run that counts what it covers.
func (s *Spec) openFor(n *counting, x *Exchange, basePath string) *call {
	a, _ := readAddress(x.Request.URL)
	c := s.route(x, a, basePath)
	c.counting = n
	c.skim()
	return c
}

// route is open without a look at the body; skim is to follow.
func (s *Spec) route(x *Exchange, a address, basePath string) *call {
	c := s.calls.Get().(*call)
	c.spec, c.x, c.slow = s, x, defaultSlow
	c.path, c.query = a.below(basePath), a.query
	if basePath == "" {
		c.path = a.within(s.base)
	}
	c.op, c.vars = s.match(x.Request.Method, c.path)
	if x.Response == nil {
		return c
	}
	m := readMediaType(x.Response.Header.Get("Content-Type"))
	c.contentType, c.params = m.name, m.params
	if c.op == nil {
		return c
	}
	if c.resp = c.op.responses[x.Response.Status]; c.resp != nil {
		c.media = c.resp.Content.Get(c.contentType)
	}
	return c
}

// skim lets the fast path look at the body.
func (c *call) skim() {
	if c.media == nil || c.media.Schema == nil || len(c.x.Response.Body) == 0 || !c.bodyKnown() {
		return
	}
	if m := c.spec.fast[c.media.Schema.Value]; m != nil {
		k := skim{outline: &c.answer, body: c.seenBody()}
		c.clean = m.skim(&k, c.x.Response.Body)
		c.strangers = k.strangers
		c.outlined = c.clean && c.ok() && m.notes != nil && m.notes == c.resource()
		c.answer.there = c.outlined
	}
}

// close lets the memory of a call serve the next one. Its findings stay good.
func (c *call) close() {
	c.answer.reset()
	pool := c.spec.calls
	*c = call{answer: c.answer}
	pool.Put(c)
}

// decode reads the body as JSON, once.
func (c *call) decode() *decoded {
	d := &c.body
	switch {
	case d.read:
	case c.clean: // scan would find no fault
		d.value, d.ok = decodeValue(c.x.Response.Body)
	default:
		d.value, d.faults, d.ok = scan(c.x.Response.Body)
	}
	d.read = true
	return d
}

// param is a parameter of the query; "" if it is not there.
func (c *call) param(name string) string {
	value, _ := queryParam(c.query, name)
	return value
}

// hasParam tells whether a parameter is in the query.
func (c *call) hasParam(name string) bool {
	_, has := queryParam(c.query, name)
	return has
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

// bodyKnown reports whether there is a response of which the body is all that
// the server sent. What else a rule says of a body would be said of a recorder,
// a client that hung up, or a connection that broke, which have rules of their own.
func (c *call) bodyKnown() bool {
	r := c.x.Response
	return r != nil && r.BodyState == BodyWhole && !r.Truncated && c.x.Err == nil
}

// sentKnown reports whether the body of the request is what was sent.
func (c *call) sentKnown() bool { return c.x.Request.BodyState == BodyWhole }

// object returns the body as an object, or nil.
func (c *call) object() map[string]any {
	if !c.bodyKnown() || len(c.x.Response.Body) == 0 {
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
	f.Count = max(f.Count, 1)
	c.findings = append(c.findings, f)
}
