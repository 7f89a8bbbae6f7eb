package resources

import (
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases/users"
	"github.com/onvy-health/onvy-go/contract/internal/sample"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// BodyOne sends bodies that are no JSON object, and such as JSON is not said to
// be.
func BodyOne(p *live.Probe, r *spec.Resource) {
	in := p.Place(r)
	spoiled := func(o *spec.Operation, path string, body func() map[string]any) (taken bool) {
		whole := func() string { return string(live.JSONRequest("", "", nil, body()).Body) }
		refuses := func(what, text string, want ...int) {
			c := p.Send(live.Request{Method: o.Method, Path: path, Body: []byte(text),
				Header: append(p.Authorization(o), wire.Field{Name: "Content-Type", Value: "application/json"})})
			taken = !p.Refuses(c, users.InputMalformed, what, want...) || taken
		}
		for _, bad := range live.BadJSON {
			refuses(bad.What, bad.Text, 400)
		}
		refuses("a body with something behind it", whole()+` {}`, 400)
		refuses("a body with a bracket too many", whole()+`}`, 400)
		refuses("an empty body", "", 400, 415)
		return taken
	}
	project := p.Suite.Target.Project.ID
	if r.ClientKeys {
		spoiled(r.Create, in, func() map[string]any {
			body, id := p.Smallest(r), p.NewID()
			body[r.Key] = id
			p.RememberIn(project, in, id)
			return body
		})
	} else if e := (live.Entry{In: in}); e.Ours() { // else nobody could clean up after a server that takes them
		pending := p.RememberPending(project, in, "")
		if !spoiled(r.Create, in, func() map[string]any { return p.Smallest(r) }) {
			p.Settle(pending)
		}
	}
	if r.Patch != nil || r.Replace != nil {
		t, _ := p.MustMake(r, in, p.BodyOf(r, spec.Create))
		p.ReadBack(t)
		if r.Replace != nil {
			spoiled(r.Replace, t.Path(), func() map[string]any { return t.Keyed(p.BodyOf(r, spec.Replace)) })
		}
		if r.Patch != nil {
			spoiled(r.Patch, t.Path(), func() map[string]any { return p.BodyOf(r, spec.Patch) })
		}
		if r.Read != nil {
			p.Read(t)
		}
	}
	if r.Create.Media == "application/json" {
		refuseTypes(p, r, in)
	}
	for _, f := range r.Fields {
		if !f.Required {
			continue
		}
		body := p.Smallest(r)
		delete(body, f.Name)
		refuseOne(p, r, in, body, f.Name)
	}
}

// refuseTypes sends creates that say they are not what they are.
func refuseTypes(p *live.Probe, r *spec.Resource, in string) {
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "application/xml"} {
		if r.Create.Doc.RequestBody.Value.Content[kind] == nil {
			_, c := p.MakeAs(kind, r, in, p.Smallest(r), "")
			p.Refuses(c, users.InputContentType, "a body as "+kind, 415, 400)
		}
	}
}

// RefuseLarge sends a create with a text of 2 MiB.
func RefuseLarge(p *live.Probe, r *spec.Resource) {
	in := p.Place(r)
	for _, f := range r.Fields {
		if f.Create != nil && sample.Free(f.Create) && p.CanMakeWith(r, in, f.Name) {
			body := p.Smallest(r)
			body[f.Name] = strings.Repeat("x", 2<<20)
			_, c := p.MakeWith(r, in, body, f.Name)
			p.Refuses(c, users.InputLarge, "a body of 2 MiB", 413, 400)
			return
		}
	}
	p.Skip("no field of %s takes any text", r.A())
}
