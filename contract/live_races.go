package contract

import (
	"maps"
	"slices"
	"sync"
)

// raceCases do things at the same time.
var raceCases = []liveCase{
	{
		name: "users/concurrent-create",
		why:  "two servers of a customer may greet a new user at once",
		run:  tryUsersConcurrentCreate,
	},
	{
		name: "users/concurrent-patch",
		why:  "a watch and a phone of one person report at once",
		run:  tryUsersConcurrentPatch,
	},
}

func tryUsersConcurrentCreate(p *probe) {
	id := p.newID()
	p.remember(p.suite.target.Project.ID, id)
	var requests []request
	for range 8 {
		requests = append(requests, jsonRequest("POST", "/users", bearer(p.token()), map[string]any{"id": id}))
	}
	calls := p.race(requests)
	won := 0
	for _, c := range calls {
		if c.ok() {
			won++
		}
	}
	if won > 1 {
		p.finding(calls[0], usersConcurrentCreate, Finding{Message: "more than one create of an id at the same time worked"})
	}
	if won == 0 {
		p.works(calls[0])
	}
	p.get(id)
}

func tryUsersConcurrentPatch(p *probe) {
	id := p.newID()
	p.create(p.fullUser(id))
	want := map[string]any{"firstname": "Raced", "lastname": "Racer", "language": "nl", "tz_offset": 19800, "height": 111.5, "weight": 66.25}
	var requests []request
	for _, name := range slices.Sorted(maps.Keys(want)) {
		requests = append(requests, jsonRequest("PATCH", userPath(id), bearer(p.token()), map[string]any{name: want[name]}))
	}
	for _, c := range p.race(requests) {
		if !c.ok() {
			p.works(c)
			return
		}
	}
	c := p.get(id)
	sent := jsonRequest("", "", nil, want)
	for name, value := range (&call{x: &Exchange{Request: Request{Body: sent.body}}}).requestObject() {
		if now, known := c.shows(name); known && (now == nil || !same(value, now)) {
			f := c.where(name)
			f.Message = "an update is lost that was made at the same time as others"
			p.finding(c, usersConcurrentPatch, f)
		}
	}
}

// race sends requests about one user at the same time. The history takes
// nothing from them but that they were sent.
func (p *probe) race(requests []request) []*call { return p.together(requests, true) }

// together sends requests at the same time.
func (p *probe) together(requests []request, racing bool) []*call {
	exchanges := make([]*Exchange, len(requests))
	for range requests {
		p.spend()
	}
	defer p.suite.history.begin("")()
	ready := make(chan struct{})
	var group sync.WaitGroup
	for i := range requests {
		group.Go(func() {
			<-ready
			exchanges[i] = p.suite.wire.send(p.ctx, requests[i])
		})
	}
	close(ready)
	group.Wait()
	for _, x := range exchanges {
		p.ended(x)
	}
	calls := make([]*call, len(requests))
	for i, x := range exchanges {
		calls[i] = p.check(p.named(x), racing)
	}
	return calls
}
