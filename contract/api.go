package contract

import (
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// What the rules ask the spec about the operation of an exchange. An exchange of
// none has no answers.

// role is what the operation does to a resource.
func (c *call) role() spec.Role {
	if c.op == nil {
		return spec.None
	}
	return c.op.api.Role
}

// does reports whether the operation has one of these roles.
func (c *call) does(roles ...spec.Role) bool { return slices.Contains(roles, c.role()) }

// resource is what the operation works on; nil for nothing.
func (c *call) resource() *spec.Resource {
	if c.op == nil {
		return nil
	}
	return c.op.api.Resource
}

// page is how the operation pages its answers; nil if it is no list.
func (c *call) page() *spec.Page {
	if !c.does(spec.List) {
		return nil
	}
	return c.op.api.Page
}

// canonical reports whether the operation is a token endpoint as RFC 6749 has it:
// a form is sent. The others wrap it.
func (c *call) canonical() bool { return c.does(spec.Token) && c.op.api.Media == formType }

const formType = "application/x-www-form-urlencoded"

// of reports a finding of a rule that is one for each resource: "users/id" is
// "meals/id" where the operation is about meals.
func (c *call) of(r *Rule, f Finding) {
	own := *r
	if known := c.resource(); known != nil {
		_, name, _ := strings.Cut(r.ID, "/")
		own.ID = known.Name + "/" + name
	}
	c.finding(&own, f)
}

// pointer is that of a member of the answer; "" for the whole.
func pointer(path ...string) string {
	if len(path) == 0 {
		return ""
	}
	return "/" + strings.Join(path, "/")
}

// one is the pointer of a property of one of the resource, in a list or alone.
func (c *call) one(name string) string {
	if p := c.page(); p != nil {
		return pointer(slices.Concat(p.Items, []string{"*", name})...)
	}
	return pointer(name)
}

// follow is a member of the members of a value; there is false if it is not there.
func follow(value any, path []string) (member any, there bool) {
	for _, name := range path {
		object, _ := value.(map[string]any)
		if value, there = object[name]; !there {
			return nil, false
		}
	}
	return value, true
}
