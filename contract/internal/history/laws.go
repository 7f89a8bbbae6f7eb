package history

import (
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/ruleid"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// Laws are all of them: rules about what several exchanges say together.
var Laws = slices.Concat(resourceRules, pageRules, tokenRules)

func law(r rule.Rule) *rule.Rule {
	r.Kind = rule.KindHistory
	return &r
}

// resourceRules are about the life of a resource. For any but users they have its
// name, as in "meals/read-back".
var resourceRules = []*rule.Rule{
	WriteAnswer, StaleAnswer, ReadBack, AnswersAgree, ListAgrees, CreatedReadable, UniqueID,
	CreatedAtFixed, UpdatedAtMoves, ReadIsSafe, PatchKeeps, PatchMerges, PatchClears,
	PutReplaces, PutUnknown, DeletedGone, DeletedListed, RecreatedClean, DeletedFreesID,
	RefusedChangesNothing,
}

var WriteAnswer = law(rule.Rule{
	ID: ruleid.UsersWriteAnswer, Level: rule.Violation, Source: "users/create-a-new-user",
	Title:  "The answer to a write MUST show what was written.",
	Breaks: "POST with a firstname, 201 without it",
	Holds:  "POST without a gender, 201 without it",
})

var StaleAnswer = law(rule.Rule{
	ID: ruleid.UsersStaleAnswer, Level: rule.Violation, Source: "users/update-user-put",
	Title:  "The answer to an update MUST show the user after it, and not before.",
	Breaks: "PATCH of lastname, 200 with the old one",
	Holds:  "PATCH of lastname, 200 with the new one",
})

var ReadBack = law(rule.Rule{
	ID: ruleid.UsersReadBack, Level: rule.Violation, Source: "users/create-a-new-user",
	Title:  "GET MUST show what was written.",
	Breaks: "birthday 1990-04-23 written, 1990-04-22 read",
	Holds:  "the same characters and the same numbers",
})

var AnswersAgree = law(rule.Rule{
	ID: "users/answers-agree", Level: rule.Assumption, Source: "users/create-a-new-user",
	Title:  "Two answers about an unchanged user SHOULD have the same fields.",
	Breaks: "POST answers without data_syncs that GET shows",
	Holds:  "equal answers in another order",
})

var ListAgrees = law(rule.Rule{
	ID: ruleid.UsersListAgrees, Level: rule.Violation, Source: "users/list-users",
	Title:  "A user in a list MUST be as GET shows it.",
	Breaks: "list without birthdays",
	Holds:  "the same fields in another order",
})

var CreatedReadable = law(rule.Rule{
	ID: ruleid.UsersCreatedReadable, Level: rule.Violation, Source: "rfc9110#15.3.2",
	Title:  "A user that was created with 201 MUST be found by GET.",
	Breaks: "201, then 404",
	Holds:  "201, then 200",
})

var UniqueID = law(rule.Rule{
	ID: ruleid.UsersUniqueID, Level: rule.Violation, Source: "quickstart",
	Title:  "An id MUST be unique in a project: a second create MUST be refused.",
	Breaks: "two creates of an id, 201 both times",
	Holds:  "409 for the second",
})

var CreatedAtFixed = law(rule.Rule{
	ID: "users/created-at-fixed", Level: rule.Violation, Source: "users/create-a-new-user",
	Title:  "created_at MUST NOT change.",
	Breaks: "another created_at after PATCH",
	Holds:  "the same instant, written in another zone",
})

var UpdatedAtMoves = law(rule.Rule{
	ID: "users/updated-at-moves", Level: rule.Violation, Source: "users/create-a-new-user",
	Title:  "updated_at MUST move forward with each change.",
	Breaks: "the same or an earlier updated_at after PATCH",
	Holds:  "a later one; the same after PATCH {}",
})

var ReadIsSafe = law(rule.Rule{
	ID: "users/read-is-safe", Level: rule.Assumption, Source: "rfc9110#9.2.1",
	Title:  "GET SHOULD NOT change anything (safe method).",
	Breaks: "another updated_at at each GET",
	Holds:  "the same at each GET",
})

var PatchKeeps = law(rule.Rule{
	ID: ruleid.UsersPatchKeeps, Level: rule.Violation, Source: "rfc5789#2",
	Title:  "PATCH MUST NOT change fields that it does not name.",
	Breaks: "PATCH of lastname loses firstname",
	Holds:  "PATCH {} changes nothing",
})

var PatchMerges = law(rule.Rule{
	ID: "users/patch-merges", Level: rule.Assumption, Source: "rfc7396#2",
	Title:  "PATCH of an object SHOULD keep its other members (JSON Merge Patch).",
	Breaks: "PATCH thresholds.ftp loses thresholds.mhr",
	Holds:  "both are there",
})

var PatchClears = law(rule.Rule{
	ID: ruleid.UsersPatchClears, Level: rule.Assumption, Source: "rfc7396#2",
	Title:  "PATCH with null SHOULD clear the field (JSON Merge Patch).",
	Breaks: "gender null, and gender stays",
	Holds:  "gender null, and gender is absent or null",
})

var PutReplaces = law(rule.Rule{
	ID: ruleid.UsersPutReplaces, Level: rule.Violation, Source: "users/update-user-put",
	Title:  "PUT MUST replace the whole user.",
	Breaks: "PUT without gender, and gender stays",
	Holds:  "PUT without measurement_unit, which is metric again",
})

var PutUnknown = law(rule.Rule{
	ID: "users/put-unknown", Level: rule.Assumption, Source: "users/update-user-put",
	Title:  "PUT of a user that does not exist SHOULD NOT create it.",
	Breaks: "404 for GET, then 200 for PUT",
	Holds:  "404 for both",
})

var DeletedGone = law(rule.Rule{
	ID: ruleid.UsersDeletedGone, Level: rule.Violation, Source: "rfc9110#9.3.5",
	Title:  "A deleted user MUST NOT be found: GET after DELETE MUST get 404 or 410.",
	Breaks: "DELETE 204, then GET 200",
	Holds:  "DELETE 204, then GET 404 or 410",
})

var DeletedListed = law(rule.Rule{
	ID: "users/deleted-listed", Level: rule.Violation, Source: "rfc9110#9.3.5",
	Title:  "A deleted user MUST NOT be listed.",
	Breaks: "DELETE 204, and the next list has the user",
	Holds:  "a list that began before the DELETE",
})

var RecreatedClean = law(rule.Rule{
	ID: "users/recreated-clean", Level: rule.Violation, Source: "users/create-a-new-user",
	Title:  "A user that is created again after DELETE MUST NOT have data of the deleted one.",
	Breaks: "DELETE, POST with an id alone, 201 with the old birthday",
	Holds:  "201 with defaults",
})

var DeletedFreesID = law(rule.Rule{
	ID: "users/deleted-frees-id", Level: rule.Assumption, Source: "users/create-a-new-user",
	Title:  "The id of a deleted user SHOULD be free for a new user.",
	Breaks: "DELETE 204, then POST of the id 409",
	Holds:  "DELETE 204, then POST of the id 201",
})

var RefusedChangesNothing = law(rule.Rule{
	ID: "users/refused-changes-nothing", Level: rule.Violation, Source: "rfc5789#2",
	Title:  "A refused request MUST NOT change anything (PATCH is atomic).",
	Breaks: "PATCH refused with 400, and half of it applied",
	Holds:  "400, and the user as before",
})
