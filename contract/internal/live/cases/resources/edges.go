package resources

import (
	"maps"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/sample"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

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
