package resources

import (
	"maps"
	"net/http"
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases/access"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases/users"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/sample"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

func CreateOne(p *live.Probe, r *spec.Resource) {
	in := p.Place(r)
	t, c := p.MustMake(r, in, p.BodyOf(r, spec.Create))
	p.ReadBack(t)
	p.ReadBack(t)
	follow(p, t, c)
	if t, c := p.Make(r, in, p.Smallest(r)); p.Works(c) && t.ID != "" {
		p.ReadBack(t)
	}
}

// follow fetches the Location of what is new.
func follow(p *live.Probe, t live.Thing, c *pass.Call) {
	location := c.Exchange.Response.Header.Get("Location")
	base := p.Suite.Base.JoinPath(t.In)
	u, err := base.Parse(location)
	if location == "" || c.Status() != http.StatusCreated || t.Resource.Read == nil || err != nil || u.Host != base.Host {
		return // http/location says it
	}
	path, _ := read.PathOf(u.String(), p.Suite.Base.EscapedPath())
	answer := p.Send(live.Request{Method: http.MethodGet, Path: path, Header: p.Authorization(t.Resource.Read)})
	if s := answer.Status(); s/100 == 4 && s != 429 {
		p.Report(c, users.HTTPLocationLeads, rule.Finding{Message: "Location leads nowhere"})
	}
}

// CreateTwice creates what is there.
func CreateTwice(p *live.Probe, r *spec.Resource) {
	t, _ := p.MustMake(r, p.Place(r), p.BodyOf(r, spec.Create))
	body := p.BodyOf(r, spec.Create)
	body[r.Key] = t.ID
	if _, c := p.Make(r, t.In, body); c.Status()/100 == 4 && c.Status() != 409 && c.Status() != 429 {
		p.Report(c, t.Rule(users.DuplicateStatus), rule.Finding{Message: "a taken id is not refused with 409"})
	}
	p.ReadBack(t)
}

// ReadOnlyOne writes what only the server sets, which it does not take from a
// client.
func ReadOnlyOne(p *live.Probe, r *spec.Resource) {
	kept := make(map[string]any)
	all := spec.Properties(r.Schema)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if sent := spec.Properties(r.Create.Sent())[name]; sent != nil && !sent.ReadOnly {
			continue
		}
		if name == r.Created || name == r.Updated {
			kept[name] = "1999-01-01T00:00:00Z"
		} else if value, ok := p.Maker().Value(all[name]); ok && spec.Plain(all[name]).Type.Is("array") {
			kept[name] = value
		}
	}
	body := p.Smallest(r)
	maps.Copy(body, kept)
	t, c := p.Make(r, p.Place(r), body)
	calls := []*pass.Call{c}
	if !c.OK() || t.ID == "" {
		t, _ = p.MustMake(r, t.In, p.Smallest(r))
	}
	p.ReadBack(t)
	if r.Patch != nil {
		calls = append(calls, p.Change(t, maps.Clone(kept)))
	}
	if r.Replace != nil {
		calls = append(calls, p.Replace(t, t.Keyed(body)))
	}
	if r.Read != nil {
		calls = append(calls, p.Read(t))
	}
	sent := asSent(kept)
	for _, c := range calls {
		for _, name := range read.Keys(kept) {
			if now, known := c.Shows(name); known && live.Same(now, sent[name]) {
				f := c.Where(name)
				f.Message = "the server took from the client what only it sets"
				p.Report(c, t.Rule(users.ReadOnly), f)
				return
			}
		}
	}
}

// asSent is a body as it reads when it has been sent.
func asSent(body map[string]any) map[string]any {
	return (&pass.Matched{Exchange: &wire.Exchange{Request: wire.Request{Body: live.JSONRequest("", "", nil, body).Body}}}).RequestObject()
}

func ReplaceOne(p *live.Probe, r *spec.Resource) {
	t, c := p.MustMake(r, p.Place(r), p.BodyOf(r, spec.Create))
	p.Moved(c)
	full := p.BodyOf(r, spec.Replace)
	for i, body := range []map[string]any{full, full, halved(r, full), p.Smallest(r)} {
		if c = p.Replace(t, t.Keyed(body)); !p.Works(c) {
			return
		}
		p.ReadBack(t)
		if i == 0 {
			p.Moved(c) // once more changes nothing that matters
		}
	}
}

// halved is a body of which each object has one part only.
func halved(r *spec.Resource, body map[string]any) map[string]any {
	body = maps.Clone(body)
	for _, f := range r.Fields {
		if object, _ := body[f.Name].(map[string]any); len(object) > 1 && sample.Splits(f.Schema()) {
			name := read.Keys(object)[0]
			body[f.Name] = map[string]any{name: object[name]}
		}
	}
	return body
}

// PatchOne changes each field, and takes away what can be taken away.
func PatchOne(p *live.Probe, r *spec.Resource) {
	body := p.BodyOf(r, spec.Create)
	t, c := p.MustMake(r, p.Place(r), maps.Clone(body)) // which gets a key
	p.Moved(c)
	others := func(body map[string]any) map[string]any {
		others := make(map[string]any)
		for _, f := range r.Fields {
			if value, ok := p.Maker().Other(f.Schema(), body[f.Name]); f.Patch != nil && ok {
				others[f.Name] = value
			}
		}
		return others
	}
	now := others(body)
	for _, name := range read.Keys(now) {
		if c = p.Change(t, map[string]any{name: now[name]}); p.Works(c) {
			p.ReadBack(t)
		}
	}
	p.Moved(c)
	for _, changes := range []map[string]any{others(now), {}} {
		if p.Works(p.Change(t, changes)) {
			p.ReadBack(t)
		}
	}
	if t, c := p.Make(r, t.In, body); p.Works(c) && t.ID != "" {
		patchParts(p, t, body)
	}
	for _, f := range r.Fields {
		if f.Patch != nil && f.Nullable && p.Works(p.Change(t, map[string]any{f.Name: nil})) {
			p.ReadBack(t)
		}
	}
}

// patchParts changes one part of each object of what was made by a body, puts one
// into each map, and takes one away from each.
func patchParts(p *live.Probe, t live.Thing, body map[string]any) {
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
		most := f.Schema().MaxProps
		if spec.More(f.Schema()) != nil && len(spec.Properties(f.Schema())) == 0 && (most == nil || uint64(len(names)) < *most) {
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

func DeleteOne(p *live.Probe, r *spec.Resource) {
	t, _ := p.MustMake(r, p.Place(r), p.BodyOf(r, spec.Create))
	if !p.Works(p.Remove(t)) {
		return
	}
	isGone(p, t, "a deleted "+r.Noun, 404, 410)
	if !r.ClientKeys {
		return
	}
	// The key is free again, and nothing of the old one is left.
	body := p.Smallest(r)
	body[r.Key] = t.ID
	if _, c := p.Make(r, t.In, body); p.Works(c) {
		p.ReadBack(t)
	}
}

func UnknownOne(p *live.Probe, r *spec.Resource) {
	in := p.Place(r)
	id := p.NewID()
	if r.ClientKeys {
		p.RememberIn(p.Suite.Target.Project.ID, in, id) // PUT may create it
	}
	wanted := []int{404, 410}
	if key := spec.Plain(spec.Properties(r.Schema)[r.Key]); key != nil && (!key.Type.Is("string") || key.Format != "" || key.Pattern != "") {
		wanted = append(wanted, 400, 422) // it is no id at all
	}
	isGone(p, live.Thing{Resource: r, In: in, ID: id}, "an unknown "+r.Noun, wanted...)
}

// isGone looks whether nothing finds, changes or deletes what is not there.
func isGone(p *live.Probe, t live.Thing, what string, wanted ...int) {
	rule := t.Rule(users.NotFound)
	if t.Resource.Read != nil {
		p.Refuses(p.Read(t), rule, "GET of "+what, wanted...)
	}
	if t.Resource.Patch != nil {
		body := p.BodyOf(t.Resource, spec.Patch)
		p.Refuses(p.Change(t, body), rule, "PATCH of "+what, wanted...)
	}
	if t.Resource.Replace != nil {
		if c := p.Replace(t, t.Keyed(p.BodyOf(t.Resource, spec.Replace))); !c.OK() || !t.Resource.ClientKeys { // else users/put-unknown says it
			p.Refuses(c, rule, "PUT of "+what, wanted...)
		}
	}
	if t.Resource.Delete != nil {
		if c := p.Remove(t); !c.OK() { // deleting twice may be fine
			p.Refuses(c, rule, "DELETE of "+what, wanted...)
		}
	}
}

// ElsewhereOne looks for one of a resource in another parent.
func ElsewhereOne(p *live.Probe, r *spec.Resource) {
	t, _ := p.MustMake(r, p.Place(r), p.BodyOf(r, spec.Create))
	other := live.Thing{Resource: r, In: p.Place(r), ID: t.ID}
	if other.In == t.In || !p.Works(p.Read(t)) {
		return
	}
	if c := p.Read(other); c.OK() {
		p.Report(c, access.IsolationRead, rule.Finding{Level: rule.Assumption, Message: r.A() + " is found in another " + r.Parent.Noun})
	} else {
		p.Refuses(c, access.IsolationRead, "another's "+r.Noun, 404, 403, 410)
	}
	if r.Patch != nil {
		p.Refuses(p.Change(other, p.BodyOf(r, spec.Patch)), access.IsolationWrite, "PATCH of another's "+r.Noun, 404, 403, 410)
	}
	if r.Delete != nil {
		p.Remove(other)
	}
	if c := p.Read(t); c.Status() == 404 || c.Status() == 410 {
		p.Report(c, access.IsolationDelete, rule.Finding{Message: "DELETE in another " + r.Parent.Noun + " deleted it"})
	}
}
