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
	row("create-ignores-field", "POST user drops a given field", "", on("createUser", before(sent(drop("weight"))))),
	row("create-ignores-nested", "POST user drops a field inside location", "", on("createUser", before(sent(in("location", drop("lon")))))),
	row("create-without-id", "POST user without id makes one up", "", on("createUser", before(sent(func(o object) {
		if _, ok := o["id"]; !ok {
			o["id"] = "user_" + rand.Text()
		}
	})))),
	row("create-empty-id", "POST user takes an empty id", "", on("createUser", before(sent(func(o object) {
		if o["id"] == "" {
			o["id"] = "user_" + rand.Text()
		}
	})))),
	row("create-takes-wrong-types", "POST user reads numbers from strings", "", on("createUser", before(sent(numbersFromStrings)))),
	row("create-takes-unknown-enum", "POST user takes any gender", "", on("createUser", before(sent(func(o object) {
		if g, ok := o["gender"].(string); ok && g != "male" && g != "female" && g != "other" {
			o["gender"] = "other"
		}
	})))),
	row("create-takes-impossible-date", "POST user takes 30 February", "", on("createUser", before(sent(change("birthday", func(s string) any {
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return "1990-03-02"
		}
		return s
	}))))),
	row("create-takes-trailing-data", "POST user looks at the first JSON value only", "", on("createUser", before(func(x *exchange) {
		if o := parse(x.body); o != nil {
			x.body = encode(o)
		}
	}))),
	row("create-default-not-applied", "measurement_unit has no default", "", on("createUser", good(body(set("measurement_unit", nil), drop("measurement_unit"))))),
	row("create-default-imperial", "the default of measurement_unit is imperial", "", on("createUser", before(sent(ensure("measurement_unit", "imperial"))))),
	row("create-answers-input", "POST user answers with what was sent", "", on("createUser", good(func(x *exchange) {
		if o := parse(x.body); o != nil {
			x.text = encode(o)
		}
	}))),
	row("create-not-stored", "POST user stores nothing", "", on("createUser", func(x *exchange, next func()) {
		next()
		if id, ok := parse(x.text)["id"].(string); ok && x.status == 201 {
			x.ask("DELETE", userPath(id), nil, x.all())
		}
	})),
	row("create-refused-and-stored", "POST user with a bad field is refused and stored", "", on("createUser", at(400, func(x *exchange) {
		if id, ok := parse(x.body)["id"].(string); ok && id != "" {
			x.ask("POST", "/users", encode(object{"id": id}), x.header)
		}
	}))),
	row("duplicate-create-201", "creating a taken id answers 201", "", on("createUser", at(409, func(x *exchange) {
		id, _ := parse(x.body)["id"].(string)
		w := x.ask("GET", userPath(id), nil, x.all())
		x.status, x.answer, x.text = 201, w.Header(), w.Body.Bytes()
		x.answer.Set("Location", userPath(id))
	}))),
	row("duplicate-create-overwrites", "creating a taken id replaces the user", "", on("createUser", at(409, func(x *exchange) {
		id, _ := parse(x.body)["id"].(string)
		x.putInstead(id, x.body)
		x.status = 201
	}))),
	row("duplicate-create-refused-and-overwrites", "creating a taken id answers 409 and replaces the user", "", on("createUser", at(409, func(x *exchange) {
		id, _ := parse(x.body)["id"].(string)
		status, header, text := x.status, x.answer, x.text
		x.putInstead(id, x.body)
		x.status, x.answer, x.text = status, header, text
	}))),
	row("duplicate-create-500", "creating a taken id gives 500", "", on("createUser", at(409, failWith(500)))),
	row("id-case-changed", "GET user shows the id in the other case", "", on("getUser", good(body(change("id", mapped(otherCase)))))),
	row("id-trimmed", "ids lose spaces at their ends", "", on("createUser", before(sent(change("id", mapped(strings.TrimSpace)))))),
	row("id-lower-case", "ids are kept in lower case", "", on("createUser", before(sent(change("id", mapped(strings.ToLower)))))),
	row("id-cut-at-slash", "an id ends at its first slash", "", on("createUser", before(sent(change("id", mapped(func(s string) string {
		first, _, found := strings.Cut(s, "/")
		if !found || first == "" {
			return s
		}
		return first
	})))))),
	row("id-with-slash-404", "a user whose id has a slash is not found", "", on("getUser updateUserPut updateUserPatch deleteUser", replaced(func(x *exchange) bool {
		return strings.Contains(strings.ToUpper(x.userID()), "%2F")
	}, answerWith(404, "application/json", `{"error":"not_found"}`)))),
	row("id-unescaped-twice", "the id in the path is unescaped twice", "", on("getUser", before(func(x *exchange) {
		if once, err := url.PathUnescape(x.userID()); err == nil {
			if twice, err := url.PathUnescape(once); err == nil {
				x.setUserID(twice)
			}
		}
	}))),
	row("id-plus-is-space", "a plus in the path is a space", "", on("getUser", before(func(x *exchange) {
		if id, err := url.QueryUnescape(x.userID()); err == nil {
			x.setUserID(id)
		}
	}))),
	row("get-loses-field", "GET user lacks a field that POST showed", "", on("getUser", good(body(drop("lastname"))))),
	row("get-loses-false", "GET user lacks coach_config.enabled where it is false", "", on("getUser", good(body(in("coach_config", func(o object) {
		if o["enabled"] == false {
			delete(o, "enabled")
		}
	}))))),
	row("get-loses-zero", "user answers lack numbers that are 0", "", shown(dropIf(func(v any) bool { return v == json.Number("0") }))),
	row("get-loses-empty-text", "user answers lack texts that are empty", "", shown(dropIf(func(v any) bool { return v == "" }))),
	row("get-changes-user", "GET user moves updated_at", "", on("getUser", after(func(x *exchange) {
		if x.status == 200 && x.method == "GET" {
			first, _ := parse(x.text)["firstname"].(string)
			x.ask("PATCH", "/users/"+x.userID(), encode(object{"firstname": first}), x.all("Content-Type", "application/json"))
		}
	}))),
	row("get-prefix-match", "GET user finds a user by the start of its id", "", on("getUser", func(x *exchange, next func()) {
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
	row("list-loses-field", "list shows users without a field that GET shows", "", on("listUsers", good(user(drop("birthday"))))),
	row("list-loses-nested", "list shows users without their location", "", on("listUsers", good(user(drop("location"))))),
	row("list-stale", "list shows users as they were created", "", on("createUser", good(func(x *exchange) {
		x.state.keep(x, parse(x.text))
	})), on("listUsers", good(user(func(u object) {})), good(func(x *exchange) {
		body(func(o object) {
			for _, u := range usersOf(o) {
				if old := x.state.kept(x, u["id"]); old != nil && timeOf(old["created_at"]).Equal(timeOf(u["created_at"])) {
					for name := range u {
						delete(u, name)
					}
					for name, v := range old {
						u[name] = v
					}
				}
			}
		})(x)
	}))),
	row("delete-does-nothing", "DELETE answers 204 and deletes nobody", "", on("deleteUser", func(x *exchange, next func()) {
		if w := x.ask("GET", "/users/"+x.userID(), nil, x.all()); w.Code == 200 {
			answerWith(204, "", "")(x)
			return
		}
		next()
	})),
	row("deleted-still-readable", "a deleted user can still be read", "", on("deleteUser", func(x *exchange, next func()) {
		w := x.ask("GET", "/users/"+x.userID(), nil, x.all())
		next()
		if x.status == 204 {
			x.state.keep(x, parse(w.Body.Bytes()))
		}
	}), on("getUser", at(404, func(x *exchange) {
		id, _ := url.PathUnescape(x.userID())
		if old := x.state.kept(x, id); old != nil {
			answerWith(200, "application/json", string(encode(old)))(x)
		}
	}))),
	row("deleted-still-listed", "a deleted user is still in the list", "", on("deleteUser", func(x *exchange, next func()) {
		w := x.ask("GET", "/users/"+x.userID(), nil, x.all())
		next()
		if x.status == 204 {
			x.state.keep(x, parse(w.Body.Bytes()))
		}
	}), on("listUsers", good(func(x *exchange) {
		body(func(o object) {
			if o["pagination"].(object)["next_page"] != nil {
				return
			}
			list, _ := o["users"].([]any)
			for _, u := range x.state.all(x) {
				list = append(list, u)
			}
			o["users"] = list
		})(x)
	}))),
	row("deleted-comes-back", "creating a deleted user again brings its old data back", "", on("deleteUser", func(x *exchange, next func()) {
		w := x.ask("GET", "/users/"+x.userID(), nil, x.all())
		next()
		if x.status == 204 {
			x.state.keep(x, parse(w.Body.Bytes()))
		}
	}), on("createUser", before(func(x *exchange) {
		sent(func(o object) {
			for name, v := range x.state.kept(x, o["id"]) {
				if _, given := o[name]; !given {
					o[name] = v
				}
			}
		})(x)
	}))),
	row("delete-twice-204", "deleting a user who is not there answers 204", "", on("deleteUser", at(404, answerWith(204, "", "")))),
	row("delete-twice-500", "deleting a user who is not there gives 500", "", on("deleteUser", at(404, failWith(500)))),
	row("delete-also-another", "DELETE also deletes another user", "", on("deleteUser", func(x *exchange, next func()) {
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

// updateFaults are those of PUT and PATCH.
var updateFaults = []Fault{
	row("patch-answer-stale", "PATCH answers with the user as it was before", "", on("updateUserPatch", stale)),
	row("put-answer-stale", "PUT answers with the user as it was before", "", on("updateUserPut", stale)),
	row("patch-as-put", "PATCH replaces the whole user", "", on("updateUserPatch", before(func(x *exchange) {
		x.method = "PUT"
		sent(dropIf(func(v any) bool { return v == nil }), drop("id"))(x)
	}))),
	row("put-as-patch", "PUT keeps fields that were not given", "", on("updateUserPut", func(x *exchange, next func()) {
		id, _ := url.PathUnescape(x.userID())
		if given, ok := parse(x.body)["id"]; !ok || given == id {
			x.method = "PATCH"
		}
		next()
	})),
	row("put-upserts", "PUT of an unknown user creates it", "", on("updateUserPut", at(404, func(x *exchange) {
		id, _ := url.PathUnescape(x.userID())
		o := parse(x.body)
		if o == nil || x.says("no such path") {
			return
		}
		o["id"] = id
		w := x.ask("POST", "/users", encode(o), x.all("Content-Type", "application/json"))
		x.status, x.answer, x.text = 200, w.Header(), w.Body.Bytes()
		x.answer.Del("Location")
	}))),
	row("put-other-id-accepted", "PUT takes a body with another id", "", on("updateUserPut", before(sent(drop("id"))))),
	row("put-keeps-nested", "PUT keeps what was inside an object before", "", on("updateUserPut", before(func(x *exchange) {
		w := x.ask("GET", "/users/"+x.userID(), nil, x.all())
		old, _ := parse(w.Body.Bytes())["thresholds"].(object)
		sent(in("thresholds", func(o object) {
			for name, v := range old {
				ensure(name, v)(o)
			}
		}))(x)
	}))),
	row("put-ignores-field", "PUT does not write tz_offset", "", on("updateUserPut", before(keeping("tz_offset")))),
	row("put-refused-and-stored", "a refused PUT changes the user", "", on("updateUserPut updateUserPatch", at(400, func(x *exchange) {
		if first, ok := parse(x.body)["firstname"].(string); ok {
			x.ask("PATCH", "/users/"+x.userID(), encode(object{"firstname": first}), x.all("Content-Type", "application/json"))
		}
	}))),
	row("put-adds-each-time", "PUT twice gives another user than PUT once", "", on("updateUserPut", before(sent(change("weight", func(v json.Number) any {
		f, _ := v.Float64()
		return f + 1
	}))))),
	row("patch-null-ignored", "PATCH with null leaves a field as it is", "", on("updateUserPatch", before(sent(dropIf(func(v any) bool { return v == nil }))))),
	row("patch-null-refused", "PATCH with null is refused", "", on("updateUserPatch", replaced(func(x *exchange) bool {
		for _, v := range parse(x.body) {
			if v == nil {
				return true
			}
		}
		return false
	}, answerWith(400, "application/json", `{"error":"invalid_request"}`)))),
	row("patch-null-empties", "PATCH with null makes a text empty", "", on("updateUserPatch", before(sent(func(o object) {
		for _, name := range []string{"firstname", "lastname", "language"} {
			if v, ok := o[name]; ok && v == nil {
				o[name] = ""
			}
		}
	})))),
	row("patch-empty-clears", "PATCH with an empty object clears the names", "", on("updateUserPatch", before(sent(func(o object) {
		if len(o) == 0 {
			o["firstname"], o["lastname"] = nil, nil
		}
	})))),
	row("patch-empty-moves-time", "PATCH with an empty object moves updated_at", "", on("updateUserPatch", before(func(x *exchange) {
		if o := parse(x.body); o != nil && len(o) == 0 {
			w := x.ask("GET", "/users/"+x.userID(), nil, x.all())
			x.body = encode(object{"measurement_unit": parse(w.Body.Bytes())["measurement_unit"]})
		}
	}))),
	row("patch-nested-replaced", "PATCH of a field inside an object replaces the object", "", on("updateUserPatch", before(func(x *exchange) {
		o := parse(x.body)
		for _, name := range []string{"thresholds", "location", "coach_config"} {
			if _, ok := o[name].(object); ok {
				x.ask("PATCH", "/users/"+x.userID(), encode(object{name: nil}), x.all("Content-Type", "application/json"))
			}
		}
	}))),
	row("patch-ignores-field", "PATCH does not write lastname", "", on("updateUserPatch", before(sent(drop("lastname"))))),
	row("patch-ignores-nested", "PATCH does not write inside of objects", "", on("updateUserPatch", before(sent(drop("thresholds"), drop("location"), drop("coach_config"))))),
	row("patch-resets-default", "PATCH sets measurement_unit back to its default", "", on("updateUserPatch", before(sent(ensure("measurement_unit", nil))))),
	row("patch-changes-id", "PATCH answers with the id that was sent", "", on("updateUserPatch", good(func(x *exchange) {
		if id, ok := parse(x.body)["id"].(string); ok {
			body(set("id", id))(x)
		}
	}))),
	row("patch-half-applied", "PATCH with one bad field applies the good ones", "", on("updateUserPatch", at(400, func(x *exchange) {
		o := parse(x.body)
		for name, v := range o {
			x.ask("PATCH", "/users/"+x.userID(), encode(object{name: v}), x.all("Content-Type", "application/json"))
		}
	}))),
	row("patch-loses-other-writer", "of two PATCHes at once one is lost", "", on("updateUserPatch", func(x *exchange, next func()) {
		w := x.ask("GET", "/users/"+x.userID(), nil, x.all())
		old := parse(w.Body.Bytes())
		if w.Code != 200 || parse(x.body) == nil || x.ask("PATCH", "/users/"+x.userID(), []byte("{}"), x.header).Code != 200 {
			next()
			return
		}
		time.Sleep(30 * time.Millisecond) // reads, thinks, and writes all back
		full := object{}
		for name, v := range old {
			full[name] = v
		}
		for name, v := range parse(x.body) {
			full[name] = v
		}
		x.body = encode(full)
		next()
	})),
	row("updated-at-backwards", "an update sets updated_at to an earlier time", "", shown(func(u object) {
		created, updated := timeOf(u["created_at"]), timeOf(u["updated_at"])
		u["updated_at"] = created.Add(created.Sub(updated)).Format(timeLayout)
	})),
	row("updated-at-frozen", "an update does not move updated_at", "", shown(func(u object) { u["updated_at"] = u["created_at"] })),
	row("updated-at-in-future", "updated_at is a day ahead", "", shown(change("updated_at", mapped(func(s string) string {
		return timeOf(s).Add(24 * time.Hour).Format(timeLayout)
	})))),
	row("created-at-moves", "an update moves created_at", "", shown(func(u object) { u["created_at"] = u["updated_at"] })),
	row("created-at-is-now", "created_at is the time of the answer", "", shown(func(u object) { u["created_at"] = time.Now().UTC().Format(timeLayout) })),
	row("created-at-writable", "created_at can be written", "", on("user", good(func(x *exchange) {
		if v, ok := parse(x.body)["created_at"].(string); ok {
			body(set("created_at", v))(x)
		}
	}))),
	row("data-syncs-writable", "data_syncs can be written", "", on("user", good(func(x *exchange) {
		if v, ok := parse(x.body)["data_syncs"].([]any); ok && len(v) > 0 {
			body(set("data_syncs", v))(x)
		}
	}))),
	row("unknown-property-stored", "a property that nobody knows is shown again", "", on("createUser updateUserPut", good(func(x *exchange) {
		body(func(o object) {
			for name, v := range parse(x.body) {
				ensure(name, v)(o)
			}
		})(x)
	}))),
}

// stale answers with the user as it was before the write.
func stale(x *exchange, next func()) {
	w := x.ask("GET", "/users/"+x.userID(), nil, x.all())
	next()
	if x.status == 200 && w.Code == 200 {
		x.text = w.Body.Bytes()
	}
}

// keeping puts the stored value of a field into the request.
func keeping(name string) step {
	return func(x *exchange) {
		w := x.ask("GET", "/users/"+x.userID(), nil, x.all())
		if old, ok := parse(w.Body.Bytes())[name]; ok {
			sent(set(name, old))(x)
			return
		}
		sent(drop(name))(x)
	}
}

func dropIf(condition func(any) bool) func(object) {
	return func(o object) {
		for name, v := range o {
			if inner, ok := v.(object); ok {
				dropIf(condition)(inner)
			} else if condition(v) {
				delete(o, name)
			}
		}
	}
}

func numbersFromStrings(o object) {
	for _, name := range []string{"height", "weight", "tz_offset"} {
		if s, ok := o[name].(string); ok {
			o[name] = 0
			if json.Valid([]byte(s)) {
				o[name] = literal(s)
			}
		}
	}
}

func otherCase(s string) string {
	if upper := strings.ToUpper(s); upper != s {
		return upper
	}
	return strings.ToLower(s)
}
