package users

import (
	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
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
		Name:  "users/create",
		Why:   "a field that is lost at the start is lost for good",
		Rules: []*rule.Rule{httpLocationLeads},
		Run:   tryUsersCreate,
	},
	{
		Name: "users/create-smallest",
		Why:  "an id is all that is needed",
		Run:  tryUsersCreateSmallest,
	},
	{
		Name:  "users/create-twice",
		Why:   "a second create must not overwrite a person's data",
		Rules: []*rule.Rule{usersDuplicateStatus},
		Run:   tryUsersCreateTwice,
	},
	{
		Name:  "users/delete",
		Why:   "deleted means deleted, by law too",
		Rules: []*rule.Rule{NotFound},
		Run:   tryUsersDelete,
	},
	{
		Name:  "users/unknown",
		Why:   "an app has to tell a user that is not there from a failure",
		Rules: []*rule.Rule{NotFound},
		Run:   tryUsersUnknown,
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

func tryUsersCreate(p *live.Probe) {
	id := p.NewID()
	c := p.Create(p.FullUser(id))
	p.Works(p.Get(id))
	p.Works(p.Get(id))
	if location := c.Exchange.Response.Header.Get("Location"); location != "" && c.Status() == 201 {
		follow(p, c, location)
	}
}

func tryUsersCreateSmallest(p *live.Probe) {
	id := p.NewID()
	p.Create(map[string]any{"id": id})
	p.Works(p.Get(id))
}

func tryUsersCreateTwice(p *live.Probe) {
	id := p.NewID()
	p.Create(p.FullUser(id))
	c := p.TryCreate(p.Token(), map[string]any{"id": id, "firstname": "Second"})
	if s := c.Status(); s/100 == 4 && s != 409 && s != 429 {
		p.Report(c, usersDuplicateStatus, rule.Finding{Message: "a taken id is not refused with 409"})
	}
	p.Works(p.Get(id))
}

func tryUsersDelete(p *live.Probe) {
	id := p.NewID()
	user := p.FullUser(id)
	p.Create(user)
	if !p.Works(p.Delete(id)) {
		return
	}
	p.Refuses(p.Get(id), NotFound, "a deleted user", 404, 410)
	p.Refuses(p.Patch(id, map[string]any{"firstname": "Ghost"}), NotFound, "PATCH of a deleted user", 404, 410)
	if c := p.Delete(id); !c.OK() {
		p.Refuses(c, NotFound, "DELETE of a deleted user", 404, 410)
	}
	// The id is free again, and nothing of the old user is left.
	if p.Works(p.TryCreate(p.Token(), map[string]any{"id": id})) {
		p.Works(p.Get(id))
	}
}

func tryUsersUnknown(p *live.Probe) {
	id := p.NewID()
	p.Remember(p.Suite.Target.Project.ID, id) // PUT may create it
	p.Refuses(p.Get(id), NotFound, "GET of an unknown user", 404, 410)
	p.Refuses(p.Patch(id, map[string]any{"firstname": "Nobody"}), NotFound, "PATCH of an unknown user", 404, 410)
	if c := p.Delete(id); !c.OK() {
		p.Refuses(c, NotFound, "DELETE of an unknown user", 404, 410)
	}
	c := p.Put(id, map[string]any{"id": id, "firstname": "Nobody"})
	if !c.OK() { // else users/put-unknown says it
		p.Refuses(c, NotFound, "PUT of an unknown user", 404, 410)
	}
	p.Get(id)
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

// follow fetches the Location of a new user.
func follow(p *live.Probe, c *pass.Call, location string) {
	base := p.Suite.Base.JoinPath("users")
	u, err := base.Parse(location)
	if err != nil || u.Host != base.Host {
		return // http/location says it
	}
	path, _ := read.PathOf(u.String(), p.Suite.Base.EscapedPath())
	answer := p.Send(live.Request{Method: "GET", Path: path, Header: live.Bearer(p.Token())})
	if s := answer.Status(); s/100 == 4 && s != 429 {
		p.Report(c, httpLocationLeads, rule.Finding{Message: "Location leads nowhere"})
	}
}
