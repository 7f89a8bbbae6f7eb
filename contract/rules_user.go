package contract

import (
	"strings"
	"time"
	"unicode/utf8"
)

// userChecks look at each user in an answer by itself.
var userChecks = []exchangeCheck{
	exchangeRule("users/id", Violation, "quickstart", "A user has the id that was asked for, to the letter.",
		"User_123 for user_123", "ids with spaces, slashes and letters of any script",
		func(c *call, r *Rule) {
			want, ok := c.requestID()
			users := c.outline().users
			if !ok || len(users) == 0 || c.is("deleteUser") || !utf8.ValidString(want) { // JSON has no such text
				return
			}
			switch got := users[0].id; {
			case got == nil, string(got) == want:
			case strings.EqualFold(string(got), want):
				c.finding(r, Finding{Pointer: "/id", Message: "the id is in another case than it was given"})
			default:
				c.finding(r, Finding{Pointer: "/id", Message: "the id is another than the one asked for"})
			}
		}),
	exchangeRule("users/timestamps", Violation, "users/create-a-new-user", "A user is created before it is updated, and neither is ahead of now.",
		"updated_at before created_at; created_at tomorrow", "both equal",
		func(c *call, r *Rule) {
			at := "/updated_at"
			if c.is("listUsers") {
				at = "/users/*/updated_at"
			}
			now := c.x.end()
			users := c.outline().users
			for i := range users {
				created, updated := users[i].created, users[i].updated
				if created.ok && updated.ok && created.Sub(updated.Time) >= time.Second {
					c.finding(r, Finding{Pointer: at, Message: "updated_at is before created_at"})
				}
				if now.IsZero() {
					continue
				}
				if created.ok && created.Sub(now) > 5*time.Minute || updated.ok && updated.Sub(now) > 5*time.Minute {
					c.finding(r, Finding{Level: Assumption, Pointer: at, Message: "a timestamp is in the future"})
				}
			}
		}),
	exchangeRule("users/default-unit", Violation, "users/create-a-new-user", "measurement_unit is metric unless it was given.",
		"a create without measurement_unit gives imperial", "a create without it gives metric, or leaves it out",
		func(c *call, r *Rule) {
			if !c.is("createUser") || !c.ok() || !c.sentKnown() {
				return
			}
			_, given := c.requestObject()["measurement_unit"]
			if unit, known := c.shows("measurement_unit"); known && !given && unit != nil && unit != "metric" {
				c.finding(r, Finding{Pointer: "/measurement_unit", Message: "the default is not metric"})
			}
		}),
}
