package resources

import (
	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases/users"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/sample"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// WrongOf are the wrong values of a field; none where no right one can be made:
// then nobody could tell why a request was refused.
func WrongOf(f *spec.Field) []sample.Bad {
	if len(sample.Edges(f.Schema())) == 0 {
		m := sample.Fixed()
		if _, ok := m.Value(f.Schema()); !ok {
			return nil
		}
	}
	bad := sample.Wrong(f.Schema())
	if f.Required && !spec.Nullable(f.Schema()) {
		bad = append(bad, sample.Bad{Value: nil, Why: "nullable"})
	}
	return bad
}

// TryWrongValues sends a field with each value that it does not take, in every
// operation that writes it.
func TryWrongValues(p *live.Probe, r *spec.Resource, f *spec.Field) {
	in := p.Place(r)
	var kept live.Thing
	if r.Patch != nil || r.Replace != nil {
		kept, _ = p.MustMake(r, in, p.BodyOf(r, spec.Create))
	}
	for _, bad := range WrongOf(f) {
		if f.Create != nil {
			body := p.Smallest(r)
			body[f.Name] = bad.Value
			refuseOne(p, r, in, body, f.Name)
		}
		if f.Patch != nil && (bad.Value != nil || !f.Nullable) {
			invalid(p, p.Change(kept, halfRight(p, r, f, bad)), f.Name)
			readKept(p, r, kept)
		}
		if f.Replace != nil {
			body := p.BodyOf(r, spec.Replace)
			body[f.Name] = bad.Value
			invalid(p, p.Replace(kept, kept.Keyed(body)), f.Name)
			readKept(p, r, kept)
		}
	}
}

// readKept looks whether a write that was to be refused has changed something.
func readKept(p *live.Probe, r *spec.Resource, kept live.Thing) {
	if kept.ID != "" && r.Read != nil {
		p.Read(kept)
	}
}

// halfRight is a patch with one value that is right and one that is not: neither
// is to be kept.
func halfRight(p *live.Probe, r *spec.Resource, f *spec.Field, bad sample.Bad) map[string]any {
	body := map[string]any{f.Name: bad.Value}
	for _, other := range r.Fields {
		if other == f || other.Patch == nil || !sample.Free(other.Patch) {
			continue
		}
		if value, ok := p.Maker().Value(other.Schema()); ok {
			body[other.Name] = value
			break
		}
	}
	return body
}

// refuseOne sends a create that is to be refused, and looks whether it left
// something behind.
func refuseOne(p *live.Probe, r *spec.Resource, in string, body map[string]any, name string) {
	if !p.CanMakeWith(r, in, name) {
		return // nobody could find it again if a server takes it
	}
	t, c := p.MakeWith(r, in, body, name)
	invalid(p, c, name)
	if t.ID != "" && !c.OK() && c.Exchange.Response != nil && r.Read != nil {
		if after := p.Read(t); p.Found(after) {
			p.Report(c, users.InputInvalid, rule.Finding{Pointer: "/" + name, Message: "a create that was refused left " + r.A()})
		}
	}
}

// invalid reports a wrong value that is taken.
func invalid(p *live.Probe, c *pass.Call, name string) {
	if c.OK() {
		f := c.Where(name)
		f.Message = "a value that is not as documented " + live.Accepted
		p.Report(c, users.InputInvalid, f)
		return
	}
	p.Refuses(c, users.InputInvalid, "a wrong value", 400)
}
