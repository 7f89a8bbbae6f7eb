package faults

import (
	"encoding/json"
	"net/url"
	"time"
)

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
		w := x.stored()
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
			x.patch(object{"firstname": first})
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
			w := x.stored()
			x.body = encode(object{"measurement_unit": parse(w.Body.Bytes())["measurement_unit"]})
		}
	}))),
	row("patch-nested-replaced", "PATCH of a field inside an object replaces the object", "", on("updateUserPatch", before(func(x *exchange) {
		o := parse(x.body)
		for _, name := range []string{"thresholds", "location", "coach_config"} {
			if _, ok := o[name].(object); ok {
				x.patch(object{name: nil})
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
			x.patch(object{name: v})
		}
	}))),
	row("patch-loses-other-writer", "of two PATCHes at once one is lost", "", on("updateUserPatch", func(x *exchange, next func()) {
		w := x.stored()
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
