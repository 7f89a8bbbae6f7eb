package faults

// isolationFaults let one project reach the users of another.
var isolationFaults = []Fault{
	row("other-project-user-visible", "GET shows a user of another project", "isolation/read", on("getUser", instead(404, toForeign))),
	row("other-project-user-deletable", "DELETE reaches a user of another project", "isolation/delete", on("deleteUser", instead(404, toForeign))),
	row("other-project-user-writable", "PUT and PATCH reach a user of another project", "isolation/write", on("updateUserPut updateUserPatch", instead(404, toForeign))),
	row("other-project-users-listed", "list includes users of other projects", "isolation/list", list(otherProjectUsersListed)),
	row("other-project-id-taken", "an id that another project uses is taken", "isolation/id-space", on("createUser", otherProjectIDTaken)),
	row("other-project-total", "total counts users of other projects", "page/total-agrees", list(otherProjectTotal)),
	row("other-project-cursor-works", "a page token of another project works", "isolation/cursor", on("listUsers", instead(400, otherProjectCursorWorks))),
}

func otherProjectUsersListed(x *exchange, users []any, p object) []any {
	if !isLast(p) {
		return users
	}
	return append(users, anys(x.listAs(x.allForeign()))...)
}

func otherProjectIDTaken(x *exchange, next func()) {
	id, _ := x.given()["id"].(string)
	if id != "" && x.ask("GET", userPath(id), nil, x.allForeign()).Code == 200 {
		answerWith(409, "application/json", `{"error":"conflict"}`)(x)
		return
	}
	next()
}

func otherProjectTotal(x *exchange, users []any, p object) []any {
	p["total"] = len(x.everybody()) + len(x.listAs(x.allForeign())) + 1
	return users
}

func otherProjectCursorWorks(x *exchange) bool {
	if x.says("page is not") && x.ask("GET", x.url.RequestURI(), nil, x.allForeign()).Code == 200 {
		x.asForeign()
		return true
	}
	return false
}

// toForeign serves the request in the other project.
func toForeign(x *exchange) bool {
	if x.srv.Other.ID == "" {
		return false
	}
	x.asForeign()
	return true
}
