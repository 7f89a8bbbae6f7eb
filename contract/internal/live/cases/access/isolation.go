package access

import (
	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/ruleid"
	"github.com/onvy-health/onvy-go/contract/rule"
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
		Name: "isolation/ids", Needs: []live.Need{live.NeedsOther},
		Why:   "two customers may name their people alike",
		Rules: []*rule.Rule{IsolationDelete, IsolationWrite, isolationIDSpace},
		Run:   tryIsolationIds,
	},
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
