package users

import (
	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// EverydayRules are the rules for what every client does.
var EverydayRules = []*rule.Rule{
	live.OperationWorks, live.OperationRefusalStatus, DuplicateStatus, usersBodyID, ReadOnly,
	ConcurrentCreate, ConcurrentPatch, usersIDCase,
}

var DuplicateStatus = &rule.Rule{
	ID: "users/duplicate-status", Kind: rule.KindProbe, Level: rule.Assumption, Source: "users/create-a-new-user",
	Title:  "A create with an id that is taken SHOULD be refused with 409 Conflict.",
	Breaks: "400 for a taken id",
	Holds:  "409",
}

var usersBodyID = &rule.Rule{
	ID: "users/body-id", Kind: rule.KindProbe, Level: rule.Assumption, Source: "users/update-user-put",
	Title:  "An id in the body SHOULD NOT override the one in the path.",
	Breaks: "PUT /users/a with id b changes b",
	Holds:  "400, 409, or a with its id",
}

var ReadOnly = &rule.Rule{
	ID: "users/read-only", Kind: rule.KindProbe, Level: rule.Assumption, Source: "users/create-a-new-user",
	Title:  "Read-only fields (timestamps, data_syncs) SHOULD be ignored or refused in requests.",
	Breaks: "POST with created_at of 1999, 201 with it",
	Holds:  "400, or 201 with the time of now",
}

var ConcurrentCreate = &rule.Rule{
	ID: "users/concurrent-create", Kind: rule.KindProbe, Level: rule.Violation, Source: "quickstart",
	Title:  "Of concurrent creates of one id, exactly one MUST succeed.",
	Breaks: "two 201",
	Holds:  "one 201, the rest 409",
}

var ConcurrentPatch = &rule.Rule{
	ID: "users/concurrent-patch", Kind: rule.KindProbe, Level: rule.Assumption, Source: "rfc5789#2",
	Title:  "Concurrent PATCHes of different fields SHOULD both be kept (no lost update).",
	Breaks: "one of them is lost",
	Holds:  "both are there",
}

var usersIDCase = &rule.Rule{
	ID: "users/id-case", Kind: rule.KindProbe, Level: rule.Assumption, Source: "quickstart",
	Title:  "A user SHOULD be found under its own id only: ids are case-sensitive and match as a whole.",
	Breaks: "GET of USER_1 or of user finds user_1",
	Holds:  "404",
}
