package contract

import "net/url"

var isolationRules = []*Rule{
	isolationRead, isolationList, isolationWrite, isolationDelete, isolationIDSpace, isolationCursor,
}

var isolationRead = &Rule{
	ID: "isolation/read", Kind: KindProbe, Level: Violation, Source: "authentication",
	Title:  "A token reads users of its own project only.",
	Breaks: "GET of another project's user gives 200",
	Holds:  "404 or 403",
}

var isolationList = &Rule{
	ID: "isolation/list", Kind: KindProbe, Level: Violation, Source: "authentication",
	Title:  "A list has users of its own project only.",
	Breaks: "another project's user in a list",
	Holds:  "a list without it",
}

var isolationWrite = &Rule{
	ID: "isolation/write", Kind: KindProbe, Level: Violation, Source: "authentication",
	Title:  "A token changes users of its own project only.",
	Breaks: "PATCH of another project's user gives 200",
	Holds:  "404 or 403",
}

var isolationDelete = &Rule{
	ID: "isolation/delete", Kind: KindProbe, Level: Violation, Source: "authentication",
	Title:  "A token deletes users of its own project only.",
	Breaks: "DELETE reaches another project's user",
	Holds:  "404 or 403",
}

var isolationIDSpace = &Rule{
	ID: "isolation/id-space", Kind: KindProbe, Level: Violation, Source: "quickstart",
	Title:  "An id is taken in one project only.",
	Breaks: "409 for an id that another project has",
	Holds:  "201 in both",
}

var isolationCursor = &Rule{
	ID: "isolation/cursor", Kind: KindProbe, Level: Violation, Source: "resources-and-pagination",
	Title:  "A cursor opens no other project.",
	Breaks: "page of project A lists its users for project B",
	Holds:  "400, or users of B",
}

// isolationCases try one project's token on another's users.
var isolationCases = []liveCase{
	{
		name: "isolation/users", needs: []need{needsOther},
		why: "customers must never see each other's people",
		run: tryIsolationUsers,
	},
	{
		name: "isolation/ids", needs: []need{needsOther},
		why: "two customers may name their people alike",
		run: tryIsolationIds,
	},
	{
		name: "isolation/cursor", needs: []need{needsOther}, when: alone,
		why: "a cursor is not a key",
		run: tryIsolationCursor,
	},
}

func tryIsolationUsers(p *probe) {
	victim := p.newID()
	p.create(map[string]any{"id": victim, "firstname": "Victim"})
	foreign := bearer(p.tokenFor(p.suite.target.Other, ""))

	if !p.get(victim).ok() {
		p.done() // said elsewhere; nothing can be seen of it
	}
	c := p.sendOdd(request{method: "GET", path: userPath(victim), header: foreign})
	if !c.ok() || p.found(c) || c.object()["firstname"] == "Victim" {
		p.refuses(c, isolationRead, "GET from another project", 404, 403, 410)
	}
	c = p.sendOdd(jsonRequest("PATCH", userPath(victim), foreign, map[string]any{"firstname": "Intruder"}))
	p.refuses(c, isolationWrite, "PATCH from another project", 404, 403, 410)
	c = p.sendOdd(jsonRequest("PUT", userPath(victim), foreign, map[string]any{"id": victim, "firstname": "Intruder"}))
	p.remember(p.suite.target.Other.ID, victim) // where PUT creates
	if after := p.look(victim); after.ok() && after.object()["firstname"] == "Intruder" {
		p.finding(c, isolationWrite, Finding{Message: "PUT from another project changed the user"})
	} else if !c.ok() {
		p.refuses(c, isolationWrite, "PUT from another project", 404, 403, 410)
	}
	c = p.sendOdd(request{method: "DELETE", path: userPath(victim), header: foreign})
	if after := p.look(victim); after.status() == 404 || after.status() == 410 {
		p.finding(c, isolationDelete, Finding{Message: "DELETE from another project deleted the user"})
	}
	p.foreignList(foreign, victim)
}

func tryIsolationIds(p *probe) {
	id := p.newID()
	p.create(map[string]any{"id": id, "firstname": "Own"})
	other := p.suite.target.Other
	foreign := bearer(p.tokenFor(other, ""))
	p.remember(other.ID, id)
	c := p.send(jsonRequest("POST", "/users", foreign, map[string]any{"id": id, "firstname": "Other"}))
	if s := c.status(); s/100 == 4 && s != 429 {
		p.finding(c, isolationIDSpace, Finding{Message: "an id that another project has is refused"})
		return
	}
	if name, known := p.look(id).shows("firstname"); known && name != "Own" {
		p.finding(c, isolationWrite, Finding{Message: "a create in another project changed the user"})
	}
	if !p.look(id).ok() {
		return
	}
	c = p.send(request{method: "DELETE", path: userPath(id), header: foreign})
	if after := p.look(id); after.status() == 404 {
		p.finding(c, isolationDelete, Finding{Message: "a delete in another project deleted the user"})
	}
}

func tryIsolationCursor(p *probe) {
	for range 3 {
		p.create(map[string]any{"id": p.newID()})
	}
	c := p.send(request{method: "GET", path: "/users?limit=1", header: bearer(p.token())})
	next := c.nextPage()
	if next == "" {
		p.skip("the list gave no next_page")
	}
	own := make(map[string]bool)
	for _, e := range p.created {
		own[e.ID] = true
	}
	foreign := bearer(p.tokenFor(p.suite.target.Other, ""))
	c = p.send(request{method: "GET", path: "/users?limit=1000&page=" + url.QueryEscape(next), header: foreign})
	for _, user := range c.users() {
		if id, _ := user["id"].(string); own[id] {
			p.finding(c, isolationCursor, Finding{Message: "a cursor of another project lists that project's users"})
			return
		}
	}
}

// foreignList looks for the victim in the lists of another project.
func (p *probe) foreignList(header Header, victim string) {
	page := ""
	for range 10 {
		path := "/users?limit=1000"
		if page != "" {
			path += "&page=" + url.QueryEscape(page)
		}
		c := p.send(request{method: "GET", path: path, header: header})
		for _, user := range c.users() {
			if user["id"] == victim {
				p.finding(c, isolationList, Finding{Pointer: "/users", Message: "a list has a user of another project"})
				return
			}
		}
		if page = c.nextPage(); page == "" {
			return
		}
	}
}
