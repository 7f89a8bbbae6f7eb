package faults

import (
	"crypto/rand"
	"encoding/json"
	"net/url"
	"strings"
	"time"
)

// userFaults are those of creating, reading and deleting.
var userFaults = []Fault{
	row("create-ignores-field", "POST user drops a given field", "users/read-back", on("createUser", before(sent(drop("weight"))))),
	row("create-ignores-nested", "POST user drops a field inside location", "users/read-back", on("createUser", before(sent(in("location", drop("lon")))))),
	row("create-without-id", "POST user without id makes one up", "input/no-id", on("createUser", before(sent(func(o object) {
		if _, ok := o["id"]; !ok {
			o["id"] = "user_" + rand.Text()
		}
	})))),
	row("create-empty-id", "POST user takes an empty id", "input/no-id", on("createUser", before(sent(func(o object) {
		if o["id"] == "" {
			o["id"] = "user_" + rand.Text()
		}
	})))),
	row("create-takes-wrong-types", "POST user reads numbers from strings", "input/invalid", on("createUser", before(sent(numbersFromStrings)))),
	row("create-takes-unknown-enum", "POST user takes any gender", "input/invalid", on("createUser", before(sent(func(o object) {
		if g, ok := o["gender"].(string); ok && g != "male" && g != "female" && g != "other" {
			o["gender"] = "other"
		}
	})))),
	row("create-takes-impossible-date", "POST user takes 30 February", "input/invalid", on("createUser", before(sent(change("birthday", func(s string) any {
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return "1990-03-02"
		}
		return s
	}))))),
	row("create-takes-trailing-data", "POST user looks at the first JSON value only", "input/malformed", on("createUser", before(func(x *exchange) {
		if o := parse(x.body); o != nil {
			x.body = encode(o)
		}
	}))),
	row("create-default-not-applied", "POST user does not show the default of measurement_unit", "users/answers-agree", on("createUser", good(body(set("measurement_unit", nil), drop("measurement_unit"))))),
	row("create-default-imperial", "the default of measurement_unit is imperial", "users/default", on("createUser", before(sent(ensure("measurement_unit", "imperial"))))),
	row("create-answers-input", "POST user answers with what was sent", "users/answers-agree", on("createUser", good(func(x *exchange) {
		if o := x.given(); o != nil {
			x.text = encode(o)
		}
	}))),
	row("create-not-stored", "POST user stores nothing", "users/created-readable", on("createUser", func(x *exchange, next func()) {
		next()
		if id, ok := parse(x.text)["id"].(string); ok && x.status == 201 {
			x.ask("DELETE", userPath(id), nil, x.all())
		}
	})),
	row("create-refused-and-stored", "POST user with a bad field is refused and stored", "input/invalid", on("createUser", at(400, func(x *exchange) {
		if id, ok := x.given()["id"].(string); ok && id != "" {
			x.ask("POST", "/users", encode(object{"id": id}), x.header)
		}
	}))),
	row("duplicate-create-201", "creating a taken id answers 201", "users/unique-id", on("createUser", at(409, func(x *exchange) {
		id, _ := x.given()["id"].(string)
		w := x.ask("GET", userPath(id), nil, x.all())
		x.status, x.answer, x.text = 201, w.Header(), w.Body.Bytes()
		x.answer.Set("Location", userPath(id))
	}))),
	row("duplicate-create-overwrites", "creating a taken id replaces the user", "users/unique-id", on("createUser", at(409, func(x *exchange) {
		id, _ := x.given()["id"].(string)
		x.putInstead(id, x.body)
		x.status = 201
	}))),
	row("deleted-id-stays-taken", "the id of a deleted user is refused as taken", "users/deleted-frees-id",
		on("deleteUser", at(204, func(x *exchange) {
			x.state.mu.Lock()
			defer x.state.mu.Unlock()
			x.state.text[x.userID()] = "deleted"
		})),
		on("createUser", replaced(func(x *exchange) bool {
			id, _ := x.given()["id"].(string)
			x.state.mu.Lock()
			defer x.state.mu.Unlock()
			return x.state.text[url.PathEscape(id)] != ""
		}, answerWith(409, "application/json", `{"error":"conflict","message":"the id is taken"}`)))),
	row("duplicate-create-refused-and-overwrites", "creating a taken id answers 409 and replaces the user", "users/refused-changes-nothing", on("createUser", at(409, func(x *exchange) {
		id, _ := x.given()["id"].(string)
		status, header, text := x.status, x.answer, x.text
		x.putInstead(id, x.body)
		x.status, x.answer, x.text = status, header, text
	}))),
	row("duplicate-create-500", "creating a taken id gives 500", "http/server-error", on("createUser", at(409, failWith(500)))),
	row("id-case-changed", "GET user shows the id in the other case", "users/id", on("getUser", good(body(change("id", mapped(otherCase)))))),
	row("id-trimmed", "ids lose spaces at their ends", "users/id", on("createUser", before(sent(change("id", mapped(strings.TrimSpace)))))),
	row("id-lower-case", "ids are kept in lower case", "users/id", on("createUser", before(sent(change("id", mapped(strings.ToLower)))))),
	row("id-cut-at-slash", "an id ends at its first slash", "users/id", on("createUser", before(sent(change("id", mapped(func(s string) string {
		first, _, found := strings.Cut(s, "/")
		if !found || first == "" {
			return s
		}
		return first
	})))))),
	row("id-with-slash-404", "a user whose id has a slash is not found", "operation/works", on("getUser updateUserPut updateUserPatch deleteUser", replaced(func(x *exchange) bool {
		return strings.Contains(strings.ToUpper(x.userID()), "%2F")
	}, answerWith(404, "application/json", `{"error":"not_found"}`)))),
	row("id-unescaped-twice", "the id in the path is unescaped twice", "operation/works", on("getUser", before(func(x *exchange) {
		if once, err := url.PathUnescape(x.userID()); err == nil {
			if twice, err := url.PathUnescape(once); err == nil {
				x.setUserID(twice)
			}
		}
	}))),
	row("id-plus-is-space", "a plus in the path is a space", "operation/works", on("getUser", before(func(x *exchange) {
		if id, err := url.QueryUnescape(x.userID()); err == nil {
			x.setUserID(id)
		}
	}))),
	row("get-loses-field", "GET user lacks a field that POST showed", "users/read-back", on("getUser", good(body(drop("lastname"))))),
	row("get-loses-false", "GET user lacks coach_config.enabled where it is false", "users/read-back", on("getUser", good(body(in("coach_config", func(o object) {
		if o["enabled"] == false {
			delete(o, "enabled")
		}
	}))))),
	row("get-loses-zero", "user answers lack numbers that are 0", "users/read-back", shown(dropIf(func(v any) bool { return v == json.Number("0") }))),
	row("get-loses-empty-text", "user answers lack texts that are empty", "users/read-back", shown(dropIf(func(v any) bool { return v == "" }))),
	row("get-changes-user", "GET user moves updated_at", "users/read-is-safe", on("getUser", after(func(x *exchange) {
		if x.status == 200 && x.method == "GET" {
			first, _ := parse(x.text)["firstname"].(string)
			x.patch(object{"firstname": first})
		}
	}))),
	row("get-prefix-match", "GET user finds a user by the start of its id", "users/id-case", on("getUser", func(x *exchange, next func()) {
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
	})),
	row("list-loses-field", "list shows users without a field that GET shows", "users/list-agrees", on("listUsers", good(user(drop("birthday"))))),
	row("list-loses-nested", "list shows users without their location", "users/list-agrees", on("listUsers", good(user(drop("location"))))),
	row("list-stale", "list shows users as they were created", "users/list-agrees", on("createUser", good(func(x *exchange) {
		x.state.keep(x, parse(x.text))
	})), list(func(x *exchange, users []any, _ object) []any {
		for i := range users {
			u, _ := users[i].(object)
			if old := x.state.kept(x, u["id"]); old != nil && old["created_at"] == u["created_at"] {
				users[i] = old
			}
		}
		return users
	})),
	row("delete-does-nothing", "DELETE answers 204 and deletes nobody", "users/deleted-gone", on("deleteUser", func(x *exchange, next func()) {
		if w := x.stored(); w.Code == 200 {
			answerWith(204, "", "")(x)
			return
		}
		next()
	})),
	row("deleted-still-readable", "a deleted user can still be read", "users/deleted-gone", on("deleteUser", keepsDeleted), on("getUser", at(404, func(x *exchange) {
		id, _ := url.PathUnescape(x.userID())
		if old := x.state.kept(x, id); old != nil {
			answerWith(200, "application/json", string(encode(old)))(x)
		}
	}))),
	row("deleted-still-listed", "a deleted user is still in the list", "users/deleted-listed", on("deleteUser", keepsDeleted),
		list(func(x *exchange, users []any, p object) []any {
			if isLast(p) {
				users = append(users, anys(x.state.all(x))...)
			}
			return users
		})),
	row("deleted-comes-back", "creating a deleted user again brings its old data back", "users/recreated-clean", on("deleteUser", keepsDeleted), on("createUser", before(func(x *exchange) {
		sent(func(o object) {
			for name, v := range x.state.kept(x, o["id"]) {
				if _, given := o[name]; !given {
					o[name] = v
				}
			}
		})(x)
	}))),
	row("delete-twice-204", "deleting a user who is not there answers 204", "users/deleted-gone", on("deleteUser", at(404, answerWith(204, "", "")))),
	row("delete-twice-500", "deleting a user who is not there gives 500", "http/server-error", on("deleteUser", at(404, failWith(500)))),
	row("delete-also-another", "DELETE also deletes another user", "page/stable", on("deleteUser", func(x *exchange, next func()) {
		next()
		if x.status != 204 {
			return
		}
		if users := x.everybody(); len(users) > 0 {
			id, _ := users[len(users)-1]["id"].(string)
			x.ask("DELETE", userPath(id), nil, x.all())
		}
	})),
}
