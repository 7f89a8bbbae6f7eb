package contract

import "maps"

// updateCases change users, as a whole and in parts.
var updateCases = []liveCase{
	{
		name: "users/replace",
		why:  "PUT takes the whole user",
		run:  tryUsersReplace,
	},
	{
		name: "users/patch",
		why:  "an app that changes one field must not lose the others",
		run:  tryUsersPatch,
	},
	{
		name: "users/replace-part",
		why:  "PUT of an object replaces the object, not parts of it",
		run:  tryUsersReplacePart,
	},
	{
		name: "users/patch-part",
		why:  "one threshold changes, the others stay",
		run:  tryUsersPatchPart,
	},
	{
		name: "users/patch-null",
		why:  "people take data back",
		run:  tryUsersPatchNull,
	},
	{
		name: "users/patch-nothing",
		why:  "a form that was saved unchanged sends an empty object",
		run:  tryUsersPatchNothing,
	},
	{
		name: "users/body-id",
		why:  "a typing error must not change another person's data",
		run:  tryUsersBodyID,
	},
	{
		name: "users/read-only",
		why:  "an audit trail that clients can write is none",
		run:  tryUsersReadOnly,
	},
}

func tryUsersReplace(p *probe) {
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
}

func tryUsersPatch(p *probe) {
	id := p.newID()
	user := p.fullUser(id)
	c := p.create(user)
	p.moved(c)
	for _, f := range p.suite.spec.users().Fields {
		name := f.Name
		value, ok := p.maker().Other(f.Schema(), user[name])
		if f.Patch == nil || !ok {
			continue
		}
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
}

func tryUsersReplacePart(p *probe) {
	id := p.newID()
	user := p.fullUser(id)
	p.create(user)
	user["thresholds"] = map[string]any{"ftp": 101.5}
	user["location"] = map[string]any{"lat": 12.25}
	if p.works(p.put(id, user)) {
		p.works(p.get(id))
	}
}

func tryUsersPatchPart(p *probe) {
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
}

func tryUsersPatchNull(p *probe) {
	id := p.newID()
	p.create(p.fullUser(id))
	for _, f := range p.suite.spec.users().Fields {
		if f.Patch != nil && f.Nullable && p.works(p.patch(id, map[string]any{f.Name: nil})) {
			p.works(p.get(id))
		}
	}
}

func tryUsersPatchNothing(p *probe) {
	id := p.newID()
	p.create(p.fullUser(id))
	p.works(p.patch(id, map[string]any{}))
	p.works(p.get(id))
}

func tryUsersBodyID(p *probe) {
	one, two := p.newID(), p.newID()
	p.create(map[string]any{"id": one, "firstname": "One"})
	p.create(map[string]any{"id": two, "firstname": "Two"})
	c := p.put(one, map[string]any{"id": two, "firstname": "Changed"})
	if name, known := p.get(two).shows("firstname"); known && name != "Two" {
		p.finding(c, usersBodyID, Finding{Pointer: "/id", Message: "PUT changed the user of the body, not of the path"})
	}
	p.works(p.get(one))
	// PATCH cannot move a user to another id either.
	p.remember(p.suite.target.Project.ID, one+"_moved")
	p.patch(one, map[string]any{"id": one + "_moved", "firstname": "Moved"})
	if after := p.get(one + "_moved"); p.found(after) {
		p.finding(after, usersBodyID, Finding{Pointer: "/id", Message: "PATCH changed the id of a user"})
	}
}

func tryUsersReadOnly(p *probe) {
	id := p.newID()
	user := map[string]any{"id": id, "created_at": "1999-01-01T00:00:00Z", "updated_at": "1999-01-01T00:00:00Z"}
	syncs := []any{map[string]any{"provider": "contract", "status": "made up"}}
	c := p.tryCreate(p.token(), map[string]any{
		"id": id, "created_at": user["created_at"], "updated_at": user["updated_at"], "data_syncs": syncs,
	})
	p.timestampKept(c, user)
	value, _ := c.shows("data_syncs")
	if kept, _ := value.([]any); len(kept) > 0 {
		f := c.where("data_syncs")
		f.Message = "the server kept data_syncs of the client"
		p.finding(c, usersReadOnly, f)
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
}

// timestampKept reports a timestamp of the client that the server kept.
func (p *probe) timestampKept(c *call, sent map[string]any) {
	for _, name := range []string{"created_at", "updated_at"} {
		if c.ok() && c.object()[name] == sent[name] {
			f := c.where(name)
			f.Message = "the server kept a timestamp of the client"
			p.finding(c, usersReadOnly, f)
			return
		}
	}
}
