package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// History holds exchanges of the same users, listings and tokens against each
// other. Feed it exchanges in the order in which they ended; live and recorded
// traffic are the same to it. It is safe for concurrent use.
//
// Its memory is bounded: it knows the 5,000 users and the 5,000 tokens that it
// met last, at least. What it has forgotten it takes as if never seen.
type History struct {
	spec *Spec
	mu   sync.Mutex

	open atomic.Int64 // writes that are under way; see begin

	seed   maphash.Seed
	users  *recent[userKey, *userState]
	walks  *recent[walkKey, *walk]      // by the page token that is to come next
	last   *recent[string, *walk]       // last complete walk of a realm and limit
	writes *recent[string, writes]      // by project
	tokens *recent[string, *tokenState] // by digest
	jtis   *recent[string, string]      // digest of the token
}

// writes are the creates and deletes in a project.
type writes struct {
	last  time.Time // end of the last one
	count int
}

// NewHistory returns an empty history.
func NewHistory(spec *Spec) *History {
	return &History{
		spec:   spec,
		seed:   maphash.MakeSeed(),
		users:  newRecent[userKey, *userState](keptUsers),
		walks:  newRecent[walkKey, *walk](keptWalks),
		last:   newRecent[string, *walk](keptWalks),
		writes: newRecent[string, writes](keptProjects),
		tokens: newRecent[string, *tokenState](keptTokens),
		jtis:   newRecent[string, string](keptTokens),
	}
}

// Add takes the next exchange and returns what it contradicts.
func (h *History) Add(x *Exchange) []Finding {
	c := h.spec.open(x, "")
	defer c.close()
	h.addCall(c)
	return c.findings
}

// addCall adds an exchange; findings go into the call.
func (h *History) addCall(c *call) {
	if c.op == nil || c.x.Request.Method == "HEAD" {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case c.x.Response == nil || c.status()/100 == 5:
		h.forget(c)
	case c.op.token:
		h.addToken(c)
	case c.is("listUsers"):
		h.useToken(c)
		h.addPage(c)
	default:
		h.useToken(c)
		h.addUser(c)
	}
}

// historyRules are the rules that history.go and its neighbours report.
var historyRules = slices.Concat(userHistoryRules, pageHistoryRules, tokenHistoryRules)

func historyRule(id string, level Level, source, title, breaks, holds string) Rule {
	return Rule{ID: id, Kind: KindHistory, Level: level, Source: source, Title: title, Breaks: breaks, Holds: holds}
}

// report adds a finding of a rule that is looked up by id.
func (c *call) report(rules []Rule, id string, f Finding) {
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		panic("contract: no rule " + id) // a programming error, which a test finds
	}
	c.finding(&rules[i], f)
}

// digest stands for a secret in maps, so that none stays in memory for long.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:12])
}

// end is when the last byte of an exchange came; zero if unknown.
func (x *Exchange) end() time.Time {
	if x.Started.IsZero() {
		return time.Time{}
	}
	return x.Started.Add(x.Duration)
}
