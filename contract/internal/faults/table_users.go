package faults

import (
	"crypto/rand"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
)

// userFaults are those of creating, reading and deleting.
var userFaults = []kit.Fault{
	kit.Row("create-ignores-field", "POST user drops a given field", "users/read-back", kit.On(kit.Creating, kit.Before(kit.Sent(kit.Drop("weight"))))),
	kit.Row("create-ignores-nested", "POST user drops a field inside location", "users/read-back", kit.On(kit.Creating, kit.Before(kit.Sent(kit.In("location", kit.Drop("lon")))))),
	kit.Row("create-without-id", "POST user without id makes one up", "input/no-id", kit.On(kit.Creating, kit.Before(kit.Sent(createWithoutID)))),
	kit.Row("create-empty-id", "POST user takes an empty id", "input/no-id", kit.On(kit.Creating, kit.Before(kit.Sent(createEmptyID)))),
	kit.Row("create-takes-wrong-types", "POST user reads numbers from strings", "input/invalid", kit.On(kit.Creating, kit.Before(kit.Sent(kit.NumbersFromStrings)))),
	kit.Row("create-takes-unknown-enum", "POST user takes any gender", "input/invalid", kit.On(kit.Creating, kit.Before(kit.Sent(createTakesUnknownEnum)))),
	kit.Row("create-takes-impossible-date", "POST user takes 30 February", "input/invalid", kit.On(kit.Creating, kit.Before(kit.Sent(kit.Change("birthday", createTakesImpossibleDate))))),
	kit.Row("create-takes-trailing-data", "POST user looks at the first JSON value only", "input/malformed", kit.On(kit.Creating, kit.Before(createTakesTrailingData))),
	kit.Row("create-default-not-applied", "POST user does not show the default of measurement_unit", "users/answers-agree", kit.On(kit.Creating, kit.Good(kit.Body(kit.Set("measurement_unit", nil), kit.Drop("measurement_unit"))))),
	kit.Row("create-default-imperial", "the default of measurement_unit is imperial", "users/default", kit.On(kit.Creating, kit.Before(kit.Sent(kit.Ensure("measurement_unit", "imperial"))))),
	kit.Row("create-answers-input", "POST user answers with what was sent", "users/answers-agree", kit.On(kit.Creating, kit.Good(createAnswersInput))),
	kit.Row("create-not-stored", "POST user stores nothing", "users/created-readable", kit.On(kit.Creating, createNotStored)),
	kit.Row("create-refused-and-stored", "POST user with a bad field is refused and stored", "input/invalid", kit.On(kit.Creating, kit.At(400, createRefusedAndStored))),
	kit.Row("duplicate-create-201", "creating a taken id answers 201", "users/unique-id", kit.On(kit.Creating, kit.At(409, duplicateCreate201))),
	kit.Row("duplicate-create-overwrites", "creating a taken id replaces the user", "users/unique-id", kit.On(kit.Creating, kit.At(409, duplicateCreateOverwrites))),
	kit.Row("deleted-id-stays-taken", "the id of a deleted user is refused as taken", "users/deleted-frees-id",
		kit.On(kit.Deleting, kit.At(204, deletedIDStaysTaken)),
		kit.On(kit.Creating, kit.Replaced(deletedIDStaysTaken2, kit.AnswerWith(409, "application/json", `{"error":"conflict","message":"the id is taken"}`)))),
	kit.Row("duplicate-create-refused-and-overwrites", "creating a taken id answers 409 and replaces the user", "users/refused-changes-nothing", kit.On(kit.Creating, kit.At(409, duplicateCreateRefusedAndOverwrites))),
	kit.Row("duplicate-create-500", "creating a taken id gives 500", "http/server-error", kit.On(kit.Creating, kit.At(409, kit.FailWith(500)))),
	kit.Row("id-case-changed", "GET user shows the id in the other case", "users/id", kit.On(kit.Reading, kit.Good(kit.Body(kit.Change("id", kit.Mapped(kit.OtherCase)))))),
	kit.Row("id-trimmed", "ids lose spaces at their ends", "users/id", kit.On(kit.Creating, kit.Before(kit.Sent(kit.Change("id", kit.Mapped(strings.TrimSpace)))))),
	kit.Row("id-lower-case", "ids are kept in lower case", "users/id", kit.On(kit.Creating, kit.Before(kit.Sent(kit.Change("id", kit.Mapped(strings.ToLower)))))),
	kit.Row("id-cut-at-slash", "an id ends at its first slash", "users/id", kit.On(kit.Creating, kit.Before(kit.Sent(kit.Change("id", kit.Mapped(idCutAtSlash)))))),
	kit.Row("id-with-slash-404", "a user whose id has a slash is not found", "operation/works", kit.On(kit.Reading|kit.Replacing|kit.Patching|kit.Deleting, kit.Replaced(idWithSlash404, kit.AnswerWith(404, "application/json", `{"error":"not_found"}`)))),
	kit.Row("id-unescaped-twice", "the id in the path is unescaped twice", "operation/works", kit.On(kit.Reading, kit.Before(idUnescapedTwice))),
	kit.Row("id-plus-is-space", "a plus in the path is a space", "operation/works", kit.On(kit.Reading, kit.Before(idPlusIsSpace))),
	kit.Row("get-loses-field", "GET user lacks a field that POST showed", "users/read-back", kit.On(kit.Reading, kit.Good(kit.Body(kit.Drop("lastname"))))),
	kit.Row("get-loses-false", "GET user lacks coach_config.enabled where it is false", "users/read-back", kit.On(kit.Reading, kit.Good(kit.Body(kit.In("coach_config", getLosesFalse))))),
	kit.Row("get-loses-zero", "user answers lack numbers that are 0", "users/read-back", shown(kit.DropIf(func(v any) bool { return v == json.Number("0") }))),
	kit.Row("get-loses-empty-text", "user answers lack texts that are empty", "users/read-back", shown(kit.DropIf(func(v any) bool { return v == "" }))),
	kit.Row("get-changes-user", "GET user moves updated_at", "users/read-is-safe", kit.On(kit.Reading, kit.After(getChangesUser))),
	kit.Row("get-prefix-match", "GET user finds a user by the start of its id", "users/id-case", kit.On(kit.Reading, getPrefixMatch)),
	kit.Row("list-loses-field", "list shows users without a field that GET shows", "users/list-agrees", kit.On(kit.Listing, kit.Good(kit.User(kit.Drop("birthday"))))),
	kit.Row("list-loses-nested", "list shows users without their location", "users/list-agrees", kit.On(kit.Listing, kit.Good(kit.User(kit.Drop("location"))))),
	kit.Row("list-stale", "list shows users as they were created", "users/list-agrees", kit.On(kit.Creating, kit.Good(listStale)), kit.List(listStale2)),
	kit.Row("delete-does-nothing", "DELETE answers 204 and deletes nobody", "users/deleted-gone", kit.On(kit.Deleting, deleteDoesNothing)),
	kit.Row("deleted-still-readable", "a deleted user can still be read", "users/deleted-gone", kit.On(kit.Deleting, kit.KeepsDeleted), kit.On(kit.Reading, kit.At(404, deletedStillReadable))),
	kit.Row("deleted-still-listed", "a deleted user is still in the list", "users/deleted-listed", kit.On(kit.Deleting, kit.KeepsDeleted),
		kit.List(deletedStillListed)),
	kit.Row("deleted-comes-back", "creating a deleted user again brings its old data back", "users/recreated-clean", kit.On(kit.Deleting, kit.KeepsDeleted), kit.On(kit.Creating, kit.Before(deletedComesBack))),
	kit.Row("delete-twice-204", "deleting a user who is not there answers 204", "users/deleted-gone", kit.On(kit.Deleting, kit.At(404, kit.AnswerWith(204, "", "")))),
	kit.Row("delete-twice-500", "deleting a user who is not there gives 500", "http/server-error", kit.On(kit.Deleting, kit.At(404, kit.FailWith(500)))),
	kit.Row("delete-also-another", "DELETE also deletes another user", "page/stable", kit.On(kit.Deleting, deleteAlsoAnother)),
}

func createWithoutID(o kit.Object) {
	if _, ok := o["id"]; !ok {
		o["id"] = "user_" + rand.Text()
	}
}

func createEmptyID(o kit.Object) {
	if o["id"] == "" {
		o["id"] = "user_" + rand.Text()
	}
}

func createTakesUnknownEnum(o kit.Object) {
	if g, ok := o["gender"].(string); ok && g != "male" && g != "female" && g != "other" {
		o["gender"] = "other"
	}
}

func createTakesImpossibleDate(s string) any {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "1990-03-02"
	}
	return s
}

func createTakesTrailingData(x *kit.Exchange) {
	if o := kit.Parse(x.Body); o != nil {
		x.Body = kit.Encode(o)
	}
}

func createAnswersInput(x *kit.Exchange) {
	if o := x.Given(); o != nil {
		x.Text = kit.Encode(o)
	}
}

func createNotStored(x *kit.Exchange, next func()) {
	next()
	if id, ok := kit.Parse(x.Text)["id"].(string); ok && x.Status == 201 {
		x.Ask("DELETE", kit.UserPath(id), nil, x.All())
	}
}

func createRefusedAndStored(x *kit.Exchange) {
	if id, ok := x.Given()["id"].(string); ok && id != "" {
		x.Ask("POST", "/users", kit.Encode(kit.Object{"id": id}), x.Header)
	}
}

func duplicateCreate201(x *kit.Exchange) {
	id, _ := x.Given()["id"].(string)
	w := x.Ask("GET", kit.UserPath(id), nil, x.All())
	x.Status, x.Answer, x.Text = 201, w.Header(), w.Body.Bytes()
	x.Answer.Set("Location", kit.UserPath(id))
}

func duplicateCreateOverwrites(x *kit.Exchange) {
	id, _ := x.Given()["id"].(string)
	x.PutInstead(id, x.Body)
	x.Status = 201
}

func deletedIDStaysTaken(x *kit.Exchange) {
	x.State.Mu.Lock()
	defer x.State.Mu.Unlock()
	x.State.Text[x.UserID()] = "deleted"
}

func deletedIDStaysTaken2(x *kit.Exchange) bool {
	id, _ := x.Given()["id"].(string)
	x.State.Mu.Lock()
	defer x.State.Mu.Unlock()
	return x.State.Text[url.PathEscape(id)] != ""
}

func duplicateCreateRefusedAndOverwrites(x *kit.Exchange) {
	id, _ := x.Given()["id"].(string)
	status, header, text := x.Status, x.Answer, x.Text
	x.PutInstead(id, x.Body)
	x.Status, x.Answer, x.Text = status, header, text
}

func idCutAtSlash(s string) string {
	first, _, found := strings.Cut(s, "/")
	if !found || first == "" {
		return s
	}
	return first
}

func idWithSlash404(x *kit.Exchange) bool {
	return strings.Contains(strings.ToUpper(x.UserID()), "%2F")
}

func idUnescapedTwice(x *kit.Exchange) {
	if once, err := url.PathUnescape(x.UserID()); err == nil {
		if twice, err := url.PathUnescape(once); err == nil {
			x.SetUserID(twice)
		}
	}
}

func idPlusIsSpace(x *kit.Exchange) {
	if id, err := url.QueryUnescape(x.UserID()); err == nil {
		x.SetUserID(id)
	}
}

func getLosesFalse(o kit.Object) {
	if o["enabled"] == false {
		delete(o, "enabled")
	}
}

func getChangesUser(x *kit.Exchange) {
	if x.Status == 200 && x.Method == "GET" {
		first, _ := kit.Parse(x.Text)["firstname"].(string)
		x.Patch(kit.Object{"firstname": first})
	}
}

func getPrefixMatch(x *kit.Exchange, next func()) {
	next()
	if x.Status != 404 {
		return
	}
	id, _ := url.PathUnescape(x.UserID())
	for _, u := range x.Everybody() {
		if found, _ := u["id"].(string); id != "" && strings.HasPrefix(found, id) {
			kit.AnswerWith(200, "application/json", string(kit.Encode(u)))(x)
			return
		}
	}
}

func listStale(x *kit.Exchange) {
	x.State.Keep(x, kit.Parse(x.Text))
}

func listStale2(x *kit.Exchange, users []any, _ kit.Object) []any {
	for i := range users {
		u, _ := users[i].(kit.Object)
		if old := x.State.Kept(x, u["id"]); old != nil && old["created_at"] == u["created_at"] {
			users[i] = old
		}
	}
	return users
}

func deleteDoesNothing(x *kit.Exchange, next func()) {
	if w := x.Stored(); w.Code == 200 {
		kit.AnswerWith(204, "", "")(x)
		return
	}
	next()
}

func deletedStillReadable(x *kit.Exchange) {
	id, _ := url.PathUnescape(x.UserID())
	if old := x.State.Kept(x, id); old != nil {
		kit.AnswerWith(200, "application/json", string(kit.Encode(old)))(x)
	}
}

func deletedStillListed(x *kit.Exchange, users []any, p kit.Object) []any {
	if kit.IsLast(p) {
		users = append(users, kit.Anys(x.State.All(x))...)
	}
	return users
}

func deletedComesBack(x *kit.Exchange) {
	kit.Sent(func(o kit.Object) {
		for name, v := range x.State.Kept(x, o["id"]) {
			if _, given := o[name]; !given {
				o[name] = v
			}
		}
	})(x)
}

// deleteAlsoAnother deletes another user of the same case: which one a server
// meets otherwise is chance.
func deleteAlsoAnother(x *kit.Exchange, next func()) {
	next()
	if x.Status != 204 {
		return
	}
	for _, user := range slices.Backward(x.Everybody()) {
		if id, _ := user["id"].(string); caseOf(id) == caseOf(x.UserID()) {
			x.Ask("DELETE", kit.UserPath(id), nil, x.All())
			return
		}
	}
}

// caseOf is what the ids that a case of the suite chooses begin with.
func caseOf(id string) string { return id[:strings.LastIndex(id, "_")+1] }
