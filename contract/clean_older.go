package contract

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"time"
)

// Swept says what CleanOlder found and did.
type Swept struct {
	Found   int       // users that runs of this suite created, old enough
	Younger int       // users that runs created since
	Deleted int       // 0 for a dry run
	Oldest  time.Time // when the oldest of those found was created
}

// CleanOlder deletes the users that killed runs on other machines left on the
// target, whose ledgers are gone with their machines. A user is deleted only if
// its id has the form that this suite gives, and both the time in the id and
// created_at are older than age. Unless remove is set, it deletes nothing and
// counts.
//
// Runs that take longer than age would lose their users to it: a day is a good
// age.
func CleanOlder(ctx context.Context, spec *Spec, t Target, o Options, age time.Duration, remove bool) (Swept, error) {
	if age < time.Hour {
		return Swept{}, errors.New("contract: users younger than an hour may be of a run that is under way")
	}
	o.Run = ""
	s, err := NewSuite(spec, t, o)
	if err != nil {
		return Swept{}, err
	}
	ctx, end := s.begin(ctx)
	defer end()
	if err := s.stopped(); err != nil {
		return Swept{}, err
	}
	p := &probe{suite: s, ctx: ctx, live: &liveCase{name: "clean"}, cleaning: true}
	var swept Swept
	outcome := p.guard(func() {
		before := time.Now().Add(-age)
		projects := []string{s.target.Project.ID}
		if s.target.Other != nil {
			projects = append(projects, s.target.Other.ID)
		}
		var old []entry
		for _, project := range projects {
			old = append(old, p.older(project, before, &swept)...)
		}
		swept.Found = len(old)
		if !remove {
			return
		}
		for _, e := range old { // into the ledger, should this be killed too
			p.remember(e.Project, e.ID)
		}
		p.cleanUp()
	})
	if remove {
		swept.Deleted = swept.Found - len(s.ledger.open)
	}
	if outcome.Status == Error || outcome.Status == NotRun {
		return swept, fmt.Errorf("contract: %s", outcome.Reason)
	}
	return swept, nil
}

// madeUp is the form of the ids that runs give, which start with a time.
var madeUp = regexp.MustCompile(`^` + idPrefix + `([0-9a-z]{8})[0-9a-z]{4}_`)

// mostPages is how many pages of users are looked at.
const mostPages = 100_000

// older lists the users of a project that runs created before a time.
func (p *probe) older(project string, before time.Time, swept *Swept) []entry {
	token, err := p.suite.tokens.clean(p, project)
	if err != nil {
		p.fail("%v", err)
	}
	var old []entry
	query := url.Values{"limit": {"1000"}}
	for range mostPages {
		c := p.send(request{method: "GET", path: "/users?" + query.Encode(), header: bearer(token)})
		if !c.ok() {
			p.fail("the users cannot be listed: listUsers answered %d", c.status())
		}
		for _, user := range c.users() {
			id, _ := user["id"].(string)
			created, known := timestamp(user["created_at"])
			begun, ours := runTime(id)
			switch {
			case !ours || !known:
			case begun.Before(before) && created.Before(before):
				old = append(old, entry{Target: redactURL(p.suite.base), Project: project, ID: id})
				if swept.Oldest.IsZero() || created.Before(swept.Oldest) {
					swept.Oldest = created
				}
			default:
				swept.Younger++
			}
		}
		next, _ := c.pagination()["next_page"].(string)
		if next == "" {
			return old
		}
		if next == query.Get("page") {
			p.fail("the users cannot be listed: next_page is the page itself")
		}
		query.Set("page", next)
	}
	return old
}

// runTime is when the run that gave an id began; ok is false for the ids of
// others.
func runTime(id string) (begun time.Time, ok bool) {
	found := madeUp.FindStringSubmatch(id)
	if found == nil {
		return time.Time{}, false
	}
	ms, err := strconv.ParseInt(found[1], 36, 64)
	if err != nil {
		return time.Time{}, false
	}
	begun = time.UnixMilli(ms)
	return begun, begun.Year() >= 2020 && begun.Before(time.Now().Add(24*time.Hour))
}
