package users

import (
	"maps"
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// RaceCases do things at the same time.
var RaceCases = []live.Case{
	{
		Name: "users/concurrent-create",
		Why:  "two servers of a customer may greet a new user at once",
		Run:  tryUsersConcurrentCreate,
	},
	{
		Name: "users/concurrent-patch",
		Why:  "a watch and a phone of one person report at once",
		Run:  tryUsersConcurrentPatch,
	},
}

func tryUsersConcurrentCreate(p *live.Probe) {
	id := p.NewID()
	p.Remember(p.Suite.Target.Project.ID, id)
	var requests []live.Request
	for range 8 {
		requests = append(requests, live.JSONRequest("POST", "/users", live.Bearer(p.Token()), map[string]any{"id": id}))
	}
	calls := race(p, requests)
	won := 0
	for _, c := range calls {
		if c.OK() {
			won++
		}
	}
	if won > 1 {
		p.Report(calls[0], usersConcurrentCreate, rule.Finding{Message: "more than one create of an id at the same time worked"})
	}
	if won == 0 {
		p.Works(calls[0])
	}
	p.Get(id)
}

func tryUsersConcurrentPatch(p *live.Probe) {
	id := p.NewID()
	p.Create(p.FullUser(id))
	want := map[string]any{"firstname": "Raced", "lastname": "Racer", "language": "nl", "tz_offset": 19800, "height": 111.5, "weight": 66.25}
	var requests []live.Request
	for _, name := range slices.Sorted(maps.Keys(want)) {
		requests = append(requests, live.JSONRequest("PATCH", live.UserPath(id), live.Bearer(p.Token()), map[string]any{name: want[name]}))
	}
	for _, c := range race(p, requests) {
		if !c.OK() {
			p.Works(c)
			return
		}
	}
	c := p.Get(id)
	sent := live.JSONRequest("", "", nil, want)
	for name, value := range (&pass.Call{Exchange: &wire.Exchange{Request: wire.Request{Body: sent.Body}}}).RequestObject() {
		if now, known := c.Shows(name); known && (now == nil || !live.Same(value, now)) {
			f := c.Where(name)
			f.Message = "an update is lost that was made at the same time as others"
			p.Report(c, usersConcurrentPatch, f)
		}
	}
}

// race sends requests about one user at the same time. The history takes
// nothing from them but that they were sent.
func race(p *live.Probe, requests []live.Request) []*pass.Call { return p.Together(requests, true) }
