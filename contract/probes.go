package contract

import (
	"fmt"
	"slices"
	"strings"
)

func probeRule(id string, level Level, source, title, breaks, holds string) Rule {
	return Rule{ID: id, Kind: KindProbe, Level: level, Source: source, Title: title, Breaks: breaks, Holds: holds}
}

// probeRules are reported by the cases of the live suite, which make the
// traffic that shows them.
var probeRules = slices.Concat(everydayRules, unknownRules, clientRules, grantRules, bearerProbeRules, scopeRules, isolationRules, inputRules, pageProbeRules, httpProbeRules)

var everydayRules = []Rule{
	probeRule("operation/works", Violation, "openapi.yaml", "A valid request is carried out.",
		"400 for a name in Greek", "201"),
	probeRule("operation/refusal-status", Violation, "openapi.yaml", "A refused request gets the status that HTTP has for it.",
		"400 for a user that does not exist", "404; 422 where 400 is expected"),
	probeRule("users/duplicate-status", Assumption, "users/create-a-new-user", "A taken id is refused with 409.",
		"400 for a taken id", "409"),
	probeRule("users/body-id", Assumption, "users/update-user-put", "An id in the body does not win over the one in the path.",
		"PUT /users/a with id b changes b", "400, 409, or a with its id"),
	probeRule("users/read-only", Assumption, "users/create-a-new-user", "The server sets timestamps and data_syncs itself.",
		"POST with created_at of 1999, 201 with it", "400, or 201 with the time of now"),
	probeRule("users/concurrent-create", Violation, "quickstart", "Of many creates of one id at the same time, one wins.",
		"two 201", "one 201, the rest 409"),
	probeRule("users/concurrent-patch", Assumption, "rfc5789#2", "Two patches of different fields at the same time are both kept.",
		"one of them is lost", "both are there"),
	probeRule("users/id-case", Assumption, "quickstart", "A user is found under its own id and no other.",
		"GET of USER_1 or of user finds user_1", "404"),
}

// works reports an everyday request that was not carried out. What other
// rules have said (no answer, a failure, a redirect) it does not say again.
func (p *probe) works(c *call) bool {
	switch s := c.status(); {
	case c.ok():
		return true
	case s == 0, s/100 == 5, s/100 == 3, s == 429:
	default:
		f := Finding{Message: fmt.Sprintf("a valid request is refused with %d", s)}
		if c.op != nil {
			f.Source = c.weakest()
			f.Level = levelOf(f.Source)
		}
		p.finding(c, "operation/works", f)
	}
	return false
}

// weakest is the source of the weakest statement that a valid request rests on:
// that there is the operation, and that it takes such a body.
func (c *call) weakest() string {
	if len(c.x.Request.Body) > 0 {
		return c.op.weakest()
	}
	return c.op.source
}

// weakest is that of a request with a body, where the operation takes one.
func (o *operation) weakest() string {
	if o.body != nil && extension(o.body.Value.Extensions, "x-onvy-source") == "assumed" {
		return "assumed"
	}
	return o.source
}

// refuses reports a bad request that is carried out under a rule, and one that
// is refused with an odd status under operation/refusal-status.
func (p *probe) refuses(c *call, rule, what string, want ...int) bool {
	switch s := c.status(); {
	case c.ok():
		f := Finding{Message: what + ": it is accepted"}
		if strings.HasPrefix(rule, "input/") && c.op != nil && c.op.source == "assumed" {
			f.Level = Assumption // what the operation takes is assumed
		}
		p.finding(c, rule, f)
		return false
	case s == 0, s/100 == 5, s/100 == 3, s == 429:
	case slices.Contains(want, s), s == 422 && slices.Contains(want, 400):
	default:
		f := Finding{Level: Assumption, Message: fmt.Sprintf("%s: it is refused with %d; expected %s", what, s, join(want))}
		if c.canonical() {
			f.Level, f.Source = Violation, "rfc6749#5.2"
		}
		p.finding(c, "operation/refusal-status", f)
	}
	return true
}

func join(numbers []int) string {
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = fmt.Sprint(n)
	}
	return strings.Join(texts, " or ")
}
