package contract

import (
	"strings"
	"time"
)

var userHistoryRules = []Rule{
	historyRule("users/write-answer", Violation, "users/create-a-new-user", "The answer to a write shows what was written.",
		"POST with a firstname, 201 without it", "POST without a gender, 201 without it"),
	historyRule("users/stale-answer", Violation, "users/update-user-put", "The answer to an update shows the user after it.",
		"PATCH of lastname, 200 with the old one", "PATCH of lastname, 200 with the new one"),
	historyRule("users/read-back", Violation, "users/create-a-new-user", "What was written is what is read.",
		"birthday 1990-04-23 written, 1990-04-22 read", "the same characters and the same numbers"),
	historyRule("users/answers-agree", Assumption, "users/create-a-new-user", "Two answers about an unchanged user have the same fields.",
		"POST answers without data_syncs that GET shows", "equal answers in another order"),
	historyRule("users/list-agrees", Violation, "users/list-users", "A user in a list is the user that GET shows.",
		"list without birthdays", "the same fields in another order"),
	historyRule("users/created-readable", Violation, "rfc9110#15.3.2", "A user that was created can be read.",
		"201, then 404", "201, then 200"),
	historyRule("users/unique-id", Violation, "quickstart", "An id is given once in a project.",
		"two creates of an id, 201 both times", "409 for the second"),
	historyRule("users/created-at-fixed", Violation, "users/create-a-new-user", "created_at never changes.",
		"another created_at after PATCH", "the same instant, written in another zone"),
	historyRule("users/updated-at-moves", Violation, "users/create-a-new-user", "updated_at moves forward when something changes.",
		"the same or an earlier updated_at after PATCH", "a later one; the same after PATCH {}"),
	historyRule("users/read-is-safe", Assumption, "rfc9110#9.2.1", "Reading changes nothing.",
		"another updated_at at each GET", "the same at each GET"),
	historyRule("users/patch-keeps", Violation, "rfc5789#2", "PATCH leaves alone what it does not name.",
		"PATCH of lastname loses firstname", "PATCH {} changes nothing"),
	historyRule("users/patch-merges", Assumption, "rfc7396#2", "PATCH of a part of an object keeps its other parts.",
		"PATCH thresholds.ftp loses thresholds.mhr", "both are there"),
	historyRule("users/patch-clears", Assumption, "rfc7396#2", "PATCH with null clears the field.",
		"gender null, and gender stays", "gender null, and gender is absent or null"),
	historyRule("users/put-replaces", Violation, "users/update-user-put", "PUT replaces the whole user.",
		"PUT without gender, and gender stays", "PUT without measurement_unit, which is metric again"),
	historyRule("users/put-unknown", Assumption, "users/update-user-put", "PUT of a user that is not there does not create it.",
		"404 for GET, then 200 for PUT", "404 for both"),
	historyRule("users/deleted-gone", Violation, "rfc9110#9.3.5", "A deleted user is gone.",
		"DELETE 204, then GET 200", "DELETE 204, then GET 404 or 410"),
	historyRule("users/deleted-listed", Violation, "rfc9110#9.3.5", "A deleted user is not listed.",
		"DELETE 204, and the next list has the user", "a list that began before the DELETE"),
	historyRule("users/recreated-clean", Violation, "users/create-a-new-user", "A user that is created again starts empty.",
		"DELETE, POST with an id alone, 201 with the old birthday", "201 with defaults"),
	historyRule("users/refused-changes-nothing", Violation, "rfc5789#2", "A request that was refused changes nothing.",
		"PATCH refused with 400, and half of it applied", "400, and the user as before"),
}

// userKey is a user of a project.
type userKey struct{ project, id string }

// userState is what is known of a user from the exchanges so far.
type userState struct {
	kept     kept           // doc and deleted between two exchanges
	doc      map[string]any // the user as it has to be; nil if unknown
	complete bool           // doc is a whole answer, so that what it lacks is not there
	gone     bool           // deleted, or seen not to exist
	deleted  map[string]any // doc at the time of the delete
	wrote    time.Time      // end of the last write
	refused  bool           // the last write was refused
	touched  bool           // something was written since doc's updated_at was seen
	seen     bool           // doc's updated_at was read, and not in the answer to a write
	given    fieldSet       // fields that a client has set
	existed  time.Time      // since when it is known to exist
}

// writable are the fields that a client sets.
var writable = []string{
	"language", "tz_offset", "firstname", "lastname", "measurement_unit", "gender", "birthday", "height", "weight",
	"thresholds", "location", "coach_config",
}

func (h *History) addUser(c *call) {
	id, ok := c.requestID()
	if !ok || id == "" {
		return
	}
	project, principal := h.realm(c)
	u := h.user(project, id)
	write := c.x.Request.Method != "GET"
	if write && c.ok() && c.is("createUser", "deleteUser") {
		h.wrote(project, c)
	}
	// Two exchanges that overlap say nothing about each other.
	if !c.x.Started.IsZero() && c.x.Started.Before(u.wrote) || c.racing {
		if write || c.racing {
			u.kept.doc, u.wrote = nil, later(u.wrote, c.x.end())
			u.gone = false
		}
		return
	}
	var user *outlinedUser // nil for another user, or none: schema rules and user/id say so
	if users := c.outline().users; len(users) > 0 && string(users[0].id) == id {
		user = &users[0]
	}
	reads := c.is("getUser") && user != nil
	switch {
	case reads && !u.gone && (!u.known() || u.same(user)):
		u.read(c, user)
	case c.ok():
		u.wake()
		h.success(c, u, user.object())
		u.keep()
		if reads {
			u.read(c, user)
		}
	case (c.status() == 404 || c.status() == 410) && principal == "" && h.mayUse(c): // else it need not see others
		u.wake()
		h.notFound(c, u)
		u.keep()
	}
	if write {
		u.wrote = later(u.wrote, c.x.end())
		u.refused = !c.ok()
	}
}

// user returns what is known of a user.
func (h *History) user(project, id string) *userState {
	key := userKey{project, id}
	u := h.users.get(key)
	if u == nil {
		u = &userState{}
		h.users.put(key, u)
	}
	return u
}

// wrote notes that users came or went.
func (h *History) wrote(project string, c *call) {
	w := h.writes.get(project)
	h.writes.put(project, writes{later(w.last, c.x.end()), w.count + 1})
}

// forget takes an exchange without an answer, or with that of a gateway: a
// write may have been carried out, and may be still.
func (h *History) forget(c *call) {
	id, ok := c.requestID()
	if !ok || c.op.token || c.x.Request.Method == "GET" {
		return
	}
	project, _ := h.realm(c)
	h.wrote(project, c)
	u := h.user(project, id)
	*u = userState{wrote: later(u.wrote, c.x.end())}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (h *History) notFound(c *call, u *userState) {
	if u.doc != nil && !u.gone && c.is("getUser", "updateUserPut", "updateUserPatch", "deleteUser") {
		c.report(userHistoryRules, "users/created-readable", Finding{Message: "a user that exists is not found"})
	}
	if c.is("getUser") {
		u.gone, u.doc = true, nil
	}
}

// success takes an answer of the class 2xx.
func (h *History) success(c *call, u *userState, answer map[string]any) {
	sent := c.requestObject()
	switch c.op.id {
	case "createUser":
		if u.doc != nil && !u.gone {
			c.report(userHistoryRules, "users/unique-id", Finding{Message: "an id that is taken was given again"})
		}
		before := u.deleted
		u.doc, u.gone, u.touched, u.seen = overlay(answer, sent), false, answer == nil, false
		u.complete, u.existed = answer != nil, c.x.end()
		if answer != nil {
			h.compareWrite(c, u, answer, sent, nil)
			h.recreated(c, answer, sent, before, u.given)
		}
		u.deleted = nil
		u.give(sent, true)
	case "getUser":
		if u.gone {
			c.report(userHistoryRules, "users/deleted-gone", Finding{Message: "a user that is gone is found"})
			u.gone = false
		}
		if answer == nil {
			return
		}
		if u.doc != nil {
			h.compareRead(c, u, answer)
		}
	case "updateUserPut", "updateUserPatch":
		if u.gone {
			rule, message := "users/put-unknown", "PUT of an unknown user works"
			if c.is("updateUserPatch") {
				rule, message = "users/deleted-gone", "PATCH of a user that is gone works"
			}
			c.report(userHistoryRules, rule, Finding{Message: message})
			u.gone, u.doc = false, nil
		}
		before := u.doc
		if answer != nil {
			h.compareWrite(c, u, answer, sent, before)
			h.compareKept(c, u, answer, sent)
			h.compareTimes(c, u, answer, changes(before, answer, sent, c.is("updateUserPut")))
		}
		u.give(sent, c.is("updateUserPut"))
		u.doc, u.complete = after(before, answer, sent, c.is("updateUserPut")), answer != nil
		u.touched, u.seen = answer == nil, false
	case "deleteUser":
		if u.gone {
			c.report(userHistoryRules, "users/deleted-gone", Finding{Message: "a user that is gone can be deleted again"})
		}
		u.deleted, u.doc, u.gone = u.doc, nil, true
	}
}

// where is the JSON pointer and the place in the spec of a field.
func (c *call) where(name string) Finding {
	f := Finding{Pointer: "/" + strings.ReplaceAll(name, ".", "/")}
	known, ok := c.spec.fields[name]
	if !ok {
		known = c.spec.placeOfField(name)
	}
	f.Spec = known
	return f
}

// placeOfField is where a field of a user stands in the spec; "" if it has no
// users.
func (s *Spec) placeOfField(name string) string {
	if s.doc.Components == nil || s.doc.Components.Schemas["User"] == nil {
		return ""
	}
	user := s.doc.Components.Schemas["User"]
	schema, _, _ := trace(user, "", strings.Split(name, "."))
	return place(schema.Origin, "")
}
