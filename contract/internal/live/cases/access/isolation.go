package access

import (
	"slices"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/ruleid"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// IsolationRules are the rules for two projects on one server.
var IsolationRules = []*rule.Rule{
	IsolationRead, IsolationList, IsolationWrite, IsolationDelete, isolationIDSpace, IsolationCursor,
}

var IsolationRead = &rule.Rule{
	ID: "isolation/read", Kind: rule.KindProbe, Level: rule.Violation, Source: "authentication",
	Title:  "A token MUST NOT read users of another project.",
	Breaks: "GET of another project's user gives 200",
	Holds:  "404 or 403",
}

var IsolationList = &rule.Rule{
	ID: "isolation/list", Kind: rule.KindProbe, Level: rule.Violation, Source: "authentication",
	Title:  "A list MUST NOT have users of another project.",
	Breaks: "another project's user in a list",
	Holds:  "a list without it",
}

var IsolationWrite = &rule.Rule{
	ID: ruleid.IsolationWrite, Kind: rule.KindProbe, Level: rule.Violation, Source: "authentication",
	Title:  "A token MUST NOT change users of another project.",
	Breaks: "PATCH of another project's user gives 200",
	Holds:  "404 or 403",
}

var IsolationDelete = &rule.Rule{
	ID: "isolation/delete", Kind: rule.KindProbe, Level: rule.Violation, Source: "authentication",
	Title:  "A token MUST NOT delete users of another project.",
	Breaks: "DELETE reaches another project's user",
	Holds:  "404 or 403",
}

var isolationIDSpace = &rule.Rule{
	ID: "isolation/id-space", Kind: rule.KindProbe, Level: rule.Violation, Source: "quickstart",
	Title:  "An id that is taken in one project MUST be free in another.",
	Breaks: "409 for an id that another project has",
	Holds:  "201 in both",
}

var IsolationCursor = &rule.Rule{
	ID: "isolation/cursor", Kind: rule.KindProbe, Level: rule.Violation, Source: "resources-and-pagination",
	Title:  "A cursor (page token) MUST NOT show users of another project.",
	Breaks: "page of project A lists its users for project B",
	Holds:  "400, or users of B",
}

// IsolationCases try one project's token on another's users.
var IsolationCases = []live.Case{
	{
		Name: "isolation/users", Needs: []live.Need{live.NeedsOther},
		Why:   "customers must never see each other's people",
		Rules: []*rule.Rule{IsolationDelete, IsolationList, IsolationRead, IsolationWrite},
		Run:   tryIsolationUsers,
	},
	{
		Name: "isolation/ids", Needs: []live.Need{live.NeedsOther},
		Why:   "two customers may name their people alike",
		Rules: []*rule.Rule{IsolationDelete, IsolationWrite, isolationIDSpace},
		Run:   tryIsolationIds,
	},
	{
		Name: "isolation/cursor", Needs: []live.Need{live.NeedsOther}, When: live.Alone,
		Why:   "a cursor is not a key",
		Rules: []*rule.Rule{IsolationCursor},
		Run:   tryIsolationCursor,
	},
}

func tryIsolationUsers(p *live.Probe) {
	victim := p.NewID()
	p.Create(map[string]any{"id": victim, "firstname": "Victim"})
	foreign := live.Bearer(p.TokenFor(p.Suite.Target.Other, ""))

	if !p.Get(victim).OK() {
		p.Done() // said elsewhere; nothing can be seen of it
	}
	c := p.SendOdd(live.Request{Method: "GET", Path: live.UserPath(victim), Header: foreign})
	if !c.OK() || p.Found(c) || c.Object()["firstname"] == "Victim" {
		p.Refuses(c, IsolationRead, "GET from another project", 404, 403, 410)
	}
	c = p.SendOdd(live.JSONRequest("PATCH", live.UserPath(victim), foreign, map[string]any{"firstname": "Intruder"}))
	p.Refuses(c, IsolationWrite, "PATCH from another project", 404, 403, 410)
	c = p.SendOdd(live.JSONRequest("PUT", live.UserPath(victim), foreign, map[string]any{"id": victim, "firstname": "Intruder"}))
	p.Remember(p.Suite.Target.Other.ID, victim) // where PUT creates
	if after := p.Look(victim); after.OK() && after.Object()["firstname"] == "Intruder" {
		p.Report(c, IsolationWrite, rule.Finding{Message: "PUT from another project changed the user"})
	} else if !c.OK() {
		p.Refuses(c, IsolationWrite, "PUT from another project", 404, 403, 410)
	}
	c = p.SendOdd(live.Request{Method: "DELETE", Path: live.UserPath(victim), Header: foreign})
	if after := p.Look(victim); after.Status() == 404 || after.Status() == 410 {
		p.Report(c, IsolationDelete, rule.Finding{Message: "DELETE from another project deleted the user"})
	}
	foreignList(p, foreign, victim)
}

func tryIsolationIds(p *live.Probe) {
	id := p.NewID()
	p.Create(map[string]any{"id": id, "firstname": "Own"})
	other := p.Suite.Target.Other
	foreign := live.Bearer(p.TokenFor(other, ""))
	p.Remember(other.ID, id)
	c := p.Send(live.JSONRequest("POST", "/users", foreign, map[string]any{"id": id, "firstname": "Other"}))
	if s := c.Status(); s/100 == 4 && s != 429 {
		p.Report(c, isolationIDSpace, rule.Finding{Message: "an id that another project has is refused"})
		return
	}
	if name, known := p.Look(id).Shows("firstname"); known && name != "Own" {
		p.Report(c, IsolationWrite, rule.Finding{Message: "a create in another project changed the user"})
	}
	if !p.Look(id).OK() {
		return
	}
	c = p.Send(live.Request{Method: "DELETE", Path: live.UserPath(id), Header: foreign})
	if after := p.Look(id); after.Status() == 404 {
		p.Report(c, IsolationDelete, rule.Finding{Message: "a delete in another project deleted the user"})
	}
}

func tryIsolationCursor(p *live.Probe) {
	for range 3 {
		p.Create(map[string]any{"id": p.NewID()})
	}
	r := p.Suite.Spec.Users()
	if !ForeignCursor(p, live.Lister{Resource: r, In: r.Collection}) {
		p.Skip("the list gave no next_page")
	}
}

// ForeignCursor tries a cursor of a collection, of which the case has made some,
// with the token of another project. It is false where the list gives none.
func ForeignCursor(p *live.Probe, l live.Lister) bool {
	next := l.Next(l.Send(p, "1", ""))
	if next == "" {
		return false
	}
	most := ""
	if l.Page().Max > 0 {
		most = strconv.Itoa(l.Page().Max)
	}
	foreign := live.Bearer(p.TokenFor(p.Suite.Target.Other, ""))
	c := p.SendOdd(live.Request{Method: "GET", Path: l.Path(most, next), Header: foreign})
	for _, item := range l.Items(c) {
		id := live.KeyText(item[l.Resource.Key])
		if slices.ContainsFunc(p.Created, func(e live.Entry) bool { return e.ID == id }) {
			p.Report(c, IsolationCursor, rule.Finding{Message: "a cursor of another project lists that project's " + l.Resource.Name})
			break
		}
	}
	return true
}

// foreignList looks for the victim in the lists of another project.
func foreignList(p *live.Probe, header wire.Header, victim string) {
	r := p.Suite.Spec.Users()
	l, cursor := live.Lister{Resource: r, In: r.Collection}, ""
	for range 10 {
		c := p.Send(live.Request{Method: r.List.Method, Path: l.Path("1000", cursor), Header: header})
		for _, user := range l.Items(c) {
			if user[r.Key] == victim {
				p.Report(c, IsolationList, rule.Finding{Pointer: "/" + strings.Join(l.Page().Items, "/"), Message: "a list has a user of another project"})
				return
			}
		}
		if cursor = l.Next(c); cursor == "" {
			return
		}
	}
}
