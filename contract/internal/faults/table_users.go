package faults

import (
	"crypto/rand"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"
)

// userFaults are those of creating, reading and deleting.
var userFaults = []Fault{
	row("create-ignores-field", "POST user drops a given field", "users/read-back", on("createUser", before(sent(drop("weight"))))),
	row("create-ignores-nested", "POST user drops a field inside location", "users/read-back", on("createUser", before(sent(in("location", drop("lon")))))),
	row("create-without-id", "POST user without id makes one up", "input/no-id", on("createUser", before(sent(createWithoutID)))),
	row("create-empty-id", "POST user takes an empty id", "input/no-id", on("createUser", before(sent(createEmptyID)))),
	row("create-takes-wrong-types", "POST user reads numbers from strings", "input/invalid", on("createUser", before(sent(numbersFromStrings)))),
	row("create-takes-unknown-enum", "POST user takes any gender", "input/invalid", on("createUser", before(sent(createTakesUnknownEnum)))),
	row("create-takes-impossible-date", "POST user takes 30 February", "input/invalid", on("createUser", before(sent(change("birthday", createTakesImpossibleDate))))),
	row("create-takes-trailing-data", "POST user looks at the first JSON value only", "input/malformed", on("createUser", before(createTakesTrailingData))),
	row("create-default-not-applied", "POST user does not show the default of measurement_unit", "users/answers-agree", on("createUser", good(body(set("measurement_unit", nil), drop("measurement_unit"))))),
	row("create-default-imperial", "the default of measurement_unit is imperial", "users/default", on("createUser", before(sent(ensure("measurement_unit", "imperial"))))),
	row("create-answers-input", "POST user answers with what was sent", "users/answers-agree", on("createUser", good(createAnswersInput))),
	row("create-not-stored", "POST user stores nothing", "users/created-readable", on("createUser", createNotStored)),
	row("create-refused-and-stored", "POST user with a bad field is refused and stored", "input/invalid", on("createUser", at(400, createRefusedAndStored))),
	row("duplicate-create-201", "creating a taken id answers 201", "users/unique-id", on("createUser", at(409, duplicateCreate201))),
	row("duplicate-create-overwrites", "creating a taken id replaces the user", "users/unique-id", on("createUser", at(409, duplicateCreateOverwrites))),
	row("deleted-id-stays-taken", "the id of a deleted user is refused as taken", "users/deleted-frees-id",
		on("deleteUser", at(204, deletedIDStaysTaken)),
		on("createUser", replaced(deletedIDStaysTaken2, answerWith(409, "application/json", `{"error":"conflict","message":"the id is taken"}`)))),
	row("duplicate-create-refused-and-overwrites", "creating a taken id answers 409 and replaces the user", "users/refused-changes-nothing", on("createUser", at(409, duplicateCreateRefusedAndOverwrites))),
	row("duplicate-create-500", "creating a taken id gives 500", "http/server-error", on("createUser", at(409, failWith(500)))),
	row("id-case-changed", "GET user shows the id in the other case", "users/id", on("getUser", good(body(change("id", mapped(otherCase)))))),
	row("id-trimmed", "ids lose spaces at their ends", "users/id", on("createUser", before(sent(change("id", mapped(strings.TrimSpace)))))),
	row("id-lower-case", "ids are kept in lower case", "users/id", on("createUser", before(sent(change("id", mapped(strings.ToLower)))))),
	row("id-cut-at-slash", "an id ends at its first slash", "users/id", on("createUser", before(sent(change("id", mapped(idCutAtSlash)))))),
	row("id-with-slash-404", "a user whose id has a slash is not found", "operation/works", on("getUser updateUserPut updateUserPatch deleteUser", replaced(idWithSlash404, answerWith(404, "application/json", `{"error":"not_found"}`)))),
	row("id-unescaped-twice", "the id in the path is unescaped twice", "operation/works", on("getUser", before(idUnescapedTwice))),
	row("id-plus-is-space", "a plus in the path is a space", "operation/works", on("getUser", before(idPlusIsSpace))),
	row("get-loses-field", "GET user lacks a field that POST showed", "users/read-back", on("getUser", good(body(drop("lastname"))))),
	row("get-loses-false", "GET user lacks coach_config.enabled where it is false", "users/read-back", on("getUser", good(body(in("coach_config", getLosesFalse))))),
	row("get-loses-zero", "user answers lack numbers that are 0", "users/read-back", shown(dropIf(func(v any) bool { return v == json.Number("0") }))),
	row("get-loses-empty-text", "user answers lack texts that are empty", "users/read-back", shown(dropIf(func(v any) bool { return v == "" }))),
	row("get-changes-user", "GET user moves updated_at", "users/read-is-safe", on("getUser", after(getChangesUser))),
	row("get-prefix-match", "GET user finds a user by the start of its id", "users/id-case", on("getUser", getPrefixMatch)),
	row("list-loses-field", "list shows users without a field that GET shows", "users/list-agrees", on("listUsers", good(user(drop("birthday"))))),
	row("list-loses-nested", "list shows users without their location", "users/list-agrees", on("listUsers", good(user(drop("location"))))),
	row("list-stale", "list shows users as they were created", "users/list-agrees", on("createUser", good(listStale)), list(listStale2)),
	row("delete-does-nothing", "DELETE answers 204 and deletes nobody", "users/deleted-gone", on("deleteUser", deleteDoesNothing)),
	row("deleted-still-readable", "a deleted user can still be read", "users/deleted-gone", on("deleteUser", keepsDeleted), on("getUser", at(404, deletedStillReadable))),
	row("deleted-still-listed", "a deleted user is still in the list", "users/deleted-listed", on("deleteUser", keepsDeleted),
		list(deletedStillListed)),
	row("deleted-comes-back", "creating a deleted user again brings its old data back", "users/recreated-clean", on("deleteUser", keepsDeleted), on("createUser", before(deletedComesBack))),
	row("delete-twice-204", "deleting a user who is not there answers 204", "users/deleted-gone", on("deleteUser", at(404, answerWith(204, "", "")))),
	row("delete-twice-500", "deleting a user who is not there gives 500", "http/server-error", on("deleteUser", at(404, failWith(500)))),
	row("delete-also-another", "DELETE also deletes another user", "page/stable", on("deleteUser", deleteAlsoAnother)),
}

func createWithoutID(o object) {
	if _, ok := o["id"]; !ok {
		o["id"] = "user_" + rand.Text()
	}
}

func createEmptyID(o object) {
	if o["id"] == "" {
		o["id"] = "user_" + rand.Text()
	}
}

func createTakesUnknownEnum(o object) {
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

func createTakesTrailingData(x *exchange) {
	if o := parse(x.body); o != nil {
		x.body = encode(o)
	}
}

func createAnswersInput(x *exchange) {
	if o := x.given(); o != nil {
		x.text = encode(o)
	}
}

func createNotStored(x *exchange, next func()) {
	next()
	if id, ok := parse(x.text)["id"].(string); ok && x.status == 201 {
		x.ask("DELETE", userPath(id), nil, x.all())
	}
}

func createRefusedAndStored(x *exchange) {
	if id, ok := x.given()["id"].(string); ok && id != "" {
		x.ask("POST", "/users", encode(object{"id": id}), x.header)
	}
}

func duplicateCreate201(x *exchange) {
	id, _ := x.given()["id"].(string)
	w := x.ask("GET", userPath(id), nil, x.all())
	x.status, x.answer, x.text = 201, w.Header(), w.Body.Bytes()
	x.answer.Set("Location", userPath(id))
}

func duplicateCreateOverwrites(x *exchange) {
	id, _ := x.given()["id"].(string)
	x.putInstead(id, x.body)
	x.status = 201
}

func deletedIDStaysTaken(x *exchange) {
	x.state.mu.Lock()
	defer x.state.mu.Unlock()
	x.state.text[x.userID()] = "deleted"
}

func deletedIDStaysTaken2(x *exchange) bool {
	id, _ := x.given()["id"].(string)
	x.state.mu.Lock()
	defer x.state.mu.Unlock()
	return x.state.text[url.PathEscape(id)] != ""
}

func duplicateCreateRefusedAndOverwrites(x *exchange) {
	id, _ := x.given()["id"].(string)
	status, header, text := x.status, x.answer, x.text
	x.putInstead(id, x.body)
	x.status, x.answer, x.text = status, header, text
}

func idCutAtSlash(s string) string {
	first, _, found := strings.Cut(s, "/")
	if !found || first == "" {
		return s
	}
	return first
}

func idWithSlash404(x *exchange) bool {
	return strings.Contains(strings.ToUpper(x.userID()), "%2F")
}

func idUnescapedTwice(x *exchange) {
	if once, err := url.PathUnescape(x.userID()); err == nil {
		if twice, err := url.PathUnescape(once); err == nil {
			x.setUserID(twice)
		}
	}
}

func idPlusIsSpace(x *exchange) {
	if id, err := url.QueryUnescape(x.userID()); err == nil {
		x.setUserID(id)
	}
}

func getLosesFalse(o object) {
	if o["enabled"] == false {
		delete(o, "enabled")
	}
}

func getChangesUser(x *exchange) {
	if x.status == 200 && x.method == "GET" {
		first, _ := parse(x.text)["firstname"].(string)
		x.patch(object{"firstname": first})
	}
}

func getPrefixMatch(x *exchange, next func()) {
	next()
	if x.status != 404 {
		return
	}
	id, _ := url.PathUnescape(x.userID())
	for _, u := range x.everybody() {
		if found, _ := u["id"].(string); id != "" && strings.HasPrefix(found, id) {
			answerWith(200, "application/json", string(encode(u)))(x)
			return
		}
	}
}

func listStale(x *exchange) {
	x.state.keep(x, parse(x.text))
}

func listStale2(x *exchange, users []any, _ object) []any {
	for i := range users {
		u, _ := users[i].(object)
		if old := x.state.kept(x, u["id"]); old != nil && old["created_at"] == u["created_at"] {
			users[i] = old
		}
	}
	return users
}

func deleteDoesNothing(x *exchange, next func()) {
	if w := x.stored(); w.Code == 200 {
		answerWith(204, "", "")(x)
		return
	}
	next()
}

func deletedStillReadable(x *exchange) {
	id, _ := url.PathUnescape(x.userID())
	if old := x.state.kept(x, id); old != nil {
		answerWith(200, "application/json", string(encode(old)))(x)
	}
}

func deletedStillListed(x *exchange, users []any, p object) []any {
	if isLast(p) {
		users = append(users, anys(x.state.all(x))...)
	}
	return users
}

func deletedComesBack(x *exchange) {
	sent(func(o object) {
		for name, v := range x.state.kept(x, o["id"]) {
			if _, given := o[name]; !given {
				o[name] = v
			}
		}
	})(x)
}

// deleteAlsoAnother deletes another user of the same case: which one a server
// meets otherwise is chance.
func deleteAlsoAnother(x *exchange, next func()) {
	next()
	if x.status != 204 {
		return
	}
	for _, user := range slices.Backward(x.everybody()) {
		if id, _ := user["id"].(string); caseOf(id) == caseOf(x.userID()) {
			x.ask("DELETE", userPath(id), nil, x.all())
			return
		}
	}
}

// caseOf is what the ids that a case of the suite chooses begin with.
func caseOf(id string) string { return id[:strings.LastIndex(id, "_")+1] }
