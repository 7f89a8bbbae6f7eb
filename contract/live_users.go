package contract

// userCases use the operations of users as everybody does. That each answer
// agrees with those before is the business of the history.
var userCases = []liveCase{
	{
		name: "users/nobody", when: first,
		why: "where everybody is found, nothing follows from somebody being found",
		run: tryUsersNobody,
	},
	{
		name: "users/quickstart",
		why:  "it is the first thing that a new customer does",
		run:  tryUsersQuickstart,
	},
	{
		name: "users/create",
		why:  "a field that is lost at the start is lost for good",
		run:  tryUsersCreate,
	},
	{
		name: "users/create-smallest",
		why:  "an id is all that is needed",
		run:  tryUsersCreateSmallest,
	},
	{
		name: "users/create-twice",
		why:  "a second create must not overwrite a person's data",
		run:  tryUsersCreateTwice,
	},
	{
		name: "users/delete",
		why:  "deleted means deleted, by law too",
		run:  tryUsersDelete,
	},
	{
		name: "users/unknown",
		why:  "an app has to tell a user that is not there from a failure",
		run:  tryUsersUnknown,
	},
	{
		name: "users/case",
		why:  "two people whose ids differ in case are two people",
		run:  tryUsersCase,
	},
}

func tryUsersNobody(p *probe) {
	everybody := false
	p.suite.findsAll = true // as long as it is not known
	defer func() { p.suite.findsAll = everybody }()
	c := p.get(p.newID())
	everybody = c.ok()
	p.refuses(c, usersNotFound, "GET of an unknown user", 404, 410)
}

func tryUsersQuickstart(p *probe) {
	id := p.newID()
	p.create(map[string]any{
		"id": id, "firstname": "Avery", "lastname": "Smith", "language": "en", "measurement_unit": "metric", "tz_offset": 3600,
	})
	p.works(p.get(id))
	p.works(p.send(request{method: "GET", path: "/users?limit=10", header: bearer(p.token())}))
}

func tryUsersCreate(p *probe) {
	id := p.newID()
	c := p.create(p.fullUser(id))
	p.works(p.get(id))
	p.works(p.get(id))
	if location := c.x.Response.Header.Get("Location"); location != "" && c.status() == 201 {
		p.follow(c, location)
	}
}

func tryUsersCreateSmallest(p *probe) {
	id := p.newID()
	p.create(map[string]any{"id": id})
	p.works(p.get(id))
}

func tryUsersCreateTwice(p *probe) {
	id := p.newID()
	p.create(p.fullUser(id))
	c := p.tryCreate(p.token(), map[string]any{"id": id, "firstname": "Second"})
	if s := c.status(); s/100 == 4 && s != 409 && s != 429 {
		p.finding(c, usersDuplicateStatus, Finding{Message: "a taken id is not refused with 409"})
	}
	p.works(p.get(id))
}

func tryUsersDelete(p *probe) {
	id := p.newID()
	user := p.fullUser(id)
	p.create(user)
	if !p.works(p.delete(id)) {
		return
	}
	p.refuses(p.get(id), usersNotFound, "a deleted user", 404, 410)
	p.refuses(p.patch(id, map[string]any{"firstname": "Ghost"}), usersNotFound, "PATCH of a deleted user", 404, 410)
	if c := p.delete(id); !c.ok() {
		p.refuses(c, usersNotFound, "DELETE of a deleted user", 404, 410)
	}
	// The id is free again, and nothing of the old user is left.
	if p.works(p.tryCreate(p.token(), map[string]any{"id": id})) {
		p.works(p.get(id))
	}
}

func tryUsersUnknown(p *probe) {
	id := p.newID()
	p.remember(p.suite.target.Project.ID, id) // PUT may create it
	p.refuses(p.get(id), usersNotFound, "GET of an unknown user", 404, 410)
	p.refuses(p.patch(id, map[string]any{"firstname": "Nobody"}), usersNotFound, "PATCH of an unknown user", 404, 410)
	if c := p.delete(id); !c.ok() {
		p.refuses(c, usersNotFound, "DELETE of an unknown user", 404, 410)
	}
	c := p.put(id, map[string]any{"id": id, "firstname": "Nobody"})
	if !c.ok() { // else users/put-unknown says it
		p.refuses(c, usersNotFound, "PUT of an unknown user", 404, 410)
	}
	p.get(id)
}

func tryUsersCase(p *probe) {
	id := p.newID()
	p.create(map[string]any{"id": id + "_aA"})
	if c := p.get(id + "_Aa"); p.found(c) {
		p.finding(c, usersIDCase, Finding{Message: "a user is found under its id in another case"})
	}
	if c := p.get(id + "_a"); p.found(c) {
		p.finding(c, usersIDCase, Finding{Message: "a user is found under the start of its id"})
	}
}

var unknownRules = []*Rule{
	usersNotFound,
}

var usersNotFound = &Rule{
	ID: "users/not-found", Kind: KindProbe, Level: Assumption, Source: "resources-and-pagination",
	Title:  "A user that does not exist is not found.",
	Breaks: "PATCH of an unknown user gives 200",
	Holds:  "404",
}

// found reports whether an answer shows that a user is there.
func (p *probe) found(c *call) bool { return c.ok() && !p.suite.findsAll }

// follow fetches the Location of a new user.
func (p *probe) follow(c *call, location string) {
	base := p.suite.base.JoinPath("users")
	u, err := base.Parse(location)
	if err != nil || u.Host != base.Host {
		return // http/location says it
	}
	path, _ := pathOf(u.String(), p.suite.base.EscapedPath())
	answer := p.send(request{method: "GET", path: path, header: bearer(p.token())})
	if s := answer.status(); s/100 == 4 && s != 429 {
		p.finding(c, httpLocationLeads, Finding{Message: "Location leads nowhere"})
	}
}
