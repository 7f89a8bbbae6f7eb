package contract

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// compareWrite holds the answer to a write against what was sent.
func (h *History) compareWrite(c *call, u *userState, answer, sent, before map[string]any) {
	for _, name := range writable {
		value, there := sent[name]
		if !there || value == nil || c.is("updateUserPatch") && isObject(value) {
			continue
		}
		for _, d := range differences(name, value, answer[name]) {
			f := c.where(d.name)
			if before != nil && !same(before[name], value) && sameOrNil(answer[name], before[name]) {
				f.Message = "the answer shows the value from before the update"
				c.report(userHistoryRules, "users/stale-answer", f)
				break
			}
			f.Message = "the answer to the write: " + d.text
			c.report(userHistoryRules, "users/write-answer", f)
		}
		for part := range parts(answer[name]) {
			if _, named := parts(value)[part]; c.is("updateUserPut") && isObject(value) && !named && same(parts(answer[name])[part], parts(before[name])[part]) {
				f := c.where(name + "." + part)
				f.Message = "the part was not in the PUT and is still there"
				c.report(userHistoryRules, "users/put-replaces", f)
			}
		}
	}
	if !c.is("updateUserPatch") {
		return
	}
	for _, name := range writable {
		value, there := sent[name]
		switch {
		case there && value == nil:
			if now := answer[name]; now != nil && before[name] != nil && same(now, before[name]) && !mayDefault(name, now, u.given) {
				f := c.where(name)
				f.Message = "null did not clear the field"
				c.report(userHistoryRules, "users/patch-clears", f)
			} else if now == "" || isObject(now) && len(parts(now)) == 0 {
				f := c.where(name)
				f.Message = "null made the field empty in place of clearing it"
				c.report(userHistoryRules, "users/patch-clears", f)
			}
		case there && isObject(value):
			h.comparePart(c, name, value.(map[string]any), answer[name], before)
		}
	}
}

// comparePart holds the answer to a PATCH of an object against both forms that
// it may have: the sent part, and the other parts as they were.
func (h *History) comparePart(c *call, name string, sent map[string]any, answer any, before map[string]any) {
	now, _ := answer.(map[string]any)
	old, _ := before[name].(map[string]any)
	for part, value := range sent {
		if value == nil {
			if old[part] != nil && now[part] != nil {
				f := c.where(name + "." + part)
				f.Message = "null did not clear the part"
				c.report(userHistoryRules, "users/patch-clears", f)
			}
			continue
		}
		if now[part] == nil || !same(now[part], value) {
			f := c.where(name + "." + part)
			if old != nil && same(now[part], old[part]) {
				f.Message = "the answer shows the value from before the update"
				c.report(userHistoryRules, "users/stale-answer", f)
				return
			}
			f.Message = "the answer to the write: the value is not the one that was sent"
			c.report(userHistoryRules, "users/write-answer", f)
		}
	}
	for part, value := range old {
		if _, patched := sent[part]; !patched && value != nil && !sameOrNil(now[part], value) {
			f := c.where(name + "." + part)
			f.Message = "the part was not in the patch and is not as before"
			c.report(userHistoryRules, "users/patch-merges", f)
		}
	}
}

// compareKept holds what an update did not name against what was there.
func (h *History) compareKept(c *call, u *userState, answer, sent map[string]any) {
	if u.doc == nil {
		return
	}
	for _, name := range writable {
		if _, named := sent[name]; named {
			continue
		}
		old, now := u.doc[name], answer[name]
		f := c.where(name)
		switch {
		case c.is("updateUserPut"):
			if old != nil && now != nil && same(old, now) && !mayDefault(name, now, u.given) {
				f.Message = "the field was not in the PUT and is still there"
				c.report(userHistoryRules, "users/put-replaces", f)
			}
		case old == nil && now == nil:
		case old == nil && u.complete, old != nil && (now == nil || !same(old, now)):
			f.Message = "the field was not in the patch and is not as before"
			c.report(userHistoryRules, "users/patch-keeps", f)
		}
	}
}

// compareTimes holds created_at and updated_at of an answer to a write against
// those before.
func (h *History) compareTimes(c *call, u *userState, answer map[string]any, changed bool) {
	h.compareCreated(c, u, answer)
	old, okOld := timestamp(u.doc["updated_at"])
	now, okNow := timestamp(answer["updated_at"])
	if !okOld || !okNow {
		return
	}
	f := c.where("updated_at")
	switch {
	case now.Before(old):
		f.Message = "an update set updated_at back"
		c.report(userHistoryRules, "users/updated-at-moves", f)
	case now.Equal(old) && changed && !c.x.Started.IsZero() && c.x.Started.Sub(u.wrote) >= resolution(u.doc["updated_at"]):
		f.Message = "an update did not move updated_at"
		c.report(userHistoryRules, "users/updated-at-moves", f)
	}
}

func (h *History) compareCreated(c *call, u *userState, answer map[string]any) {
	old, okOld := timestamp(u.doc["created_at"])
	now, okNow := timestamp(answer["created_at"])
	// Some servers answer a create with more digits than they keep.
	step := max(resolution(u.doc["created_at"]), resolution(answer["created_at"]))
	if okOld && okNow && now.Sub(old).Abs() >= step {
		f := c.where("created_at")
		f.Message = "created_at changed"
		c.report(userHistoryRules, "users/created-at-fixed", f)
	}
}

// compareRead holds a GET against what is known.
func (h *History) compareRead(c *call, u *userState, answer map[string]any) {
	rule := "users/read-back"
	if u.refused {
		rule = "users/refused-changes-nothing"
	}
	h.compareFields(c, u, answer, rule)
	h.compareCreated(c, u, answer)
	for _, name := range []string{"created_at", "updated_at"} {
		if u.doc[name] != nil && answer[name] == nil {
			f := c.where(name)
			f.Message = "the value is missing"
			c.report(userHistoryRules, "users/read-back", f)
		}
	}
	old, okOld := timestamp(u.doc["updated_at"])
	now, okNow := timestamp(answer["updated_at"])
	if okOld && okNow && !u.touched {
		step := max(resolution(u.doc["updated_at"]), resolution(answer["updated_at"]))
		f := c.where("updated_at")
		switch {
		case now.Sub(old).Abs() < step:
		case u.refused:
			f.Message = "a refused request moved updated_at"
			c.report(userHistoryRules, "users/refused-changes-nothing", f)
		case u.seen: // else the write may have had its consequences later
			f.Message = "reading changed updated_at"
			c.report(userHistoryRules, "users/read-is-safe", f)
		}
	}
}

// compareFields holds the client's fields of a user against what is known.
func (h *History) compareFields(c *call, u *userState, answer map[string]any, rule string) {
	for _, name := range writable {
		old, now := u.doc[name], answer[name]
		f := c.where(name)
		switch {
		case old == nil && now == nil:
		case old == nil && u.refused:
			f.Message = "a field is there that was not there before"
			c.report(userHistoryRules, rule, f)
		case old == nil:
			if u.complete && rule != "users/list-agrees" {
				f.Message = "a field is there that was not in the answer before"
				c.report(userHistoryRules, "users/answers-agree", f)
			}
		default:
			for _, d := range differences(name, old, now) {
				f := c.where(d.name)
				f.Message = d.text
				c.report(userHistoryRules, rule, f)
			}
		}
	}
}

// recreated looks for data of the deleted user in the new one.
func (h *History) recreated(c *call, answer, sent, before map[string]any, given fieldSet) {
	for _, name := range writable {
		_, named := sent[name]
		if old := before[name]; !named && old != nil && same(old, answer[name]) && !mayDefault(name, old, given) {
			f := c.where(name)
			f.Message = "the new user has a value of the deleted one"
			c.report(userHistoryRules, "users/recreated-clean", f)
		}
	}
}

// difference is a field that is not as expected; the text has no value.
type difference struct{ name, text string }

// differences compares a field, parts of objects one by one.
func differences(name string, want, got any) []difference {
	if same(want, got) {
		return nil
	}
	if wantObject, ok := want.(map[string]any); ok {
		if gotObject, ok := got.(map[string]any); ok {
			var all []difference
			for _, part := range slices.Sorted(maps.Keys(wantObject)) {
				if wantObject[part] != nil {
					all = append(all, differences(name+"."+part, wantObject[part], gotObject[part])...)
				}
			}
			return all
		}
	}
	return []difference{{name, describe(want, got)}}
}

// describe says how a value differs from the one expected, without either.
func describe(want, got any) string {
	if got == nil {
		return "the value is missing"
	}
	if w, g := shape(want), shape(got); w != g {
		return g + " where it was " + w
	}
	w, isText := want.(string)
	g, _ := got.(string)
	switch {
	case !isText:
		return "the value is a different one"
	case strings.TrimSpace(w) == g:
		return "white space at the ends is lost"
	case strings.EqualFold(w, g):
		return "upper and lower case changed"
	case len([]rune(w)) != len([]rune(g)):
		return "the text has another length"
	}
	return "the text is a different one"
}

// parts are the properties of an object; none of anything else.
func parts(value any) map[string]any {
	object, _ := value.(map[string]any)
	return object
}

func isObject(value any) bool { _, ok := value.(map[string]any); return ok }

func sameOrNil(a, b any) bool { return a == nil && b == nil || a != nil && same(a, b) }

// timestamp reads a date-time.
func timestamp(value any) (time.Time, bool) {
	text, _ := value.(string)
	t, err := time.Parse(time.RFC3339Nano, text)
	return t, err == nil
}

// resolution is the step of a timestamp as it is written: a second without a
// fraction, a millisecond with three digits.
func resolution(value any) time.Duration {
	text, _ := value.(string)
	_, fraction, ok := strings.Cut(text, ".")
	if !ok {
		return time.Second
	}
	digits := len(fraction) - len(strings.TrimLeft(fraction, "0123456789"))
	step := time.Second
	for range min(digits, 9) {
		step /= 10
	}
	return max(step, time.Microsecond)
}
