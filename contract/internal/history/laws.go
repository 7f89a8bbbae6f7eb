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
	Title:  "The answer to a write shows what was written.",
	Breaks: "POST with a firstname, 201 without it",
	Holds:  "POST without a gender, 201 without it",
})

var StaleAnswer = law(rule.Rule{
	ID: ruleid.UsersStaleAnswer, Level: rule.Violation, Source: "users/update-user-put",
	Title:  "The answer to an update shows the user after it.",
	Breaks: "PATCH of lastname, 200 with the old one",
	Holds:  "PATCH of lastname, 200 with the new one",
})

var ReadBack = law(rule.Rule{
	ID: ruleid.UsersReadBack, Level: rule.Violation, Source: "users/create-a-new-user",
	Title:  "What was written is what is read.",
	Breaks: "birthday 1990-04-23 written, 1990-04-22 read",
	Holds:  "the same characters and the same numbers",
})

var AnswersAgree = law(rule.Rule{
	ID: "users/answers-agree", Level: rule.Assumption, Source: "users/create-a-new-user",
	Title:  "Two answers about an unchanged user have the same fields.",
	Breaks: "POST answers without data_syncs that GET shows",
	Holds:  "equal answers in another order",
})

var ListAgrees = law(rule.Rule{
	ID: ruleid.UsersListAgrees, Level: rule.Violation, Source: "users/list-users",
	Title:  "A user in a list is the user that GET shows.",
	Breaks: "list without birthdays",
	Holds:  "the same fields in another order",
})

var CreatedReadable = law(rule.Rule{
	ID: ruleid.UsersCreatedReadable, Level: rule.Violation, Source: "rfc9110#15.3.2",
	Title:  "A user that was created can be read.",
	Breaks: "201, then 404",
	Holds:  "201, then 200",
})

var UniqueID = law(rule.Rule{
	ID: ruleid.UsersUniqueID, Level: rule.Violation, Source: "quickstart",
	Title:  "An id is given once in a project.",
	Breaks: "two creates of an id, 201 both times",
	Holds:  "409 for the second",
})

var CreatedAtFixed = law(rule.Rule{
	ID: "users/created-at-fixed", Level: rule.Violation, Source: "users/create-a-new-user",
	Title:  "created_at never changes.",
	Breaks: "another created_at after PATCH",
	Holds:  "the same instant, written in another zone",
})

var UpdatedAtMoves = law(rule.Rule{
	ID: "users/updated-at-moves", Level: rule.Violation, Source: "users/create-a-new-user",
	Title:  "updated_at moves forward when something changes.",
	Breaks: "the same or an earlier updated_at after PATCH",
	Holds:  "a later one; the same after PATCH {}",
})

var ReadIsSafe = law(rule.Rule{
	ID: "users/read-is-safe", Level: rule.Assumption, Source: "rfc9110#9.2.1",
	Title:  "Reading changes nothing.",
	Breaks: "another updated_at at each GET",
	Holds:  "the same at each GET",
})

var PatchKeeps = law(rule.Rule{
	ID: ruleid.UsersPatchKeeps, Level: rule.Violation, Source: "rfc5789#2",
	Title:  "PATCH leaves alone what it does not name.",
	Breaks: "PATCH of lastname loses firstname",
	Holds:  "PATCH {} changes nothing",
})

var PatchMerges = law(rule.Rule{
	ID: "users/patch-merges", Level: rule.Assumption, Source: "rfc7396#2",
	Title:  "PATCH of a part of an object keeps its other parts.",
	Breaks: "PATCH thresholds.ftp loses thresholds.mhr",
	Holds:  "both are there",
})

var PatchClears = law(rule.Rule{
	ID: ruleid.UsersPatchClears, Level: rule.Assumption, Source: "rfc7396#2",
	Title:  "PATCH with null clears the field.",
	Breaks: "gender null, and gender stays",
	Holds:  "gender null, and gender is absent or null",
})

var PutReplaces = law(rule.Rule{
	ID: ruleid.UsersPutReplaces, Level: rule.Violation, Source: "users/update-user-put",
	Title:  "PUT replaces the whole user.",
	Breaks: "PUT without gender, and gender stays",
	Holds:  "PUT without measurement_unit, which is metric again",
})

var PutUnknown = law(rule.Rule{
	ID: "users/put-unknown", Level: rule.Assumption, Source: "users/update-user-put",
	Title:  "PUT of a user that is not there does not create it.",
	Breaks: "404 for GET, then 200 for PUT",
	Holds:  "404 for both",
})

var DeletedGone = law(rule.Rule{
	ID: ruleid.UsersDeletedGone, Level: rule.Violation, Source: "rfc9110#9.3.5",
	Title:  "A deleted user is gone.",
	Breaks: "DELETE 204, then GET 200",
	Holds:  "DELETE 204, then GET 404 or 410",
})

var DeletedListed = law(rule.Rule{
	ID: "users/deleted-listed", Level: rule.Violation, Source: "rfc9110#9.3.5",
	Title:  "A deleted user is not listed.",
	Breaks: "DELETE 204, and the next list has the user",
	Holds:  "a list that began before the DELETE",
})

var RecreatedClean = law(rule.Rule{
	ID: "users/recreated-clean", Level: rule.Violation, Source: "users/create-a-new-user",
	Title:  "A user that is created again starts empty.",
	Breaks: "DELETE, POST with an id alone, 201 with the old birthday",
	Holds:  "201 with defaults",
})

var DeletedFreesID = law(rule.Rule{
	ID: "users/deleted-frees-id", Level: rule.Assumption, Source: "users/create-a-new-user",
	Title:  "The id of a deleted user can be given again.",
	Breaks: "DELETE 204, then POST of the id 409",
	Holds:  "DELETE 204, then POST of the id 201",
})

var RefusedChangesNothing = law(rule.Rule{
	ID: "users/refused-changes-nothing", Level: rule.Violation, Source: "rfc5789#2",
	Title:  "A request that was refused changes nothing.",
	Breaks: "PATCH refused with 400, and half of it applied",
	Holds:  "400, and the user as before",
})
