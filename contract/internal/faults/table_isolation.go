package faults

import (
	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
)

// isolationFaults let one project reach the users of another.
var isolationFaults = []kit.Fault{
	kit.Row("other-project-user-visible", "GET shows a user of another project", "isolation/read", kit.On(kit.Reading, kit.Instead(404, kit.ToForeign))),
	kit.Row("other-project-user-deletable", "DELETE reaches a user of another project", "isolation/delete", kit.On(kit.Deleting, kit.Instead(404, kit.ToForeign))),
	kit.Row("other-project-user-writable", "PUT and PATCH reach a user of another project", "isolation/write", kit.On(kit.Replacing|kit.Patching, kit.Instead(404, kit.ToForeign))),
	kit.Row("other-project-users-listed", "list includes users of other projects", "isolation/list", kit.List(otherProjectUsersListed)),
	kit.Row("other-project-id-taken", "an id that another project uses is taken", "isolation/id-space", kit.On(kit.Creating, otherProjectIDTaken)),
	kit.Row("other-project-total", "total counts users of other projects", "page/total-agrees", kit.List(otherProjectTotal)),
	kit.Row("other-project-cursor-works", "a page token of another project works", "isolation/cursor", kit.On(kit.Listing, kit.Instead(400, otherProjectCursorWorks))),
}

func otherProjectUsersListed(x *kit.Exchange, users []any, p kit.Object) []any {
	if !kit.IsLast(p) {
		return users
	}
	return append(users, kit.Anys(x.ListAs(x.AllForeign()))...)
}

func otherProjectIDTaken(x *kit.Exchange, next func()) {
	id, _ := x.Given()["id"].(string)
	if id != "" && x.Ask("GET", kit.UserPath(id), nil, x.AllForeign()).Code == 200 {
		kit.AnswerWith(409, "application/json", `{"error":"conflict"}`)(x)
		return
	}
	next()
}

func otherProjectTotal(x *kit.Exchange, users []any, p kit.Object) []any {
	p["total"] = len(x.Everybody()) + len(x.ListAs(x.AllForeign())) + 1
	return users
}

func otherProjectCursorWorks(x *kit.Exchange) bool {
	if x.Says("page is not") && x.Ask("GET", x.URL.RequestURI(), nil, x.AllForeign()).Code == 200 {
		x.AsForeign()
		return true
	}
	return false
}
