package history

// Law is something that must hold between exchanges.
type Law struct {
	ID     string // of the rule; that of a law of resources follows the resource's name
	Level  string // violation, assumption or drift
	Source string // page or clause
	Title  string // what must hold, as a sentence
	Breaks string // an example of what breaks it
	Holds  string // an example of what must not
}

const (
	violation  = "violation"
	assumption = "assumption"
	drift      = "drift"
)

// ResourceLaws are about the life of a resource. Their ids follow its name, as
// in "users/read-back".
var ResourceLaws = []Law{
	{"write-answer", violation, "users/create-a-new-user", "The answer to a write shows what was written.",
		"POST with a firstname, 201 without it", "POST without a gender, 201 without it"},
	{"stale-answer", violation, "users/update-user-put", "The answer to an update shows the user after it.",
		"PATCH of lastname, 200 with the old one", "PATCH of lastname, 200 with the new one"},
	{"read-back", violation, "users/create-a-new-user", "What was written is what is read.",
		"birthday 1990-04-23 written, 1990-04-22 read", "the same characters and the same numbers"},
	{"answers-agree", assumption, "users/create-a-new-user", "Two answers about an unchanged user have the same fields.",
		"POST answers without data_syncs that GET shows", "equal answers in another order"},
	{"list-agrees", violation, "users/list-users", "A user in a list is the user that GET shows.",
		"list without birthdays", "the same fields in another order"},
	{"created-readable", violation, "rfc9110#15.3.2", "A user that was created can be read.",
		"201, then 404", "201, then 200"},
	{"unique-id", violation, "quickstart", "An id is given once in a project.",
		"two creates of an id, 201 both times", "409 for the second"},
	{"created-at-fixed", violation, "users/create-a-new-user", "created_at never changes.",
		"another created_at after PATCH", "the same instant, written in another zone"},
	{"updated-at-moves", violation, "users/create-a-new-user", "updated_at moves forward when something changes.",
		"the same or an earlier updated_at after PATCH", "a later one; the same after PATCH {}"},
	{"read-is-safe", assumption, "rfc9110#9.2.1", "Reading changes nothing.",
		"another updated_at at each GET", "the same at each GET"},
	{"patch-keeps", violation, "rfc5789#2", "PATCH leaves alone what it does not name.",
		"PATCH of lastname loses firstname", "PATCH {} changes nothing"},
	{"patch-merges", assumption, "rfc7396#2", "PATCH of a part of an object keeps its other parts.",
		"PATCH thresholds.ftp loses thresholds.mhr", "both are there"},
	{"patch-clears", assumption, "rfc7396#2", "PATCH with null clears the field.",
		"gender null, and gender stays", "gender null, and gender is absent or null"},
	{"put-replaces", violation, "users/update-user-put", "PUT replaces the whole user.",
		"PUT without gender, and gender stays", "PUT without measurement_unit, which is metric again"},
	{"put-unknown", assumption, "users/update-user-put", "PUT of a user that is not there does not create it.",
		"404 for GET, then 200 for PUT", "404 for both"},
	{"deleted-gone", violation, "rfc9110#9.3.5", "A deleted user is gone.",
		"DELETE 204, then GET 200", "DELETE 204, then GET 404 or 410"},
	{"deleted-listed", violation, "rfc9110#9.3.5", "A deleted user is not listed.",
		"DELETE 204, and the next list has the user", "a list that began before the DELETE"},
	{"recreated-clean", violation, "users/create-a-new-user", "A user that is created again starts empty.",
		"DELETE, POST with an id alone, 201 with the old birthday", "201 with defaults"},
	{"deleted-frees-id", assumption, "users/create-a-new-user", "The id of a deleted user can be given again.",
		"DELETE 204, then POST of the id 409", "DELETE 204, then POST of the id 201"},
	{"refused-changes-nothing", violation, "rfc5789#2", "A request that was refused changes nothing.",
		"PATCH refused with 400, and half of it applied", "400, and the user as before"},
}

// PageLaws are about listings.
var PageLaws = []Law{
	{"page/repeats-between", violation, "resources-and-pagination", "A user is in a listing once.",
		"the last user of a page is the first of the next", "each user once, in any order"},
	{"page/loop", violation, "resources-and-pagination", "The chain of next_page ends.",
		"a next_page that was there before", "a new next_page on each page, none on the last"},
	{"page/loses-users", violation, "users/list-users", "A listing has every user of the project.",
		"a user that was created before the first page is on none", "a user created during the listing is on none"},
	{"page/total-agrees", violation, "resources-and-pagination", "total is the number of users, when nothing is written.",
		"total 7 on each page, 5 users on all of them", "total 8 after a create"},
	{"page/empty-with-next", drift, "policy", "A page that says that there is more has something on it.",
		"users [] and a next_page", "users [] and no next_page"},
	{"page/order", drift, "policy", "Two listings have one order, when nothing is written.",
		"another order at each listing", "any order, twice"},
}

// TokenLaws are about tokens.
var TokenLaws = []Law{
	{"token/expired", violation, "rfc7519#4.1.4", "A token does not work after its end.",
		"200 a second after exp", "401 a second after exp"},
	{"token/fresh", violation, "authentication", "A token works from when it is given.",
		"401 for a token that was given a second ago", "401 after its end"},
	{"token/refresh-reuse", assumption, "rfc9700#4.14.2", "A refresh token of a public client works once.",
		"the same refresh token twice, 200 both times", "invalid_grant for the second time"},
	{"token/reused", drift, "policy", "Each answer has a token of its own.",
		"the same access token in two answers", "two tokens with the same claims but jti"},
	{"token/jti-unique", violation, "rfc7519#4.1.7", "A jti stands for one token.",
		"two tokens with one jti", "two tokens with two jtis"},
}
