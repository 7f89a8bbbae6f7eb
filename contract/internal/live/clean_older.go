package live

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
)

// CleanOlder deletes the users that killed runs on other machines left on the
// target, whose ledgers are gone with their machines. A user is deleted only if
// its id has the form that this suite gives, and both the time in the id and
// created_at are older than age. Unless remove is set, it deletes nothing and
// counts.
//
// Runs that take longer than age would lose their users to it: a day is a good
// age.
func CleanOlder(ctx context.Context, spec *pass.Spec, t run.Target, o run.Options, age time.Duration, remove bool) (run.Swept, error) {
	if age < time.Hour {
		return run.Swept{}, errors.New("contract: users younger than an hour may be of a run that is under way")
	}
	o.Run = ""
	s, err := NewSuite(spec, t, o, cleaning, nil)
	if err != nil {
		return run.Swept{}, err
	}
	ctx, end := s.Begin(ctx)
	defer end()
	if err := s.stopped(); err != nil {
		return run.Swept{}, err
	}
	p := &Probe{Suite: s, ctx: ctx, Case: &Case{Name: "clean"}, cleaning: true}
	var swept run.Swept
	outcome := p.guard(func() {
		before := time.Now().Add(-age)
		projects := []string{s.Target.Project.ID}
		if s.Target.Other != nil {
			projects = append(projects, s.Target.Other.ID)
		}
		var old []Entry
		for _, project := range projects {
			old = append(old, cleaner{p}.older(project, before, &swept)...)
		}
		swept.Found = len(old)
		if !remove {
			return
		}
		for _, e := range old { // into the ledger, should this be killed too
			p.Remember(e.Project, e.ID)
		}
		cleaner{p}.cleanUp()
	})
	if remove {
		swept.Deleted = swept.Found - len(s.ledger.open)
	}
	if outcome.Status == rule.Error || outcome.Status == rule.NotRun {
		return swept, fmt.Errorf("contract: %s", outcome.Reason)
	}
	return swept, nil
}

// madeUp is the form of the ids that runs give, which start with a time.
var madeUp = regexp.MustCompile(`^` + run.IDPrefix + `([0-9a-z]{8})[0-9a-z]{4}_`)

// mostPages is how many pages of users are looked at.
const mostPages = 100_000

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
