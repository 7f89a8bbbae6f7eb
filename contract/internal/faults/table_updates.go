package faults

import (
	"encoding/json"
	"net/url"
	"time"
)

// updateFaults are those of PUT and PATCH.
var updateFaults = []Fault{
	row("patch-answer-stale", "PATCH answers with the user as it was before", "users/stale-answer", on("updateUserPatch", stale)),
	row("put-answer-stale", "PUT answers with the user as it was before", "users/stale-answer", on("updateUserPut", stale)),
	row("patch-as-put", "PATCH replaces the whole user", "users/patch-keeps", on("updateUserPatch", before(patchAsPut))),
	row("put-as-patch", "PUT keeps fields that were not given", "users/put-replaces", on("updateUserPut", putAsPatch)),
	row("put-upserts", "PUT of an unknown user creates it", "users/put-unknown", on("updateUserPut", at(404, putUpserts))),
	row("put-other-id-wins", "PUT changes the user whose id is in the body", "users/body-id", on("updateUserPut", before(putOtherIDWins))),
	row("put-keeps-nested", "PUT keeps what was inside an object before", "users/put-replaces", on("updateUserPut", before(putKeepsNested))),
	row("put-ignores-field", "PUT does not write tz_offset", "users/read-back", on("updateUserPut", before(keeping("tz_offset")))),
	row("put-refused-and-stored", "a refused PUT changes the user", "users/refused-changes-nothing", on("updateUserPut updateUserPatch", at(400, putRefusedAndStored))),
	row("put-adds-each-time", "PUT twice gives another user than PUT once", "users/read-back", on("updateUserPut", before(sent(change("weight", putAddsEachTime))))),
	row("patch-null-ignored", "PATCH with null leaves a field as it is", "users/patch-clears", on("updateUserPatch", before(sent(dropIf(func(v any) bool { return v == nil }))))),
	row("patch-null-refused", "PATCH with null is refused", "operation/works", on("updateUserPatch", replaced(patchNullRefused, answerWith(400, "application/json", `{"error":"invalid_request"}`)))),
	row("patch-null-empties", "PATCH with null makes a text empty", "users/patch-clears", on("updateUserPatch", before(sent(patchNullEmpties)))),
	row("patch-empty-clears", "PATCH with an empty object clears the names", "users/patch-keeps", on("updateUserPatch", before(sent(patchEmptyClears)))),
	row("patch-nested-replaced", "PATCH of a field inside an object replaces the object", "users/patch-merges", on("updateUserPatch", before(patchNestedReplaced))),
	row("patch-ignores-field", "PATCH does not write lastname", "users/read-back", on("updateUserPatch", before(sent(drop("lastname"))))),
	row("patch-ignores-nested", "PATCH does not write inside of objects", "users/read-back", on("updateUserPatch", before(sent(drop("thresholds"), drop("location"), drop("coach_config"))))),
	row("patch-resets-default", "PATCH sets measurement_unit back to its default", "users/patch-keeps", on("updateUserPatch", before(sent(ensure("measurement_unit", nil))))),
	row("patch-changes-id", "PATCH answers with the id that was sent", "users/id", on("updateUserPatch", good(patchChangesID))),
	row("patch-half-applied", "PATCH with one bad field applies the good ones", "users/refused-changes-nothing", on("updateUserPatch", at(400, patchHalfApplied))),
	row("patch-loses-other-writer", "of two PATCHes at once one is lost", "users/concurrent-patch", on("updateUserPatch", patchLosesOtherWriter)),
	row("updated-at-backwards", "an update sets updated_at to an earlier time", "users/updated-at-moves", shown(updatedAtBackwards)),
	row("updated-at-frozen", "an update does not move updated_at", "users/updated-at-moves", shown(func(u object) { u["updated_at"] = u["created_at"] })),
	row("updated-at-in-future", "updated_at is a day ahead", "users/timestamps", shown(change("updated_at", mapped(updatedAtInFuture)))),
	row("created-at-moves", "an update moves created_at", "users/created-at-fixed", shown(func(u object) { u["created_at"] = u["updated_at"] })),
	row("created-at-is-now", "created_at is the time of the answer", "users/created-at-fixed", shown(func(u object) { u["created_at"] = time.Now().UTC().Format(timeLayout) })),
	row("created-at-writable", "created_at can be written", "users/read-only", on("user", good(createdAtWritable))),
	row("data-syncs-writable", "data_syncs can be written", "users/read-only", on("user", good(dataSyncsWritable))),
	row("unknown-property-stored", "a property that nobody knows is shown again", "schema/undocumented-property", on("createUser updateUserPut", good(unknownPropertyStored))),
}

func patchAsPut(x *exchange) {
	x.method = "PUT"
	sent(dropIf(func(v any) bool { return v == nil }), drop("id"))(x)
}

func putAsPatch(x *exchange, next func()) {
	id, _ := url.PathUnescape(x.userID())
	if given, ok := x.given()["id"]; !ok || given == id {
		x.method = "PATCH"
	}
	next()
}

func putUpserts(x *exchange) {
	id, _ := url.PathUnescape(x.userID())
	o := x.given()
	if o == nil || x.says("no such path") {
		return
	}
	o["id"] = id
	w := x.ask("POST", "/users", encode(o), x.all("Content-Type", "application/json"))
	x.status, x.answer, x.text = 200, w.Header(), w.Body.Bytes()
	x.answer.Del("Location")
}

func putOtherIDWins(x *exchange) {
	if id, ok := x.given()["id"].(string); ok {
		x.setUserID(id)
	}
}

func putKeepsNested(x *exchange) {
	w := x.stored()
	old, _ := parse(w.Body.Bytes())["thresholds"].(object)
	sent(in("thresholds", func(o object) {
		for name, v := range old {
			ensure(name, v)(o)
		}
	}))(x)
}

func putRefusedAndStored(x *exchange) {
	if first, ok := x.given()["firstname"].(string); ok {
		x.patch(object{"firstname": first})
	}
}

func putAddsEachTime(v json.Number) any {
	f, _ := v.Float64()
	return f + 1
}

func patchNullRefused(x *exchange) bool {
	for _, v := range x.given() {
		if v == nil {
			return true
		}
	}
	return false
}

func patchNullEmpties(o object) {
	for _, name := range []string{"firstname", "lastname", "language"} {
		if v, ok := o[name]; ok && v == nil {
			o[name] = ""
		}
	}
}

func patchEmptyClears(o object) {
	if len(o) == 0 {
		o["firstname"], o["lastname"] = nil, nil
	}
}

func patchNestedReplaced(x *exchange) {
	o := x.given()
	for _, name := range []string{"thresholds", "location", "coach_config"} {
		if _, ok := o[name].(object); ok {
			x.patch(object{name: nil})
		}
	}
}

func patchChangesID(x *exchange) {
	if id, ok := x.given()["id"].(string); ok {
		body(set("id", id))(x)
	}
}

func patchHalfApplied(x *exchange) {
	o := x.given()
	for name, v := range o {
		x.patch(object{name: v})
	}
}

func patchLosesOtherWriter(x *exchange, next func()) {
	w := x.stored()
	old := parse(w.Body.Bytes())
	if w.Code != 200 || x.given() == nil || x.ask("PATCH", "/users/"+x.userID(), []byte("{}"), x.header).Code != 200 {
		next()
		return
	}
	time.Sleep(30 * time.Millisecond) // reads, thinks, and writes all back
	full := object{}
	for name, v := range old {
		full[name] = v
	}
	for name, v := range x.given() {
		full[name] = v
	}
	x.body = encode(full)
	next()
}

func updatedAtBackwards(u object) {
	created, updated := timeOf(u["created_at"]), timeOf(u["updated_at"])
	u["updated_at"] = created.Add(created.Sub(updated)).Format(timeLayout)
}

func updatedAtInFuture(s string) string {
	return timeOf(s).Add(24 * time.Hour).Format(timeLayout)
}

func createdAtWritable(x *exchange) {
	if v, ok := x.given()["created_at"].(string); ok {
		body(set("created_at", v))(x)
	}
}

func dataSyncsWritable(x *exchange) {
	if v, ok := x.given()["data_syncs"].([]any); ok && len(v) > 0 {
		body(set("data_syncs", v))(x)
	}
}

func unknownPropertyStored(x *exchange) {
	body(func(o object) {
		for name, v := range x.given() {
			ensure(name, v)(o)
		}
	})(x)
}
