package contract

import (
	"strings"
	"time"
)

// userChecks look at each user in an answer by itself.
var userChecks = []exchangeCheck{
	exchangeRule("user/id", Violation, "quickstart", "A user has the id that was asked for, to the letter.",
		"User_123 for user_123", "ids with spaces, slashes and letters of any script",
		func(c *call, r *Rule) {
			want, ok := c.requestID()
			if !ok || !c.ok() || c.object() == nil || c.is("deleteUser") {
				return
			}
			got, isText := c.object()["id"].(string)
			switch {
			case !isText, got == want:
			case strings.EqualFold(got, want):
				c.finding(r, Finding{Pointer: "/id", Message: "the id is in another case than it was given"})
			default:
				c.finding(r, Finding{Pointer: "/id", Message: "the id is another than the one asked for"})
			}
		}),
	exchangeRule("user/timestamps", Violation, "users/create-a-new-user", "A user is created before it is updated, and neither is ahead of now.",
		"updated_at before created_at; created_at tomorrow", "both equal",
		func(c *call, r *Rule) {
			c.eachUser(func(user map[string]any, at string) {
				created, okCreated := timestamp(user["created_at"])
				updated, okUpdated := timestamp(user["updated_at"])
				if okCreated && okUpdated && created.Sub(updated) >= time.Second {
					c.finding(r, Finding{Pointer: at + "/updated_at", Message: "updated_at is before created_at"})
				}
				now := c.x.end()
				if now.IsZero() {
					return
				}
				if okCreated && created.Sub(now) > 5*time.Minute || okUpdated && updated.Sub(now) > 5*time.Minute {
					c.finding(r, Finding{Level: Assumption, Pointer: at + "/updated_at", Message: "a timestamp is in the future"})
				}
			})
		}),
	exchangeRule("user/default-unit", Violation, "users/create-a-new-user", "measurement_unit is metric unless it was given.",
		"a create without measurement_unit gives imperial", "a create without it gives metric, or leaves it out",
		func(c *call, r *Rule) {
			if !c.is("createUser") || !c.ok() {
				return
			}
			_, given := c.requestObject()["measurement_unit"]
			if unit, there := c.object()["measurement_unit"]; there && !given && unit != nil && unit != "metric" {
				c.finding(r, Finding{Pointer: "/measurement_unit", Message: "the default is not metric"})
			}
		}),
}

// eachUser visits the users of an answer; at is the JSON pointer.
func (c *call) eachUser(visit func(user map[string]any, at string)) {
	if c.op == nil || !c.ok() || c.op.token || c.object() == nil {
		return
	}
	if !c.is("listUsers") {
		visit(c.object(), "")
		return
	}
	for _, user := range c.users() {
		visit(user, "/users/*")
	}
}
