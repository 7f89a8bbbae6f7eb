package users

import (
	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/ruleid"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// UserCases use the operations of users as everybody does. That each answer
// agrees with those before is the business of the history.
var UserCases = []live.Case{
	{
		Name: "users/nobody", When: live.First,
		Why:   "where everybody is found, nothing follows from somebody being found",
		Rules: []*rule.Rule{NotFound},
		Run:   tryUsersNobody,
	},
	{
		Name: "users/quickstart",
		Why:  "it is the first thing that a new customer does",
		Run:  tryUsersQuickstart,
	},
	{
		Name:  "users/body-id",
		Why:   "a typing error must not change another person's data",
		Rules: []*rule.Rule{usersBodyID},
		Run:   tryUsersBodyID,
	},
	{
		Name:  "users/case",
		Why:   "two people whose ids differ in case are two people",
		Rules: []*rule.Rule{usersIDCase},
		Run:   tryUsersCase,
	},
}

func tryUsersNobody(p *live.Probe) {
	everybody := false
	p.Suite.FindsAll = true // as long as it is not known
	defer func() { p.Suite.FindsAll = everybody }()
	c := p.Get(p.NewID())
	everybody = c.OK()
	p.Refuses(c, NotFound, "GET of an unknown user", 404, 410)
}

func tryUsersQuickstart(p *live.Probe) {
	id := p.NewID()
	p.Create(map[string]any{
		"id": id, "firstname": "Avery", "lastname": "Smith", "language": "en", "measurement_unit": "metric", "tz_offset": 3600,
	})
	p.Works(p.Get(id))
	p.Works(p.Send(live.Request{Method: "GET", Path: "/users?limit=10", Header: live.Bearer(p.Token())}))
}

func tryUsersCase(p *live.Probe) {
	id := p.NewID()
	p.Create(map[string]any{"id": id + "_aA"})
	if c := p.Get(id + "_Aa"); p.Found(c) {
		p.Report(c, usersIDCase, rule.Finding{Message: "a user is found under its id in another case"})
	}
	if c := p.Get(id + "_a"); p.Found(c) {
		p.Report(c, usersIDCase, rule.Finding{Message: "a user is found under the start of its id"})
	}
}

// UnknownRules are the rules for users that are not there.
var UnknownRules = []*rule.Rule{
	NotFound,
}

var NotFound = &rule.Rule{
	ID: ruleid.UsersNotFound, Kind: rule.KindProbe, Level: rule.Assumption, Source: "resources-and-pagination",
	Title:  "GET, PUT, PATCH and DELETE of a user that does not exist SHOULD get 404 Not Found.",
	Breaks: "PATCH of an unknown user gives 200",
	Holds:  "404",
}

func tryUsersBodyID(p *live.Probe) {
	one, two := p.NewID(), p.NewID()
	p.Create(map[string]any{"id": one, "firstname": "One"})
	p.Create(map[string]any{"id": two, "firstname": "Two"})
	c := p.Put(one, map[string]any{"id": two, "firstname": "Changed"})
	if name, known := p.Get(two).Shows("firstname"); known && name != "Two" {
		p.Report(c, usersBodyID, rule.Finding{Pointer: "/id", Message: "PUT changed the user of the body, not of the path"})
	}
	p.Works(p.Get(one))
	// PATCH cannot move a user to another id either.
	p.Remember(p.Suite.Target.Project.ID, one+"_moved")
	p.Patch(one, map[string]any{"id": one + "_moved", "firstname": "Moved"})
	if after := p.Get(one + "_moved"); p.Found(after) {
		p.Report(after, usersBodyID, rule.Finding{Pointer: "/id", Message: "PATCH changed the id of a user"})
	}
}
