package pass

import (
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Matched is an exchange with the operation that it is of, and what the spec says
// of that.
type Matched struct {
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

	sent     map[string]any // see RequestObject
	sentRead bool
}

// Param is a parameter of the query; "" if it is not there.
func (c *Matched) Param(name string) string {
	value, _ := read.Param(c.query, name)
	return value
}

// HasParam tells whether a parameter is in the query.
func (c *Matched) HasParam(name string) bool {
	_, has := read.Param(c.query, name)
	return has
}

// Status is 0 where no response came.
func (c *Matched) Status() int {
	if c.Exchange.Response == nil {
		return 0
	}
	return c.Exchange.Response.Status
}

// OK tells whether the answer is of the class 2xx.
func (c *Matched) OK() bool { return c.Status()/100 == 2 }

// Is tells whether the exchange is of one of these operations.
func (c *Matched) Is(ids ...string) bool {
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
func (c *Matched) BodyKnown() bool {
	r := c.Exchange.Response
	return r != nil && r.BodyState == wire.BodyWhole && !r.Truncated && c.Exchange.Err == nil
}

// HeaderKnown reports whether the header of the response is what the server sent,
// so that what it lacks is missing.
func (c *Matched) HeaderKnown() bool {
	r := c.Exchange.Response
	return r != nil && !r.NoHeader
}

// SentKnown reports whether the body of the request is what was sent.
func (c *Matched) SentKnown() bool { return c.Exchange.Request.BodyState == wire.BodyWhole }

// What the rules ask the spec about the operation of an exchange. An exchange of
// none has no answers.

// role is what the operation does to a resource.
func (c *Matched) role() spec.Role {
	if c.Op == nil {
		return spec.None
	}
	return c.Op.API.Role
}

// Does reports whether the operation has one of these roles.
func (c *Matched) Does(roles ...spec.Role) bool { return slices.Contains(roles, c.role()) }

// Resource is what the operation works on; nil for nothing.
func (c *Matched) Resource() *spec.Resource {
	if c.Op == nil {
		return nil
	}
	return c.Op.API.Resource
}

// Page is how the operation pages its answers; nil if it is no list.
func (c *Matched) Page() *spec.Page {
	if !c.Does(spec.List) {
		return nil
	}
	return c.Op.API.Page
}

// Canonical reports whether the operation is a token endpoint as RFC 6749 has it:
// a form is sent. The others wrap it.
func (c *Matched) Canonical() bool { return c.Does(spec.Token) && c.Op.API.Media == formType }

// One is the pointer of a property of one of the resource, in a list or alone.
func (c *Matched) One(name string) string {
	if p := c.Page(); p != nil {
		return read.Pointer(slices.Concat(p.Items, []string{"*", name})...)
	}
	return read.Pointer(name)
}

// Limit is the limit in force for a list request; valid is false if it is not
// one that the operation documents, or nobody knows it.
func (c *Matched) Limit() (limit int, valid bool) {
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

// Weakest is the source of the weakest statement that a valid request rests on:
// that there is the operation, and that it takes such a body.
func (c *Matched) Weakest() string {
	if len(c.Exchange.Request.Body) > 0 {
		return c.Op.Weakest()
	}
	return c.Op.Source
}

// Source is where the documented response comes from, or the operation.
func (c *Matched) Source() string {
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
// an error, so those of the canonical token endpoint that RFC 6749 rules are the
// only ones that can be wrong. It says nothing of 429 and 503, for example, which
// may well be those of a gateway.
func (c *Matched) ErrorLevel() rule.Level {
	if c.Status() >= 400 && (!c.Canonical() || c.Source() == "assumed") {
		return rule.Assumption
	}
	return rule.Violation
}

// Where is the JSON pointer and the place in the spec of a field.
func (c *Matched) Where(name string) rule.Finding {
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
