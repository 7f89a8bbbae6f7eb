package users

import (
	"maps"
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/sample"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// UpdateCases change users, as a whole and in parts.
var UpdateCases = []live.Case{
	{
		Name: "users/replace",
		Why:  "PUT takes the whole user",
		Run:  tryUsersReplace,
	},
	{
		Name: "users/patch",
		Why:  "an app that changes one field must not lose the others",
		Run:  tryUsersPatch,
	},
	{
		Name: "users/replace-part",
		Why:  "PUT of an object replaces the object, not parts of it",
		Run:  tryUsersReplacePart,
	},
	{
		Name: "users/patch-part",
		Why:  "one threshold changes, the others stay",
		Run:  tryUsersPatchPart,
	},
	{
		Name: "users/patch-null",
		Why:  "people take data back",
		Run:  tryUsersPatchNull,
	},
	{
		Name: "users/patch-nothing",
		Why:  "a form that was saved unchanged sends an empty object",
		Run:  tryUsersPatchNothing,
	},
	{
		Name:  "users/body-id",
		Why:   "a typing error must not change another person's data",
		Rules: []*rule.Rule{usersBodyID},
		Run:   tryUsersBodyID,
	},
	{
		Name:  "users/read-only",
		Why:   "an audit trail that clients can write is none",
		Rules: []*rule.Rule{ReadOnly},
		Run:   tryUsersReadOnly,
	},
}

func tryUsersReplace(p *live.Probe) {
	id := p.NewID()
	c := p.Create(p.FullUser(id))
	p.Moved(c)
	user := p.FullUser(id)
	c = p.Put(id, user)
	if !p.Works(c) {
		return
	}
	p.Works(p.Get(id))
	p.Moved(c)
	// The same once more changes nothing that matters.
	p.Works(p.Put(id, user))
	p.Works(p.Get(id))
	// And a small one takes the rest away.
	if p.Works(p.Put(id, map[string]any{"id": id, "firstname": "Alone"})) {
		p.Works(p.Get(id))
	}
	if p.Works(p.Put(id, map[string]any{"id": id})) {
		p.Works(p.Get(id))
	}
}

func tryUsersPatch(p *live.Probe) {
	id := p.NewID()
	user := p.FullUser(id)
	c := p.Create(user)
	p.Moved(c)
	for _, f := range p.Suite.Spec.Users().Fields {
		name := f.Name
		value, ok := p.Maker().Other(f.Schema(), user[name])
		if f.Patch == nil || !ok {
			continue
		}
		user[name] = value
		if c = p.Patch(id, map[string]any{name: value}); !p.Works(c) {
			continue
		}
		p.Works(p.Get(id))
	}
	p.Moved(c)
	c = p.Patch(id, map[string]any{"firstname": "Patched", "tz_offset": 0})
	p.Works(c)
	p.Works(p.Get(id))
}

func tryUsersReplacePart(p *live.Probe) {
	id := p.NewID()
	user := p.FullUser(id)
	p.Create(user)
	for _, f := range p.Suite.Spec.Users().Fields {
		if object, _ := user[f.Name].(map[string]any); len(object) > 1 && sample.Splits(f.Schema()) {
			part := read.Keys(object)[0]
			user[f.Name] = map[string]any{part: object[part]}
		}
	}
	if p.Works(p.Put(id, user)) {
		p.Works(p.Get(id))
	}
}

func tryUsersPatchPart(p *live.Probe) {
	r := p.Suite.Spec.Users()
	body := p.BodyOf(r, spec.Create)
	t, _ := p.MustMake(r, p.Place(r), body)
	PatchParts(p, t, body)
}

// PatchParts changes one part of each object of what was made by a body, puts one
// into each map, and takes one away from each.
func PatchParts(p *live.Probe, t live.Thing, body map[string]any) {
	parts := make(map[string][]string)
	for _, f := range t.Resource.Fields {
		object, _ := body[f.Name].(map[string]any)
		names := read.Keys(object)
		if f.Patch == nil || len(names) < 2 || !sample.Splits(f.Schema()) {
			continue
		}
		parts[f.Name] = names
		other, _ := p.Maker().Other(f.Schema(), object)
		changed, _ := other.(map[string]any)
		i := slices.IndexFunc(names, func(name string) bool { return !sample.Same(changed[name], object[name]) })
		if i >= 0 && changed[names[i]] != nil {
			patchPart(p, t, f.Name, names[i], changed[names[i]])
		}
		if spec.More(f.Schema()) != nil && len(spec.Properties(f.Schema())) == 0 {
			patchPart(p, t, f.Name, "contract_new", object[names[0]])
		}
	}
	for _, name := range read.Keys(parts) { // whether null takes a part away, no page says
		patchPart(p, t, name, parts[name][1], nil)
	}
}

func patchPart(p *live.Probe, t live.Thing, field, name string, value any) {
	c := p.Change(t, map[string]any{field: map[string]any{name: value}})
	if value == nil || p.Works(c) {
		p.ReadBack(t)
	}
}

func tryUsersPatchNull(p *live.Probe) {
	id := p.NewID()
	p.Create(p.FullUser(id))
	for _, f := range p.Suite.Spec.Users().Fields {
		if f.Patch != nil && f.Nullable && p.Works(p.Patch(id, map[string]any{f.Name: nil})) {
			p.Works(p.Get(id))
		}
	}
}

func tryUsersPatchNothing(p *live.Probe) {
	id := p.NewID()
	p.Create(p.FullUser(id))
	p.Works(p.Patch(id, map[string]any{}))
	p.Works(p.Get(id))
}

func tryUsersBodyID(p *live.Probe) {
	one, two := p.NewID(), p.NewID()
	p.Create(map[string]any{"id": one, "firstname": "One"})
	p.Create(map[string]any{"id": two, "firstname": "Two"})
	c := p.Put(one, map[string]any{"id": two, "firstname": "Changed"})
	if name, known := p.Get(two).Shows("firstname"); known && name != "Two" {
		p.Report(c, usersBodyID, rule.Finding{Pointer: "/id", Message: "PUT changed the user of the body, not of the path"})
	}
	p.Works(p.Get(one))
	// PATCH cannot move a user to another id either.
	p.Remember(p.Suite.Target.Project.ID, one+"_moved")
	p.Patch(one, map[string]any{"id": one + "_moved", "firstname": "Moved"})
	if after := p.Get(one + "_moved"); p.Found(after) {
		p.Report(after, usersBodyID, rule.Finding{Pointer: "/id", Message: "PATCH changed the id of a user"})
	}
}

func tryUsersReadOnly(p *live.Probe) {
	id := p.NewID()
	user := map[string]any{"id": id, "created_at": "1999-01-01T00:00:00Z", "updated_at": "1999-01-01T00:00:00Z"}
	syncs := []any{map[string]any{"provider": "contract", "status": "made up"}}
	c := p.TryCreate(p.Token(), map[string]any{
		"id": id, "created_at": user["created_at"], "updated_at": user["updated_at"], "data_syncs": syncs,
	})
	timestampKept(p, c, user)
	value, _ := c.Shows("data_syncs")
	if kept, _ := value.([]any); len(kept) > 0 {
		f := c.Where("data_syncs")
		f.Message = "the server kept data_syncs of the client"
		p.Report(c, ReadOnly, f)
	}
	if !c.OK() {
		p.Create(map[string]any{"id": id})
	}
	before := p.Get(id)
	timestampKept(p, p.Patch(id, maps.Clone(map[string]any{"created_at": "1999-01-01T00:00:00Z"})), user)
	timestampKept(p, p.Put(id, user), user)
	if after := p.Get(id); after.OK() && before.OK() {
		timestampKept(p, after, user)
	}
}

// timestampKept reports a timestamp of the client that the server kept.
func timestampKept(p *live.Probe, c *pass.Call, sent map[string]any) {
	for _, name := range []string{"created_at", "updated_at"} {
		if c.OK() && c.Object()[name] == sent[name] {
			f := c.Where(name)
			f.Message = "the server kept a timestamp of the client"
			p.Report(c, ReadOnly, f)
			return
		}
	}
}
