package faults

import (
	"encoding/json"
	"net/url"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
)

// updateFaults are those of PUT and PATCH.
var updateFaults = []kit.Fault{
	kit.Row("patch-answer-stale", "PATCH answers with the user as it was before", "users/stale-answer", kit.On(kit.Patching, kit.Stale)),
	kit.Row("put-answer-stale", "PUT answers with the user as it was before", "users/stale-answer", kit.On(kit.Replacing, kit.Stale)),
	kit.Row("patch-as-put", "PATCH replaces the whole user", "users/patch-keeps", kit.On(kit.Patching, kit.Before(patchAsPut))),
	kit.Row("put-as-patch", "PUT keeps fields that were not given", "users/put-replaces", kit.On(kit.Replacing, putAsPatch)),
	kit.Row("put-upserts", "PUT of an unknown user creates it", "users/put-unknown", kit.On(kit.Replacing, kit.At(404, putUpserts))),
	kit.Row("put-other-id-wins", "PUT changes the user whose id is in the body", "users/body-id", kit.On(kit.Replacing, kit.Before(putOtherIDWins))),
	kit.Row("put-keeps-nested", "PUT keeps what was inside an object before", "users/put-replaces", kit.On(kit.Replacing, kit.Before(putKeepsNested))),
	kit.Row("put-ignores-field", "PUT does not write tz_offset", "users/read-back", kit.On(kit.Replacing, kit.Before(kit.Keeping("tz_offset")))),
	kit.Row("put-refused-and-stored", "a refused PUT changes the user", "users/refused-changes-nothing", kit.On(kit.Replacing|kit.Patching, kit.At(400, putRefusedAndStored))),
	kit.Row("put-adds-each-time", "PUT twice gives another user than PUT once", "users/read-back", kit.On(kit.Replacing, kit.Before(kit.Sent(kit.Change("weight", putAddsEachTime))))),
	kit.Row("patch-null-ignored", "PATCH with null leaves a field as it is", "users/patch-clears", kit.On(kit.Patching, kit.Before(kit.Sent(kit.DropIf(func(v any) bool { return v == nil }))))),
	kit.Row("patch-null-refused", "PATCH with null is refused", "operation/works", kit.On(kit.Patching, kit.Replaced(patchNullRefused, kit.AnswerWith(400, "application/json", `{"error":"invalid_request"}`)))),
	kit.Row("patch-null-empties", "PATCH with null makes a text empty", "users/patch-clears", kit.On(kit.Patching, kit.Before(kit.Sent(patchNullEmpties)))),
	kit.Row("patch-empty-clears", "PATCH with an empty object clears the names", "users/patch-keeps", kit.On(kit.Patching, kit.Before(kit.Sent(patchEmptyClears)))),
	kit.Row("patch-nested-replaced", "PATCH of a field inside an object replaces the object", "users/patch-merges", kit.On(kit.Patching, kit.Before(patchNestedReplaced))),
	kit.Row("patch-ignores-field", "PATCH does not write lastname", "users/read-back", kit.On(kit.Patching, kit.Before(kit.Sent(kit.Drop("lastname"))))),
	kit.Row("patch-ignores-nested", "PATCH does not write inside of objects", "users/read-back", kit.On(kit.Patching, kit.Before(kit.Sent(kit.Drop("thresholds"), kit.Drop("location"), kit.Drop("coach_config"))))),
	kit.Row("patch-resets-default", "PATCH sets measurement_unit back to its default", "users/patch-keeps", kit.On(kit.Patching, kit.Before(kit.Sent(kit.Ensure("measurement_unit", nil))))),
	kit.Row("patch-changes-id", "PATCH answers with the id that was sent", "users/id", kit.On(kit.Patching, kit.Good(patchChangesID))),
	kit.Row("patch-half-applied", "PATCH with one bad field applies the good ones", "users/refused-changes-nothing", kit.On(kit.Patching, kit.At(400, patchHalfApplied))),
	kit.Row("patch-loses-other-writer", "of two PATCHes at once one is lost", "users/concurrent-patch", kit.On(kit.Patching, patchLosesOtherWriter)),
	kit.Row("updated-at-backwards", "an update sets updated_at to an earlier time", "users/updated-at-moves", shown(updatedAtBackwards)),
	kit.Row("updated-at-frozen", "an update does not move updated_at", "users/updated-at-moves", shown(func(u kit.Object) { u["updated_at"] = u["created_at"] })),
	kit.Row("updated-at-in-future", "updated_at is a day ahead", "users/timestamps", shown(kit.Change("updated_at", kit.Mapped(updatedAtInFuture)))),
	kit.Row("created-at-moves", "an update moves created_at", "users/created-at-fixed", shown(func(u kit.Object) { u["created_at"] = u["updated_at"] })),
	kit.Row("created-at-is-now", "created_at is the time of the answer", "users/created-at-fixed", shown(func(u kit.Object) { u["created_at"] = time.Now().UTC().Format(kit.TimeLayout) })),
	kit.Row("created-at-writable", "created_at can be written", "users/read-only", kit.On(kit.One, kit.Good(createdAtWritable))),
	kit.Row("data-syncs-writable", "data_syncs can be written", "users/read-only", kit.On(kit.One, kit.Good(dataSyncsWritable))),
	kit.Row("unknown-property-stored", "a property that nobody knows is shown again", "schema/undocumented-property", kit.On(kit.Creating|kit.Replacing, kit.Good(unknownPropertyStored))),
}

func patchAsPut(x *kit.Exchange) {
	x.Method = "PUT"
	kit.Sent(kit.DropIf(func(v any) bool { return v == nil }), kit.Drop("id"))(x)
}

func putAsPatch(x *kit.Exchange, next func()) {
	id, _ := url.PathUnescape(x.UserID())
	if given, ok := x.Given()["id"]; !ok || given == id {
		x.Method = "PATCH"
	}
	next()
}

func putUpserts(x *kit.Exchange) {
	id, _ := url.PathUnescape(x.UserID())
	o := x.Given()
	if o == nil || x.Says("no such path") {
		return
	}
	o["id"] = id
	w := x.Ask("POST", "/users", kit.Encode(o), x.All("Content-Type", "application/json"))
	x.Status, x.Answer, x.Text = 200, w.Header(), w.Body.Bytes()
	x.Answer.Del("Location")
}

func putOtherIDWins(x *kit.Exchange) {
	if id, ok := x.Given()["id"].(string); ok {
		x.SetUserID(id)
	}
}

func putKeepsNested(x *kit.Exchange) {
	w := x.Stored()
	old, _ := kit.Parse(w.Body.Bytes())["thresholds"].(kit.Object)
	kit.Sent(kit.In("thresholds", func(o kit.Object) {
		for name, v := range old {
			kit.Ensure(name, v)(o)
		}
	}))(x)
}

func putRefusedAndStored(x *kit.Exchange) {
	if first, ok := x.Given()["firstname"].(string); ok {
		x.Patch(kit.Object{"firstname": first})
	}
}

func putAddsEachTime(v json.Number) any {
	f, _ := v.Float64()
	return f + 1
}

func patchNullRefused(x *kit.Exchange) bool {
	for _, v := range x.Given() {
		if v == nil {
			return true
		}
	}
	return false
}

func patchNullEmpties(o kit.Object) {
	for _, name := range []string{"firstname", "lastname", "language"} {
		if v, ok := o[name]; ok && v == nil {
			o[name] = ""
		}
	}
}

func patchEmptyClears(o kit.Object) {
	if len(o) == 0 {
		o["firstname"], o["lastname"] = nil, nil
	}
}

func patchNestedReplaced(x *kit.Exchange) {
	o := x.Given()
	for _, name := range []string{"thresholds", "location", "coach_config"} {
		if _, ok := o[name].(kit.Object); ok {
			x.Patch(kit.Object{name: nil})
		}
	}
}

func patchChangesID(x *kit.Exchange) {
	if id, ok := x.Given()["id"].(string); ok {
		kit.Body(kit.Set("id", id))(x)
	}
}

func patchHalfApplied(x *kit.Exchange) {
	o := x.Given()
	for name, v := range o {
		x.Patch(kit.Object{name: v})
	}
}

func patchLosesOtherWriter(x *kit.Exchange, next func()) {
	w := x.Stored()
	old := kit.Parse(w.Body.Bytes())
	if w.Code != 200 || x.Given() == nil || x.Ask("PATCH", "/users/"+x.UserID(), []byte("{}"), x.Header).Code != 200 {
		next()
		return
	}
	time.Sleep(30 * time.Millisecond) // reads, thinks, and writes all back
	full := kit.Object{}
	for name, v := range old {
		full[name] = v
	}
	for name, v := range x.Given() {
		full[name] = v
	}
	x.Body = kit.Encode(full)
	next()
}

func updatedAtBackwards(u kit.Object) {
	created, updated := kit.TimeOf(u["created_at"]), kit.TimeOf(u["updated_at"])
	u["updated_at"] = created.Add(created.Sub(updated)).Format(kit.TimeLayout)
}

func updatedAtInFuture(s string) string {
	return kit.TimeOf(s).Add(24 * time.Hour).Format(kit.TimeLayout)
}

func createdAtWritable(x *kit.Exchange) {
	if v, ok := x.Given()["created_at"].(string); ok {
		kit.Body(kit.Set("created_at", v))(x)
	}
}

func dataSyncsWritable(x *kit.Exchange) {
	if v, ok := x.Given()["data_syncs"].([]any); ok && len(v) > 0 {
		kit.Body(kit.Set("data_syncs", v))(x)
	}
}

func unknownPropertyStored(x *kit.Exchange) {
	kit.Body(func(o kit.Object) {
		for name, v := range x.Given() {
			kit.Ensure(name, v)(o)
		}
	})(x)
}
