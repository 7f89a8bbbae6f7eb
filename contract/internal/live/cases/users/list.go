package users

import (
	"github.com/onvy-health/onvy-go/contract/rule"
)

// PageProbeRules are the rules for walks through a list.
var PageProbeRules = []*rule.Rule{
	PageLimitsWork, PageInvalidCursor, PageShort, PagePageEcho, PageCursorAgain, PageFullWalk,
	PageStable,
}

var PageLimitsWork = &rule.Rule{
	ID: "page/limits-work", Kind: rule.KindProbe, Level: rule.Violation, Source: "users/list-users",
	Title:  "Every limit from 1 to 1000 MUST work.",
	Breaks: "400 for limit=1000",
	Holds:  "200 for limit=1 and limit=1000",
}

var PageInvalidCursor = &rule.Rule{
	ID: "page/invalid-cursor", Kind: rule.KindProbe, Level: rule.Assumption, Source: "resources-and-pagination",
	Title:  "A page token that the server did not give SHOULD be refused (400).",
	Breaks: "200 with the first page for page=nonsense",
	Holds:  "400 or 422",
}

var PageShort = &rule.Rule{
	ID: "page/short", Kind: rule.KindProbe, Level: rule.Assumption, Source: "users/list-users",
	Title:  "A page SHOULD be full unless it is the last one.",
	Breaks: "10 users and a next_page without a limit",
	Holds:  "100 users and a next_page",
}

var PagePageEcho = &rule.Rule{
	ID: "page/page-echo", Kind: rule.KindProbe, Level: rule.Assumption, Source: "resources-and-pagination",
	Title:  "pagination.page, if it is given, SHOULD be the page that was asked for.",
	Breaks: "the token of another page",
	Holds:  "the same token; no token",
}

var PageCursorAgain = &rule.Rule{
	ID: "page/cursor-again", Kind: rule.KindProbe, Level: rule.Assumption, Source: "resources-and-pagination",
	Title:  "A page SHOULD be the same when it is asked for again, after a lost answer for example.",
	Breaks: "400 for a cursor that was used",
	Holds:  "the same users",
}

var PageFullWalk = &rule.Rule{
	ID: "page/full-walk", Kind: rule.KindProbe, Level: rule.Violation, Source: "users/list-users",
	Title:  "All pages together MUST have every user of the project.",
	Breaks: "users that were just created are on no page",
	Holds:  "each of them once",
}

var PageStable = &rule.Rule{
	ID: "page/stable", Kind: rule.KindProbe, Level: rule.Assumption, Source: "policy",
	Title:  "A create or delete during a listing SHOULD NOT lose or repeat other users.",
	Breaks: "a user is left out because another was deleted",
	Holds:  "a user created during the walk is left out",
}
