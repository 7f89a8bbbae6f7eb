package resources

import (
	"maps"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases/access"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases/users"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/sample"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

func CreateOne(p *live.Probe, r *spec.Resource) {
	in := p.Place(r)
	t, _ := p.MustMake(r, in, p.BodyOf(r, spec.Create))
	p.ReadBack(t)
	p.ReadBack(t)
	if t, c := p.Make(r, in, p.Smallest(r)); p.Works(c) && t.ID != "" {
		p.ReadBack(t)
	}
	// What only the server sets, it does not take from a client.
	kept := make(map[string]any)
	for name, s := range spec.Properties(r.Schema) {
		if s.ReadOnly && (name == r.Created || name == r.Updated) {
			kept[name] = "1999-01-01T00:00:00Z"
		}
	}
	body := p.Smallest(r)
	maps.Copy(body, kept)
	if t, c := p.Make(r, in, body); c.OK() && t.ID != "" {
		for _, name := range read.Keys(kept) {
			if now, known := c.Shows(name); known && now == kept[name] {
				p.Report(c, t.Rule(users.ReadOnly), rule.Finding{Pointer: "/" + name, Message: "the server kept a timestamp of the client"})
				return
			}
		}
		p.ReadBack(t)
	}
}

func ReplaceOne(p *live.Probe, r *spec.Resource) {
	t, c := p.MustMake(r, p.Place(r), p.BodyOf(r, spec.Create))
	p.Moved(c)
	body := t.Keyed(p.BodyOf(r, spec.Replace))
	if !p.Works(p.Replace(t, body)) {
		return
	}
	p.ReadBack(t)
	p.Works(p.Replace(t, body)) // once more changes nothing that matters
	p.ReadBack(t)
	if p.Works(p.Replace(t, t.Keyed(p.Smallest(r)))) {
		p.ReadBack(t)
	}
}

// PatchOne changes each field, and takes away what can be taken away.
func PatchOne(p *live.Probe, r *spec.Resource) {
	body := p.BodyOf(r, spec.Create)
	t, c := p.MustMake(r, p.Place(r), body)
	p.Moved(c)
	for _, f := range r.Fields {
		if value, ok := p.Maker().Other(f.Schema(), body[f.Name]); f.Patch != nil && ok {
			if p.Works(p.Change(t, map[string]any{f.Name: value})) {
				p.ReadBack(t)
			}
		}
	}
	if p.Works(p.Change(t, map[string]any{})) {
		p.ReadBack(t)
	}
	if t, c := p.Make(r, t.In, body); p.Works(c) && t.ID != "" {
		users.PatchParts(p, t, body)
	}
	for _, f := range r.Fields {
		if f.Patch != nil && f.Nullable && p.Works(p.Change(t, map[string]any{f.Name: nil})) {
			p.ReadBack(t)
		}
	}
}

func DeleteOne(p *live.Probe, r *spec.Resource) {
	t, _ := p.MustMake(r, p.Place(r), p.BodyOf(r, spec.Create))
	if p.Works(p.Remove(t)) {
		isGone(p, t, "a deleted "+r.Noun, 404, 410)
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
	if t.Resource.Replace != nil && !t.Resource.ClientKeys { // else PUT may create
		p.Refuses(p.Replace(t, t.Keyed(p.BodyOf(t.Resource, spec.Replace))), rule, "PUT of "+what, wanted...)
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

// BodyOne sends bodies that are no JSON object, and such as JSON is not said to
// be.
func BodyOne(p *live.Probe, r *spec.Resource) {
	in := p.Place(r)
	header := append(p.Authorization(r.Create), wire.Field{Name: "Content-Type", Value: "application/json"})
	if e := (live.Entry{In: in}); e.Ours() { // else nobody could clean up after a server that takes them
		pending, taken := p.RememberPending(p.Suite.Target.Project.ID, in, ""), false
		for _, bad := range live.BadJSON {
			c := p.Send(live.Request{Method: "POST", Path: in, Body: []byte(bad.Text), Header: header})
			p.Refuses(c, users.InputMalformed, bad.What, 400)
			taken = taken || c.OK()
		}
		if !taken {
			p.Settle(pending)
		}
	}
	if r.Create.Media == "application/json" {
		users.RefuseTypes(p, r, in)
	}
	for _, f := range r.Fields {
		if !f.Required {
			continue
		}
		body := p.Smallest(r)
		delete(body, f.Name)
		users.RefuseOne(p, r, in, body, f.Name)
	}
}

// FieldEdges writes what is at the edge of each keyword: in a create, a patch and
// a replace of all fields at once, and one by one where that is refused.
func FieldEdges(p *live.Probe, r *spec.Resource) {
	in := p.Place(r)
	kept, _ := p.MustMake(r, in, p.BodyOf(r, spec.Create))
	for i, more := 0, true; more; i++ {
		row := make(map[string]any)
		for _, f := range r.Fields {
			if edges := sample.Edges(f.Schema()); i < len(edges) {
				row[f.Name] = edges[i]
			}
		}
		if more = len(row) > 0; more {
			edgeRow(p, r, in, kept, row)
		}
	}
}

func edgeRow(p *live.Probe, r *spec.Resource, in string, kept live.Thing, row map[string]any) {
	body := p.Smallest(r)
	maps.Copy(body, only(r, row, spec.Create))
	alone := "" // the field that is sent by itself
	for name := range row {
		if len(row) == 1 {
			alone = name
		}
	}
	if !p.CanMakeWith(r, in, alone) {
		return
	}
	t, c := p.MakeWith(r, in, body, alone)
	switch {
	case c.OK() && t.ID != "":
		p.ReadBack(t)
	case len(row) == 1 || c.Status()/100 != 4:
		p.Works(c)
		return
	default: // which of them is it?
		for _, name := range read.Keys(row) {
			edgeRow(p, r, in, kept, map[string]any{name: row[name]})
		}
		return
	}
	if part := only(r, row, spec.Patch); r.Patch != nil && len(part) > 0 && p.Works(p.Change(kept, part)) {
		p.ReadBack(kept)
	}
	if r.Replace != nil {
		body = p.Smallest(r)
		maps.Copy(body, only(r, row, spec.Replace))
		if p.Works(p.Replace(kept, kept.Keyed(body))) {
			p.ReadBack(kept)
		}
	}
}

// only are the fields of a row that an operation of a role takes.
func only(r *spec.Resource, row map[string]any, role spec.Role) map[string]any {
	part := make(map[string]any)
	for _, f := range r.Fields {
		if value, there := row[f.Name]; there && live.SentBy(f, role) {
			part[f.Name] = value
		}
	}
	return part
}
