package contract

import (
	"maps"
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/sample"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

func keys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

// wrongOf are the wrong values of a field; none where no right one can be made:
// then nobody could tell why a request was refused.
func wrongOf(f *spec.Field) []sample.Bad {
	if len(sample.Edges(f.Schema())) == 0 {
		m := sample.Fixed()
		if _, ok := m.Value(f.Schema()); !ok {
			return nil
		}
	}
	bad := sample.Wrong(f.Schema())
	if f.Required && !sample.Nullable(f.Schema()) {
		bad = append(bad, sample.Bad{Value: nil, Why: "nullable"})
	}
	return bad
}

// wrongValues sends a field with each value that it does not take, in every
// operation that writes it.
func (p *probe) wrongValues(r *spec.Resource, f *spec.Field) {
	in := p.place(r)
	var kept thing
	if r.Patch != nil || r.Replace != nil {
		kept, _ = p.mustMake(r, in, p.bodyOf(r, spec.Create))
	}
	for _, bad := range wrongOf(f) {
		if f.Create != nil {
			body := p.smallest(r)
			body[f.Name] = bad.Value
			p.refuseOne(r, in, body, f.Name, bad.Why)
		}
		if f.Patch != nil && (bad.Value != nil || !f.Nullable) {
			p.invalid(p.change(kept, p.halfRight(r, f, bad)), f.Name)
			p.readKept(r, kept)
		}
		if f.Replace != nil {
			body := p.bodyOf(r, spec.Replace)
			body[f.Name] = bad.Value
			p.invalid(p.replace(kept, kept.keyed(body)), f.Name)
			p.readKept(r, kept)
		}
	}
}

// readKept looks whether a write that was to be refused has changed something.
func (p *probe) readKept(r *spec.Resource, kept thing) {
	if kept.id != "" && r.Read != nil {
		p.read(kept)
	}
}

// halfRight is a patch with one value that is right and one that is not: neither
// is to be kept.
func (p *probe) halfRight(r *spec.Resource, f *spec.Field, bad sample.Bad) map[string]any {
	body := map[string]any{f.Name: bad.Value}
	for _, other := range r.Fields {
		if other == f || other.Patch == nil || !sample.Free(other.Patch) {
			continue
		}
		if value, ok := p.maker().Value(other.Schema()); ok {
			body[other.Name] = value
			break
		}
	}
	return body
}

// refuseOne sends a create that is to be refused, and looks whether it left
// something behind.
func (p *probe) refuseOne(r *spec.Resource, in string, body map[string]any, name, why string) {
	t, c := p.make(r, in, body)
	p.invalid(c, name)
	if t.id != "" && !c.ok() && c.x.Response != nil && r.Read != nil {
		if after := p.read(t); p.found(after) {
			p.finding(c, inputInvalid, Finding{Pointer: "/" + name, Message: "a create that was refused left " + r.A()})
		}
	}
}

// invalid reports a wrong value that is taken.
func (p *probe) invalid(c *call, name string) {
	if c.ok() {
		f := c.where(name)
		f.Message = "a value that is not as documented is accepted"
		p.finding(c, inputInvalid, f)
		return
	}
	p.refuses(c, inputInvalid, "a wrong value", 400)
}
