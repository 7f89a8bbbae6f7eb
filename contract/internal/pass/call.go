package pass

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/accept"
	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Call is an exchange as the rules see it: matched to its operation and
// decoded once. One goroutine at a time works on it.
type Call struct {
	Spec     *Spec
	Exchange *wire.Exchange
	path     string // escaped, without the base path
	query    string // escaped

	Op         *Operation          // nil if no operation matches
	Vars       map[string]string   // path parameters, unescaped
	Documented *openapi3.Response  // nil if the status is not documented
	Media      *openapi3.MediaType // nil if the content type is not documented

	ContentType string // "application/json", in lower case
	Params      map[string]string

	Slow time.Duration // an answer that takes longer is a finding; 0 is no limit

	// Clean says that the fast path has accepted the body: strict JSON, right
	// by the schema, nothing undocumented but the strangers.
	Clean     bool
	strangers []accept.Stranger

	// FindsAll says that the server finds every user, also one that nobody made.
	FindsAll bool

	Racing bool // sent at the same time as others about the same user, on purpose

	sent     map[string]any // see RequestObject
	sentRead bool
	body     Decoded                 // see Decode
	schema   []*openapi3.SchemaError // see SchemaErrors; nil before the first call
	Counting *Counting               // nil if nobody counts
	Answer   accept.Outline          // see Outline
	Outlined bool

	Findings []rule.Finding
}

// Decoded is a body read as JSON.
type Decoded struct {
	read   bool
	Value  any
	Faults []read.Fault
	OK     bool
}

// Skim lets the fast path look at the body.
func (c *Call) Skim() {
	if c.Media == nil || c.Media.Schema == nil || len(c.Exchange.Response.Body) == 0 || !c.BodyKnown() {
		return
	}
	if m := c.Spec.Fast[c.Media.Schema.Value]; m != nil {
		k := accept.Skim{Outline: &c.Answer, Body: c.seenBody()}
		c.Clean = m.Skim(&k, c.Exchange.Response.Body)
		c.strangers = k.Strangers
		c.Outlined = c.Clean && c.OK() && m.Notes != nil && m.Notes == c.Resource()
	}
}

// Release lets the memory of a call serve the next one. Its findings stay good.
func (c *Call) Release() {
	c.Answer.Reset()
	pool := c.Spec.calls
	*c = Call{Answer: c.Answer}
	pool.Put(c)
}

// Decode reads the body as JSON, once.
func (c *Call) Decode() *Decoded {
	d := &c.body
	switch {
	case d.read:
	case c.Clean: // scan would find no fault
		d.Value, d.OK = read.Value(c.Exchange.Response.Body)
	default:
		d.Value, d.Faults, d.OK = read.JSON(c.Exchange.Response.Body)
	}
	d.read = true
	return d
}

// Param is a parameter of the query; "" if it is not there.
func (c *Call) Param(name string) string {
	value, _ := read.Param(c.query, name)
	return value
}

// HasParam tells whether a parameter is in the query.
func (c *Call) HasParam(name string) bool {
	_, has := read.Param(c.query, name)
	return has
}

// Status is 0 where no response came.
func (c *Call) Status() int {
	if c.Exchange.Response == nil {
		return 0
	}
	return c.Exchange.Response.Status
}

// OK tells whether the answer is of the class 2xx.
func (c *Call) OK() bool { return c.Status()/100 == 2 }

// Is tells whether the exchange is of one of these operations.
func (c *Call) Is(ids ...string) bool {
	for _, id := range ids {
		if c.Op != nil && c.Op.ID == id {
			return true
		}
	}
	return false
}

// BodyKnown reports whether there is a response of which the body is all that
// the server sent. What else a rule says of a body would be said of a recorder,
// a client that hung up, or a connection that broke, which have rules of their own.
func (c *Call) BodyKnown() bool {
	r := c.Exchange.Response
	return r != nil && r.BodyState == wire.BodyWhole && !r.Truncated && c.Exchange.Err == nil
}

// SentKnown reports whether the body of the request is what was sent.
func (c *Call) SentKnown() bool { return c.Exchange.Request.BodyState == wire.BodyWhole }

// Object returns the body as an object, or nil.
func (c *Call) Object() map[string]any {
	if !c.BodyKnown() || len(c.Exchange.Response.Body) == 0 {
		return nil
	}
	object, _ := c.Decode().Value.(map[string]any)
	return object
}

// Report adds a finding. Empty fields are filled from the rule and the call.
func (c *Call) Report(r *rule.Rule, f rule.Finding) {
	f.Rule = r.ID
	if f.Level == "" {
		f.Level = r.Level
	}
	if f.Source == "" {
		f.Source = r.Source
	}
	if f.Operation == "" && c.Op != nil {
		f.Operation = c.Op.ID
	}
	if f.Spec == "" && c.Op != nil {
		f.Spec = c.Op.Location
	}
	f.Status = c.Status()
	f.Exchange = c.Exchange.Name
	f.Count = max(f.Count, 1)
	c.Findings = append(c.Findings, f)
}

// What the rules ask the spec about the operation of an exchange. An exchange of
// none has no answers.

// role is what the operation does to a resource.
func (c *Call) role() spec.Role {
	if c.Op == nil {
		return spec.None
	}
	return c.Op.API.Role
}

// Does reports whether the operation has one of these roles.
func (c *Call) Does(roles ...spec.Role) bool { return slices.Contains(roles, c.role()) }

// Resource is what the operation works on; nil for nothing.
func (c *Call) Resource() *spec.Resource {
	if c.Op == nil {
		return nil
	}
	return c.Op.API.Resource
}

// Page is how the operation pages its answers; nil if it is no list.
func (c *Call) Page() *spec.Page {
	if !c.Does(spec.List) {
		return nil
	}
	return c.Op.API.Page
}

// Canonical reports whether the operation is a token endpoint as RFC 6749 has it:
// a form is sent. The others wrap it.
func (c *Call) Canonical() bool { return c.Does(spec.Token) && c.Op.API.Media == formType }

// ReportOf reports a finding of a rule that is one for each resource: "users/id" is
// "meals/id" where the operation is about meals.
func (c *Call) ReportOf(r *rule.Rule, f rule.Finding) {
	own := *r
	if known := c.Resource(); known != nil {
		_, name, _ := strings.Cut(r.ID, "/")
		own.ID = known.Name + "/" + name
	}
	c.Report(&own, f)
}

// One is the pointer of a property of one of the resource, in a list or alone.
func (c *Call) One(name string) string {
	if p := c.Page(); p != nil {
		return read.Pointer(slices.Concat(p.Items, []string{"*", name})...)
	}
	return read.Pointer(name)
}

// CheckStrangers reports those that the matcher stepped over.
func (c *Call) CheckStrangers(r *rule.Rule) {
	for _, s := range c.strangers {
		names := strings.Split(s.Pointer[1:], "/")
		for i, name := range names {
			names[i] = read.Unescape(name)
		}
		c.Undocumented(r, s.Schema, names, mask.Path(names), s.Count)
	}
}

// Undocumented reports properties that are not documented; those in one place
// are one finding.
func (c *Call) Undocumented(r *rule.Rule, schema *openapi3.Schema, names []string, pointer string, count int) {
	at := read.Pointer(names...)
	for i := range c.Findings {
		if f := &c.Findings[i]; f.Rule == r.ID && f.Pointer == pointer {
			f.Count += count
			if len(at) < len(f.At) || len(at) == len(f.At) && at < f.At {
				f.At, f.Spec = at, Place(schema.Origin, "")
			}
			return
		}
	}
	c.Report(r, rule.Finding{Pointer: pointer, At: at, Spec: Place(schema.Origin, ""), Message: "the property is not documented", Count: count})
}

// Outline returns that of the answer; an empty one where it has no users.
func (c *Call) Outline() *accept.Outline {
	if !c.Outlined {
		c.Outlined = true
		readOutline(&c.Answer, c)
	}
	return &c.Answer
}

// Weakest is the source of the weakest statement that a valid request rests on:
// that there is the operation, and that it takes such a body.
func (c *Call) Weakest() string {
	if len(c.Exchange.Request.Body) > 0 {
		return c.Op.Weakest()
	}
	return c.Op.Source
}

// ReadsJSON tells whether there is a body that is or should be JSON and that
// the fast path has not accepted.
func (c *Call) ReadsJSON() bool {
	if c.Clean || !c.BodyKnown() || len(bytes.TrimSpace(c.Exchange.Response.Body)) == 0 ||
		c.Exchange.Request.Method == "HEAD" {
		return false
	}
	if c.Documented != nil && len(c.Documented.Content) == 0 || read.Undecoded(c.Exchange.Response) {
		return false
	}
	return read.IsJSON(c.ContentType) || c.Op != nil && c.ContentType != "text/html" && c.Status()/100 == 2
}

// Limit is the limit in force for a list request; valid is false if it is not
// one that the operation documents, or nobody knows it.
func (c *Call) Limit() (limit int, valid bool) {
	p := c.Page()
	if p == nil || p.SizeParam == "" || !c.OK() || c.Exchange.Request.Method != "GET" {
		return 0, false
	}
	text, has := read.Param(c.query, p.SizeParam)
	if !has {
		return p.Default, p.Default > 0
	}
	limit, err := strconv.Atoi(text)
	return limit, err == nil && p.Allows(limit)
}

// Users are those on a page, or others of a resource; nil where there is none.
func (c *Call) Users() []map[string]any {
	p := c.Page()
	if p == nil || !c.OK() || !c.BodyKnown() || len(c.Exchange.Response.Body) == 0 {
		return nil
	}
	value, _ := read.Follow(c.Decode().Value, p.Items)
	if len(p.Items) == 0 {
		value = c.Decode().Value
	}
	items, _ := value.([]any)
	all := make([]map[string]any, 0, len(items))
	for _, item := range items {
		if one, ok := item.(map[string]any); ok {
			all = append(all, one)
		}
	}
	return all
}

// Pagination is what holds the token of the next page.
func (c *Call) Pagination() map[string]any {
	p := c.Page()
	if p == nil || !c.OK() || len(p.Next) == 0 {
		return nil
	}
	holder, there := read.Follow(c.Object(), p.Next[:len(p.Next)-1])
	if len(p.Next) == 1 {
		holder, there = c.Object(), true
	}
	if pagination, ok := holder.(map[string]any); ok && there {
		return pagination
	}
	return nil
}

// NextPage is the token of the next page; "" for none.
func (c *Call) NextPage() string {
	pagination := c.Pagination()
	if pagination == nil {
		return ""
	}
	next, _ := pagination[read.Last(c.Page().Next)].(string)
	return next
}

// SchemaErrors returns everything that kin-openapi says of the body.
func (c *Call) SchemaErrors() []*openapi3.SchemaError {
	if c.schema != nil {
		return c.schema
	}
	c.schema = []*openapi3.SchemaError{}
	if !c.ReadsJSON() || c.Media == nil || c.Media.Schema == nil || !c.Decode().OK {
		return c.schema
	}
	err := c.Media.Schema.Value.VisitJSON(c.Decode().Value,
		openapi3.VisitAsResponse(), openapi3.MultiErrors(), openapi3.EnableFormatValidation())
	c.schema = Flatten(err, c.schema)
	return c.schema
}

// Source is where the documented response comes from, or the operation.
func (c *Call) Source() string {
	if c.Documented != nil {
		if s := Extension(c.Documented.Extensions, "x-onvy-source"); s != "" {
			return s
		}
	}
	if c.Op != nil {
		return c.Op.Source
	}
	return ""
}

// ErrorLevel is the level of what is said of this response: no page documents
// an error, so those of the canonical token endpoint, which RFC 6749 rules,
// are the only ones that can be wrong.
func (c *Call) ErrorLevel() rule.Level {
	if c.Status() >= 400 && !c.Canonical() {
		return rule.Assumption
	}
	return rule.Violation
}

// DefaultSlow is how long an answer may take unless the user says otherwise.
const DefaultSlow = 2 * time.Second

// OrDefault is a value, or another one where it is not more than 0.
func OrDefault[T int | time.Duration](value, otherwise T) T {
	if value > 0 {
		return value
	}
	return otherwise
}

// Where is the JSON pointer and the place in the spec of a field.
func (c *Call) Where(name string) rule.Finding {
	f := rule.Finding{Pointer: "/" + strings.ReplaceAll(name, ".", "/")}
	if c.Op != nil && c.Op.API.Resource != nil {
		if field := c.Op.API.Resource.Field(name); field != nil {
			f.Spec = field.Place
			return f
		}
	}
	f.Spec = c.Spec.placeOfField(name)
	return f
}
