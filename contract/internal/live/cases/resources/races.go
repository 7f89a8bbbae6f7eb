package resources

import (
	"net/http"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases/users"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// racers is how many requests go out at the same time.
const racers = 8

// RefusesTaken reports whether a create documents that a key is given once.
func RefusesTaken(r *spec.Resource) bool {
	return r.ClientKeys && r.Create != nil && r.Create.Doc.Responses.Status(http.StatusConflict) != nil
}

// RaceCreates creates one key many times at once.
func RaceCreates(p *live.Probe, r *spec.Resource) {
	t := live.Thing{Resource: r, In: p.Place(r), ID: p.NewID()}
	p.RememberIn(p.Suite.Target.Project.ID, t.In, t.ID)
	body := p.Smallest(r)
	body[r.Key] = t.ID
	var requests []live.Request
	for range racers {
		requests = append(requests, live.JSONRequest(r.Create.Method, t.In, p.Authorization(r.Create), body))
	}
	calls := p.Together(requests, true)
	won := 0
	for _, c := range calls {
		if c.OK() {
			won++
		}
	}
	if won > 1 {
		p.Report(calls[0], t.Rule(users.ConcurrentCreate), rule.Finding{Message: "more than one create of an id at the same time worked"})
	}
	if won == 0 {
		p.Works(calls[0])
	}
	if r.Read != nil {
		p.Read(t)
	}
}

// RacePatches changes several fields of one, each by a request of its own, all at
// once.
func RacePatches(p *live.Probe, r *spec.Resource) {
	body := p.BodyOf(r, spec.Create)
	t, _ := p.MustMake(r, p.Place(r), body)
	before := p.Read(t)
	if !p.Works(before) {
		return
	}
	want := make(map[string]any)
	var requests []live.Request
	for _, f := range Racing(r) {
		value, ok := p.Maker().Other(f.Schema(), body[f.Name])
		if !ok || len(requests) == racers {
			continue
		}
		want[f.Name] = value
		requests = append(requests, live.JSONRequest(r.Patch.Method, t.Path(), p.Authorization(r.Patch), map[string]any{f.Name: value}))
	}
	for _, c := range p.Together(requests, true) {
		if !c.OK() {
			p.Works(c)
			return
		}
	}
	c := p.Read(t)
	sent := asSent(want)
	for _, f := range r.Fields {
		value, raced := sent[f.Name]
		old, shown := before.Shows(f.Name)
		now, known := c.Shows(f.Name)
		// A value that is changed on its way is no update that is lost.
		if raced && shown && known && old != nil && live.Same(old, now) && !live.Same(value, now) {
			f := c.Where(f.Name)
			f.Message = "an update is lost that was made at the same time as others"
			p.Report(c, t.Rule(users.ConcurrentPatch), f)
		}
	}
}

// Racing are the fields that have nothing to do with each other, as far as the
// spec can tell: what is chosen from a list may say how others are meant.
func Racing(r *spec.Resource) (fields []*spec.Field) {
	for _, f := range r.Fields {
		if f.Patch != nil && f.Shown != nil && f.Parts == nil && spec.EnumOf(f.Schema()) == nil {
			fields = append(fields, f)
		}
	}
	return fields
}
