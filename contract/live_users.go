package contract

import (
	"maps"
	"slices"
	"sync"
)

// userCases use the operations of users as everybody does. That each answer
// agrees with those before is the business of the history.
var userCases = []liveCase{
	{
		name: "users/quickstart",
		why:  "it is the first thing that a new customer does",
		run: func(p *probe) {
			id := p.newID()
			p.create(map[string]any{
				"id": id, "firstname": "Avery", "lastname": "Smith", "language": "en", "measurement_unit": "metric", "tz_offset": 3600,
			})
			p.works(p.get(id))
			p.works(p.send(request{method: "GET", path: "/users?limit=10", header: bearer(p.token())}))
		},
	},
	{
		name: "users/create",
		why:  "a field that is lost at the start is lost for good",
		run: func(p *probe) {
			id := p.newID()
			c := p.create(p.fullUser(id))
			p.works(p.get(id))
			p.works(p.get(id))
			if location := c.x.Response.Header.Get("Location"); location != "" && c.status() == 201 {
				p.follow(c, location)
			}
		},
	},
	{
		name: "users/create-smallest",
		why:  "an id is all that is needed",
		run: func(p *probe) {
			id := p.newID()
			p.create(map[string]any{"id": id})
			p.works(p.get(id))
		},
	},
	{
		name: "users/create-twice",
		why:  "a second create must not overwrite a person's data",
		run: func(p *probe) {
			id := p.newID()
			p.create(p.fullUser(id))
			c := p.tryCreate(p.token(), map[string]any{"id": id, "firstname": "Second"})
			if s := c.status(); s/100 == 4 && s != 409 && s != 429 {
				p.finding(c, "users/duplicate-status", Finding{Message: "a taken id is not refused with 409"})
			}
			p.works(p.get(id))
		},
	},
	{
		name: "users/replace",
		why:  "PUT takes the whole user",
		run: func(p *probe) {
			id := p.newID()
			c := p.create(p.fullUser(id))
			p.moved(c)
			user := p.fullUser(id)
			c = p.put(id, user)
			if !p.works(c) {
				return
			}
			p.works(p.get(id))
			p.moved(c)
			// The same once more changes nothing that matters.
			p.works(p.put(id, user))
			p.works(p.get(id))
			// And a small one takes the rest away.
			if p.works(p.put(id, map[string]any{"id": id, "firstname": "Alone"})) {
				p.works(p.get(id))
			}
			if p.works(p.put(id, map[string]any{"id": id})) {
				p.works(p.get(id))
			}
		},
	},
	{
		name: "users/patch",
		why:  "an app that changes one field must not lose the others",
		run: func(p *probe) {
			id := p.newID()
			user := p.fullUser(id)
			c := p.create(user)
			p.moved(c)
			for _, name := range writable {
				value := p.another(name, user[name])
				user[name] = value
				if c = p.patch(id, map[string]any{name: value}); !p.works(c) {
					continue
				}
				p.works(p.get(id))
			}
			p.moved(c)
			c = p.patch(id, map[string]any{"firstname": "Patched", "tz_offset": 0})
			p.works(c)
			p.works(p.get(id))
		},
	},
	{
		name: "users/replace-part",
		why:  "PUT of an object replaces the object, not parts of it",
		run: func(p *probe) {
			id := p.newID()
			user := p.fullUser(id)
			p.create(user)
			user["thresholds"] = map[string]any{"ftp": 101.5}
			user["location"] = map[string]any{"lat": 12.25}
			if p.works(p.put(id, user)) {
				p.works(p.get(id))
			}
		},
	},
	{
		name: "users/patch-part",
		why:  "one threshold changes, the others stay",
		run: func(p *probe) {
			id := p.newID()
			p.create(p.fullUser(id))
			if p.works(p.patch(id, map[string]any{"thresholds": map[string]any{"ftp": 99.5}})) {
				p.works(p.get(id))
			}
			if p.works(p.patch(id, map[string]any{"location": map[string]any{"lat": 12.25}})) {
				p.works(p.get(id))
			}
			if c := p.patch(id, map[string]any{"thresholds": map[string]any{"mhr": nil}}); c.ok() {
				p.works(p.get(id))
			}
		},
	},
	{
		name: "users/patch-null",
		why:  "people take data back",
		run: func(p *probe) {
			id := p.newID()
			p.create(p.fullUser(id))
			for _, name := range writable {
				if name == "measurement_unit" || name == "language" || name == "tz_offset" {
					continue // a server may have defaults for them
				}
				if p.works(p.patch(id, map[string]any{name: nil})) {
					p.works(p.get(id))
				}
			}
		},
	},
	{
		name: "users/patch-nothing",
		why:  "a form that was saved unchanged sends an empty object",
		run: func(p *probe) {
			id := p.newID()
			p.create(p.fullUser(id))
			p.works(p.patch(id, map[string]any{}))
			p.works(p.get(id))
		},
	},
	{
		name: "users/delete",
		why:  "deleted means deleted, by law too",
		run: func(p *probe) {
			id := p.newID()
			user := p.fullUser(id)
			p.create(user)
			if !p.works(p.delete(id)) {
				return
			}
			p.refuses(p.get(id), "users/unknown-found", "a deleted user", 404, 410)
			p.refuses(p.patch(id, map[string]any{"firstname": "Ghost"}), "users/unknown-found", "PATCH of a deleted user", 404, 410)
			if c := p.delete(id); !c.ok() {
				p.refuses(c, "users/unknown-found", "DELETE of a deleted user", 404, 410)
			}
			// The id is free again, and nothing of the old user is left.
			if p.works(p.tryCreate(p.token(), map[string]any{"id": id})) {
				p.works(p.get(id))
			}
		},
	},
	{
		name: "users/unknown",
		why:  "an app has to tell a user that is not there from a failure",
		run: func(p *probe) {
			id := p.newID()
			p.remember(p.suite.target.Project.ID, id) // PUT may create it
			p.refuses(p.get(id), "users/unknown-found", "GET of an unknown user", 404, 410)
			p.refuses(p.patch(id, map[string]any{"firstname": "Nobody"}), "users/unknown-found", "PATCH of an unknown user", 404, 410)
			if c := p.delete(id); !c.ok() {
				p.refuses(c, "users/unknown-found", "DELETE of an unknown user", 404, 410)
			}
			c := p.put(id, map[string]any{"id": id, "firstname": "Nobody"})
			if !c.ok() { // else users/put-unknown says it
				p.refuses(c, "users/unknown-found", "PUT of an unknown user", 404, 410)
			}
			p.get(id)
		},
	},
	{
		name: "users/body-id",
		why:  "a typing error must not change another person's data",
		run: func(p *probe) {
			one, two := p.newID(), p.newID()
			p.create(map[string]any{"id": one, "firstname": "One"})
			p.create(map[string]any{"id": two, "firstname": "Two"})
			c := p.put(one, map[string]any{"id": two, "firstname": "Changed"})
			if after := p.get(two); after.ok() && after.object()["firstname"] != "Two" {
				p.finding(c, "users/body-id", Finding{Pointer: "/id", Message: "PUT changed the user of the body, not of the path"})
			}
			p.works(p.get(one))
			// PATCH cannot move a user to another id either.
			p.remember(p.suite.target.Project.ID, one+"_moved")
			p.patch(one, map[string]any{"id": one + "_moved", "firstname": "Moved"})
			if after := p.get(one + "_moved"); after.ok() {
				p.finding(after, "users/body-id", Finding{Pointer: "/id", Message: "PATCH changed the id of a user"})
			}
		},
	},
	{
		name: "users/read-only",
		why:  "an audit trail that clients can write is none",
		run: func(p *probe) {
			id := p.newID()
			user := map[string]any{"id": id, "created_at": "1999-01-01T00:00:00Z", "updated_at": "1999-01-01T00:00:00Z"}
			syncs := []any{map[string]any{"provider": "contract", "status": "made up"}}
			c := p.tryCreate(p.token(), map[string]any{
				"id": id, "created_at": user["created_at"], "updated_at": user["updated_at"], "data_syncs": syncs,
			})
			p.timestampKept(c, user)
			if kept, _ := c.object()["data_syncs"].([]any); c.ok() && len(kept) > 0 {
				f := c.where("data_syncs")
				f.Message = "the server kept data_syncs of the client"
				p.finding(c, "users/read-only", f)
			}
			if !c.ok() {
				p.create(map[string]any{"id": id})
			}
			before := p.get(id)
			p.timestampKept(p.patch(id, maps.Clone(map[string]any{"created_at": "1999-01-01T00:00:00Z"})), user)
			p.timestampKept(p.put(id, user), user)
			if after := p.get(id); after.ok() && before.ok() {
				p.timestampKept(after, user)
			}
		},
	},
	{
		name: "users/case",
		why:  "two people whose ids differ in case are two people",
		run: func(p *probe) {
			id := p.newID()
			p.create(map[string]any{"id": id + "_aA"})
			if c := p.get(id + "_Aa"); c.ok() {
				p.finding(c, "users/id-case", Finding{Message: "a user is found under its id in another case"})
			}
			if c := p.get(id + "_a"); c.ok() {
				p.finding(c, "users/id-case", Finding{Message: "a user is found under the start of its id"})
			}
		},
	},
	{
		name: "users/concurrent-create",
		why:  "two servers of a customer may greet a new user at once",
		run: func(p *probe) {
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
				p.finding(calls[0], "users/concurrent-create", Finding{Message: "more than one create of an id at the same time worked"})
			}
			if won == 0 {
				p.works(calls[0])
			}
			p.get(id)
		},
	},
	{
		name: "users/concurrent-patch",
		why:  "a watch and a phone of one person report at once",
		run: func(p *probe) {
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
				if now, there := c.object()[name]; c.ok() && (!there || !same(value, now)) {
					f := c.where(name)
					f.Message = "an update is lost that was made at the same time as others"
					p.finding(c, "users/concurrent-patch", f)
				}
			}
		},
	},
}

var unknownRules = []Rule{
	probeRule("users/unknown-found", Assumption, "resources-and-pagination", "A user that does not exist is not found.",
		"PATCH of an unknown user gives 200", "404"),
}

// timestampKept reports a timestamp of the client that the server kept.
func (p *probe) timestampKept(c *call, sent map[string]any) {
	for _, name := range []string{"created_at", "updated_at"} {
		if c.ok() && c.object()[name] == sent[name] {
			f := c.where(name)
			f.Message = "the server kept a timestamp of the client"
			p.finding(c, "users/read-only", f)
			return
		}
	}
}

// follow fetches the Location of a new user.
func (p *probe) follow(c *call, location string) {
	base := *p.suite.base
	base.Path += "/users"
	u, err := base.Parse(location)
	if err != nil || u.Host != base.Host {
		return // http/location says it
	}
	path, _ := pathOf(u.String(), p.suite.base.Path)
	answer := p.send(request{method: "GET", path: path, header: bearer(p.token())})
	if s := answer.status(); s/100 == 4 && s != 429 {
		p.finding(c, "http/location-leads", Finding{Message: "Location leads nowhere"})
	}
}

// race sends requests at the same time. The history takes nothing from them
// but that they were sent.
func (p *probe) race(requests []request) []*call {
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
	calls := make([]*call, len(requests))
	for i, x := range exchanges {
		calls[i] = p.check(p.named(x), true)
	}
	return calls
}
