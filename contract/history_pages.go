package contract

import (
	"fmt"
	"hash/maphash"
	"time"
)

var pageHistoryRules = []Rule{
	historyRule("page/repeats-between", Violation, "resources-and-pagination", "A user is in a listing once.",
		"the last user of a page is the first of the next", "each user once, in any order"),
	historyRule("page/loop", Violation, "resources-and-pagination", "The chain of next_page ends.",
		"a next_page that was there before", "a new next_page on each page, none on the last"),
	historyRule("page/loses-users", Violation, "users/list-users", "A listing has every user of the project.",
		"a user that was created before the first page is on none", "a user created during the listing is on none"),
	historyRule("page/total-agrees", Violation, "resources-and-pagination", "total is the number of users, when nothing is written.",
		"total 7 on each page, 5 users on all of them", "total 8 after a create"),
	historyRule("page/empty-with-next", Drift, "policy", "A page that says that there is more has something on it.",
		"users [] and a next_page", "users [] and no next_page"),
	historyRule("page/order", Drift, "policy", "Two listings have one order, when nothing is written.",
		"another order at each listing", "any order, twice"),
}

// walkKey is the page that is to come next in a listing.
type walkKey struct{ realm, page string }

// walk is a listing, page by page. Of ids and page tokens it keeps a hash: 64
// bits with a seed of their own tell a hundred thousand apart.
type walk struct {
	project string
	whole   bool // all users of the project, not one that sees itself alone
	limit   string
	started time.Time
	writes  int                 // creates and deletes in the project when it began
	seen    map[uint64]struct{} // ids
	pages   map[uint64]struct{} // page tokens
	users   int
	set     uint64 // of the ids, in any order
	order   uint64 // of the ids, in theirs
	total   outlinedNumber
	changes int  // how often total was another than on the page before
	racing  bool // something was written during a page
	strange bool // has users that are not of the history, whose owners may write too
}

// add takes a user; false if it was there before.
func (w *walk) add(id uint64) bool {
	if _, there := w.seen[id]; there {
		return false
	}
	w.seen[id] = struct{}{}
	w.users++
	w.set += id
	w.order = w.order*1099511628211 + id // the prime of FNV
	return true
}

// addPage takes an answer of listUsers.
func (h *History) addPage(c *call) {
	o := c.outline()
	if !o.there {
		return
	}
	project, principal := h.realm(c)
	realm := project + "|" + principal
	page := c.param("page")
	var w *walk
	if page == "" {
		w = &walk{
			project: project, whole: principal == "", limit: c.param("limit"), started: c.x.Started, writes: h.writes.get(project).count,
			seen: make(map[uint64]struct{}), pages: make(map[uint64]struct{}),
		}
	} else if w = h.walks.get(walkKey{realm, page}); w == nil {
		h.compareItems(c, project)
		return // the middle of a listing that began elsewhere, or a page asked for again
	}
	h.walks.delete(walkKey{realm, page})
	w.pages[maphash.String(h.seed, page)] = struct{}{}

	w.racing = w.racing || c.racing
	w.strange = h.compareItems(c, project) || w.strange
	repeated := false
	for i := range o.users {
		if id := o.users[i].id; len(id) > 0 && !w.add(maphash.Bytes(h.seed, id)) {
			repeated = true
		}
	}
	if repeated && page != "" && h.quiet(w) { // within one page: page/repeats
		c.report(pageHistoryRules, "page/repeats-between", Finding{Pointer: "/users", Message: "a user of an earlier page is listed again"})
	}
	if o.total.ok {
		if w.total.ok && w.total != o.total {
			w.changes++
		}
		w.total = o.total
	}
	next := string(o.next)
	_, loop := w.pages[maphash.String(h.seed, next)]
	switch {
	case next == "":
		h.endWalk(c, w, realm)
	case loop:
		c.report(pageHistoryRules, "page/loop", Finding{Pointer: "/pagination/next_page", Message: "next_page leads back to a page that was there before"})
	default:
		if len(o.users) == 0 {
			c.report(pageHistoryRules, "page/empty-with-next", Finding{Pointer: "/users", Message: "an empty page says that there is more"})
		}
		if w.users <= walkUsers {
			h.walks.put(walkKey{realm, next}, w)
		}
	}
}

// compareItems holds the users on a page against what is known of them, and
// tells whether there are others.
func (h *History) compareItems(c *call, project string) (strange bool) {
	if c.racing || h.open.Load() > 0 {
		return false
	}
	gone, compared := false, 0
	users := c.outline().users
	for i := range users {
		user := &users[i]
		u := h.users.get(userKey{project, string(user.id)})
		if u == nil || c.x.Started.Before(u.wrote) {
			strange = strange || u == nil
			continue
		}
		if u.gone && u.kept.deleted != nil {
			gone = true
			continue
		}
		if !u.known() || u.gone || compared > 20 || u.same(user) {
			continue
		}
		hash := maphash.Bytes(h.seed, user.raw)
		if u.listedBefore(hash) {
			continue
		}
		u.wake()
		answer := user.object()
		before := len(c.findings)
		h.compareFields(c, u, answer, "users/list-agrees")
		h.compareCreated(c, u, answer)
		u.rest()
		for i := before; i < len(c.findings); i++ {
			c.findings[i].Pointer = "/users/*" + c.findings[i].Pointer
		}
		switch {
		case len(c.findings) > before:
			compared++
		case user.raw != nil:
			u.kept.listed = hash
		}
	}
	if gone {
		c.report(userHistoryRules, "users/deleted-listed", Finding{Pointer: "/users", Message: "a deleted user is listed"})
	}
	return strange
}

// quiet tells whether nothing was written since a listing began. Otherwise
// its pages do not have to agree.
func (h *History) quiet(w *walk) bool {
	since := h.writes.get(w.project)
	return w.writes == since.count && !w.racing && h.open.Load() == 0 && (w.started.IsZero() || !w.started.Before(since.last))
}

// endWalk looks at a listing that is complete.
func (h *History) endWalk(c *call, w *walk, realm string) {
	if !h.quiet(w) {
		return
	}
	if h.loses(w) {
		c.report(pageHistoryRules, "page/loses-users", Finding{Pointer: "/users", Message: "users that exist are on no page"})
	}
	switch {
	case w.changes > 0 && w.strange:
		c.report(pageHistoryRules, "page/total-agrees", Finding{Level: Drift, Pointer: "/pagination/total", Message: "total changes from page to page; somebody else may be writing"})
	case w.changes > 0:
		c.report(pageHistoryRules, "page/total-agrees", Finding{Pointer: "/pagination/total", Message: fmt.Sprintf("total changes from page to page, %d times, and nothing was written", w.changes)})
	case w.total.ok && w.total.value != float64(w.users):
		what := "more users than total says"
		if w.total.value > float64(w.users) {
			what = "fewer users than total says"
		}
		c.report(pageHistoryRules, "page/total-agrees", Finding{Pointer: "/pagination/total", Message: "all pages together have " + what})
	}
	key := realm + "|" + w.limit
	last := h.last.get(key)
	if last != nil && last.writes == w.writes && last.users == w.users && last.set == w.set && last.order != w.order {
		c.report(pageHistoryRules, "page/order", Finding{Pointer: "/users", Message: "a second listing has another order"})
	}
	w.seen, w.pages = nil, nil // not needed any more
	h.last.put(key, w)
}

// loses tells whether a user that exists since before the listing is not in it.
func (h *History) loses(w *walk) bool {
	if !w.whole {
		return false
	}
	for key, u := range h.users.all() {
		if key.project != w.project || u.gone || !u.known() || u.existed.IsZero() || !u.existed.Before(w.started) {
			continue
		}
		if _, listed := w.seen[maphash.String(h.seed, key.id)]; !listed {
			return true
		}
	}
	return false
}
