package contract

import (
	"fmt"
	"slices"
	"strings"
)

// probeRules are reported by the cases of the live suite, which make the
// traffic that shows them.
var probeRules = slices.Concat(everydayRules, unknownRules, clientRules, grantRules, bearerProbeRules, scopeRules, isolationRules, inputRules, pageProbeRules, httpProbeRules)

var everydayRules = []*Rule{
	operationWorks, operationRefusalStatus, usersDuplicateStatus, usersBodyID, usersReadOnly,
	usersConcurrentCreate, usersConcurrentPatch, usersIDCase,
}

var operationWorks = &Rule{
	ID: "operation/works", Kind: KindProbe, Level: Violation, Source: "openapi.yaml",
	Title:  "A valid request is carried out.",
	Breaks: "400 for a name in Greek",
	Holds:  "201",
}

var operationRefusalStatus = &Rule{
	ID: "operation/refusal-status", Kind: KindProbe, Level: Violation, Source: "openapi.yaml",
	Title:  "A refused request gets the status that HTTP has for it.",
	Breaks: "400 for a user that does not exist",
	Holds:  "404; 422 where 400 is expected",
}

var usersDuplicateStatus = &Rule{
	ID: "users/duplicate-status", Kind: KindProbe, Level: Assumption, Source: "users/create-a-new-user",
	Title:  "A taken id is refused with 409.",
	Breaks: "400 for a taken id",
	Holds:  "409",
}

var usersBodyID = &Rule{
	ID: "users/body-id", Kind: KindProbe, Level: Assumption, Source: "users/update-user-put",
	Title:  "An id in the body does not win over the one in the path.",
	Breaks: "PUT /users/a with id b changes b",
	Holds:  "400, 409, or a with its id",
}

var usersReadOnly = &Rule{
	ID: "users/read-only", Kind: KindProbe, Level: Assumption, Source: "users/create-a-new-user",
	Title:  "The server sets timestamps and data_syncs itself.",
	Breaks: "POST with created_at of 1999, 201 with it",
	Holds:  "400, or 201 with the time of now",
}

var usersConcurrentCreate = &Rule{
	ID: "users/concurrent-create", Kind: KindProbe, Level: Violation, Source: "quickstart",
	Title:  "Of many creates of one id at the same time, one wins.",
	Breaks: "two 201",
	Holds:  "one 201, the rest 409",
}

var usersConcurrentPatch = &Rule{
	ID: "users/concurrent-patch", Kind: KindProbe, Level: Assumption, Source: "rfc5789#2",
	Title:  "Two patches of different fields at the same time are both kept.",
	Breaks: "one of them is lost",
	Holds:  "both are there",
}

var usersIDCase = &Rule{
	ID: "users/id-case", Kind: KindProbe, Level: Assumption, Source: "quickstart",
	Title:  "A user is found under its own id and no other.",
	Breaks: "GET of USER_1 or of user finds user_1",
	Holds:  "404",
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
		p.finding(c, operationWorks, f)
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
func (p *probe) refuses(c *call, r *Rule, what string, want ...int) bool {
	switch s := c.status(); {
	case c.ok():
		f := Finding{Message: what + ": it is accepted"}
		if strings.HasPrefix(r.ID, "input/") && c.op != nil && c.op.source == "assumed" {
			f.Level = Assumption // what the operation takes is assumed
		}
		p.finding(c, r, f)
		return false
	case s == 0, s/100 == 5, s/100 == 3, s == 429:
	case slices.Contains(want, s), s == 422 && slices.Contains(want, 400):
	default:
		f := Finding{Level: Assumption, Message: fmt.Sprintf("%s: it is refused with %d; expected %s", what, s, join(want))}
		if c.canonical() {
			f.Level, f.Source = Violation, "rfc6749#5.2"
		}
		p.finding(c, operationRefusalStatus, f)
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
