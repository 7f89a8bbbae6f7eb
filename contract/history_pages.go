package contract

import (
	"fmt"
	"slices"
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

// walk is a listing, page by page.
type walk struct {
	project string
	whole   bool // all users of the project, not one that sees itself alone
	limit   string
	started time.Time
	writes  int // creates and deletes in the project when it began
	ids     []string
	seen    map[string]bool
	pages   map[string]bool
	totals  []float64
	racing  bool // something was written during a page
}

// addPage takes an answer of listUsers.
func (h *History) addPage(c *call) {
	if !c.ok() || c.object() == nil {
		return
	}
	project, principal := h.realm(c)
	realm := project + "|" + principal
	page := c.param("page")
	var w *walk
	if page == "" {
		w = &walk{
			project: project, whole: principal == "", limit: c.param("limit"), started: c.x.Started, writes: h.count[project],
			seen: make(map[string]bool), pages: make(map[string]bool),
		}
	} else if w = h.walks[walkKey{realm, page}]; w == nil {
		h.compareItems(c, project)
		return // the middle of a listing that began elsewhere, or a page asked for again
	}
	delete(h.walks, walkKey{realm, page})
	w.pages[page] = true

	w.racing = w.racing || c.racing
	h.compareItems(c, project)
	repeated := false
	for _, user := range c.users() {
		id, _ := user["id"].(string)
		if id == "" {
			continue
		}
		if w.seen[id] {
			repeated = true
			continue
		}
		w.seen[id] = true
		w.ids = append(w.ids, id)
	}
	if repeated && page != "" && h.quiet(w) { // within one page: page/repeats
		c.report(pageHistoryRules, "page/repeats-between", Finding{Pointer: "/users", Message: "a user of an earlier page is listed again"})
	}
	if total, ok := float(c.pagination()["total"]); ok {
		w.totals = append(w.totals, total)
	}
	next := c.nextPage()
	switch {
	case next == "":
		h.endWalk(c, w, realm)
	case w.pages[next]:
		c.report(pageHistoryRules, "page/loop", Finding{Pointer: "/pagination/next_page", Message: "next_page leads back to a page that was there before"})
	default:
		if len(c.users()) == 0 {
			c.report(pageHistoryRules, "page/empty-with-next", Finding{Pointer: "/users", Message: "an empty page says that there is more"})
		}
		h.walks[walkKey{realm, next}] = w
	}
}

// compareItems holds the users on a page against what is known of them.
func (h *History) compareItems(c *call, project string) {
	if c.racing || h.open.Load() > 0 {
		return
	}
	gone, compared := false, 0
	for _, user := range c.users() {
		id, _ := user["id"].(string)
		u := h.users[userKey{project, id}]
		if u == nil || c.x.Started.Before(u.wrote) {
			continue
		}
		if u.gone && u.deleted != nil {
			gone = true
			continue
		}
		if u.doc == nil || u.gone || compared > 20 {
			continue
		}
		before := len(c.findings)
		h.compareFields(c, u, user, "users/list-agrees")
		h.compareCreated(c, u, user)
		for i := before; i < len(c.findings); i++ {
			c.findings[i].Pointer = "/users/*" + c.findings[i].Pointer
		}
		if len(c.findings) > before {
			compared++
		}
	}
	if gone {
		c.report(userHistoryRules, "users/deleted-listed", Finding{Pointer: "/users", Message: "a deleted user is listed"})
	}
}

// quiet tells whether nothing was written since a listing began. Otherwise
// its pages do not have to agree.
func (h *History) quiet(w *walk) bool {
	return w.writes == h.count[w.project] && !w.racing && h.open.Load() == 0 && (w.started.IsZero() || !w.started.Before(h.writes[w.project]))
}

// endWalk looks at a listing that is complete.
func (h *History) endWalk(c *call, w *walk, realm string) {
	if !h.quiet(w) {
		return
	}
	missing := 0
	for key, u := range h.users {
		if w.whole && key.project == w.project && !u.gone && u.doc != nil && !u.existed.IsZero() && u.existed.Before(w.started) && !w.seen[key.id] {
			missing++
		}
	}
	if missing > 0 {
		c.report(pageHistoryRules, "page/loses-users", Finding{Pointer: "/users", Message: "users that exist are on no page"})
	}
	if len(w.totals) > 0 && slices.Min(w.totals) == slices.Max(w.totals) && w.totals[0] != float64(len(w.ids)) {
		what := "more users than total says"
		if w.totals[0] > float64(len(w.ids)) {
			what = "fewer users than total says"
		}
		c.report(pageHistoryRules, "page/total-agrees", Finding{Pointer: "/pagination/total", Message: "all pages together have " + what})
	} else if len(w.totals) > 0 && slices.Min(w.totals) != slices.Max(w.totals) {
		c.report(pageHistoryRules, "page/total-agrees", Finding{Pointer: "/pagination/total", Message: fmt.Sprintf("total changes from page to page, %d times, and nothing was written", changesIn(w.totals))})
	}
	key := realm + "|" + w.limit
	if last := h.last[key]; last != nil && last.writes == w.writes && sameSet(last.ids, w.ids) && !slices.Equal(last.ids, w.ids) {
		c.report(pageHistoryRules, "page/order", Finding{Pointer: "/users", Message: "a second listing has another order"})
	}
	h.last[key] = w
}

func changesIn(values []float64) int {
	n := 0
	for i := 1; i < len(values); i++ {
		if values[i] != values[i-1] {
			n++
		}
	}
	return n
}
