package pass

import (
	"bytes"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/accept"
	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// Call is an exchange as the rules see it: matched to its operation and
// decoded once. One goroutine at a time works on it.
type Call struct {
	Matched

	Slow time.Duration // an answer that takes longer is a finding; 0 is no limit

	// Clean says that the fast path has accepted the body: strict JSON, right
	// by the schema but for SchemaErrors, nothing undocumented but the strangers.
	Clean     bool
	strangers []accept.Stranger

	// FindsAll says that the server finds every user, also one that nobody made.
	FindsAll bool

	Racing bool // sent at the same time as others about the same user, on purpose

	body     Decoded        // see Decode
	schema   []SchemaError  // see SchemaErrors; nil before the first call
	Counting *Counting      // nil if nobody counts
	Answer   accept.Outline // see Outline
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
		// The error codes of OAuth have rules of their own.
		k := accept.Skim{Outline: &c.Answer, Body: c.seenBody(), Exact: c.Op.Token && c.Status() >= 400}
		clean := m.Skim(&k, c.Exchange.Response.Body)
		if clean && len(k.Flaws) > 0 {
			if clean = c.ReadsJSON(); clean { // no schema is for a body that is not what it says it is
				c.schema, clean = judge(k.Flaws)
			}
		}
		c.Clean = clean
		if c.Clean {
			c.strangers = k.Strangers
		}
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
	case c.Clean: // read.JSON would find no fault
		d.Value, d.OK = read.Value(c.Exchange.Response.Body)
	default:
		d.Value, d.Faults, d.OK = read.JSON(c.Exchange.Response.Body)
	}
	d.read = true
	return d
}

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

// Outline returns that of the answer; an empty one where it shows nothing of a
// resource.
func (c *Call) Outline() *accept.Outline {
	if !c.Outlined {
		c.Outlined = true
		readOutline(&c.Answer, c)
	}
	return &c.Answer
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

// Users are the items of a page, of whatever resource; nil where there is none.
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

// NextPage is the token of the next page of a list; "" for none.
func (c *Call) NextPage() string {
	p := c.Page()
	if p == nil || !c.OK() || len(p.Next) == 0 {
		return ""
	}
	value, _ := read.Follow(c.Object(), p.Next)
	next, _ := value.(string)
	return next
}

// SchemaErrors returns everything that kin-openapi says of the body.
func (c *Call) SchemaErrors() []SchemaError {
	if c.schema != nil {
		return c.schema
	}
	c.schema = []SchemaError{}
	if !c.ReadsJSON() || c.Media == nil || c.Media.Schema == nil || !c.Decode().OK {
		return c.schema
	}
	for _, e := range visit(c.Media.Schema.Value, c.Decode().Value) {
		c.schema = append(c.schema, SchemaError{SchemaError: e})
	}
	return c.schema
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
