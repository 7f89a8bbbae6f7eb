package contract

import (
	"maps"

	"github.com/onvy-health/onvy-go/contract/internal/sample"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// resourceCases are those of any resource of the spec. What answers have to
// agree with those before is the business of the history.
func (s *Spec) resourceCases() (cases []liveCase) {
	users := s.users()
	if !s.signsIn() {
		users = nil
	}
	for _, r := range s.api.Resources {
		add := func(can bool, name, why string, run func(*probe, *spec.Resource)) {
			if can && r.Create != nil {
				cases = append(cases, liveCase{name: name, why: why, run: func(p *probe) { run(p, r) }})
			}
		}
		fields, in := r.Name+"/fields", r.Name+"/input-"
		if r == users { // whose other cases are written by hand
			fields, in = "values/edges", "input/"
		} else {
			add(true, r.Name+"/create", "a field that is lost at the start is lost for good", (*probe).createOne)
			add(r.Replace != nil, r.Name+"/replace", "PUT takes the whole of it", (*probe).replaceOne)
			add(r.Patch != nil, r.Name+"/patch", "an app that changes one field must not lose the others", (*probe).patchOne)
			add(r.Delete != nil, r.Name+"/delete", "deleted means deleted, by law too", (*probe).deleteOne)
			add(r.Item != "", r.Name+"/unknown", "an app has to tell what is not there from a failure", (*probe).unknownOne)
			add(r.Parent != nil && r.Read != nil, r.Name+"/elsewhere", "what one person has must not be found at another's", (*probe).elsewhereOne)
			add(true, r.Name+"/body", "bad input is everyday life; a server that falls over it is not fit for it", (*probe).bodyOne)
			add(r.List != nil, r.Name+"/pages", "what is on no page gets no report, no bill and no deletion", (*probe).pagesOf)
			if n := len(cases) - 1; r.List != nil && r.Parent == nil && n >= 0 {
				cases[n].when = alone
			}
		}
		add(true, fields, "every documented value is a value", (*probe).fieldEdges)
		for _, f := range r.Fields {
			add(len(wrongOf(f)) > 0, in+f.Name, "what is taken in a wrong form comes out in a wrong form", func(p *probe, r *spec.Resource) { p.wrongValues(r, f) })
		}
	}
	return cases
}

func (p *probe) createOne(r *spec.Resource) {
	in := p.place(r)
	t, _ := p.mustMake(r, in, p.bodyOf(r, spec.Create))
	p.readBack(t)
	p.readBack(t)
	if t, c := p.make(r, in, p.smallest(r)); p.works(c) && t.id != "" {
		p.readBack(t)
	}
	// What only the server sets, it does not take from a client.
	kept := make(map[string]any)
	for name, s := range spec.Properties(r.Schema) {
		if s.ReadOnly && (name == r.Created || name == r.Updated) {
			kept[name] = "1999-01-01T00:00:00Z"
		}
	}
	body := p.smallest(r)
	maps.Copy(body, kept)
	if t, c := p.make(r, in, body); c.ok() && t.id != "" {
		for name, value := range kept {
			if now, known := c.shows(name); known && now == value {
				p.finding(c, t.rule(usersReadOnly), Finding{Pointer: "/" + name, Message: "the server kept a timestamp of the client"})
				return
			}
		}
		p.readBack(t)
	}
}

func (p *probe) replaceOne(r *spec.Resource) {
	t, c := p.mustMake(r, p.place(r), p.bodyOf(r, spec.Create))
	p.moved(c)
	body := t.keyed(p.bodyOf(r, spec.Replace))
	if !p.works(p.replace(t, body)) {
		return
	}
	p.readBack(t)
	p.works(p.replace(t, body)) // once more changes nothing that matters
	p.readBack(t)
	if p.works(p.replace(t, t.keyed(p.smallest(r)))) {
		p.readBack(t)
	}
}

// patchOne changes each field, and takes away what can be taken away.
func (p *probe) patchOne(r *spec.Resource) {
	body := p.bodyOf(r, spec.Create)
	t, c := p.mustMake(r, p.place(r), body)
	p.moved(c)
	for _, f := range r.Fields {
		if value, ok := p.maker().Other(f.Schema(), body[f.Name]); f.Patch != nil && ok {
			if p.works(p.change(t, map[string]any{f.Name: value})) {
				p.readBack(t)
			}
		}
	}
	if p.works(p.change(t, map[string]any{})) {
		p.readBack(t)
	}
	for _, f := range r.Fields {
		if f.Patch != nil && f.Nullable && p.works(p.change(t, map[string]any{f.Name: nil})) {
			p.readBack(t)
		}
	}
}

func (p *probe) deleteOne(r *spec.Resource) {
	t, _ := p.mustMake(r, p.place(r), p.bodyOf(r, spec.Create))
	if p.works(p.remove(t)) {
		p.isGone(t, "a deleted "+r.Noun)
	}
}

func (p *probe) unknownOne(r *spec.Resource) {
	in := p.place(r)
	id := p.newID()
	if r.ClientKeys {
		p.rememberIn(p.suite.target.Project.ID, in, id) // PUT may create it
	}
	p.isGone(thing{r, in, id}, "an unknown "+r.Noun)
}

// isGone looks whether nothing finds, changes or deletes what is not there.
func (p *probe) isGone(t thing, what string) {
	rule := t.rule(usersNotFound)
	if t.r.Read != nil {
		p.refuses(p.read(t), rule, "GET of "+what, 404, 410)
	}
	if t.r.Patch != nil {
		body := p.bodyOf(t.r, spec.Patch)
		p.refuses(p.change(t, body), rule, "PATCH of "+what, 404, 410)
	}
	if t.r.Replace != nil && !t.r.ClientKeys { // else PUT may create
		p.refuses(p.replace(t, t.keyed(p.bodyOf(t.r, spec.Replace))), rule, "PUT of "+what, 404, 410)
	}
	if t.r.Delete != nil {
		if c := p.remove(t); !c.ok() { // deleting twice may be fine
			p.refuses(c, rule, "DELETE of "+what, 404, 410)
		}
	}
}

// elsewhereOne looks for one of a resource in another parent.
func (p *probe) elsewhereOne(r *spec.Resource) {
	t, _ := p.mustMake(r, p.place(r), p.bodyOf(r, spec.Create))
	other := thing{r, p.place(r), t.id}
	if other.in == t.in {
		return
	}
	if c := p.read(other); c.ok() {
		p.finding(c, isolationRead, Finding{Level: Assumption, Message: "a " + r.Noun + " is found in another " + r.Parent.Noun})
	} else {
		p.refuses(c, isolationRead, "another's "+r.Noun, 404, 403, 410)
	}
	if r.Patch != nil {
		p.refuses(p.change(other, p.bodyOf(r, spec.Patch)), isolationWrite, "PATCH of another's "+r.Noun, 404, 403, 410)
	}
	if r.Delete != nil {
		p.remove(other)
	}
	if c := p.read(t); c.status() == 404 || c.status() == 410 {
		p.finding(c, isolationDelete, Finding{Message: "DELETE in another " + r.Parent.Noun + " deleted it"})
	}
}

// bodyOne sends bodies that are no JSON object, and such as JSON is not said to
// be.
func (p *probe) bodyOne(r *spec.Resource) {
	in := p.place(r)
	header := append(p.authorization(r.Create), Field{"Content-Type", "application/json"})
	if e := (entry{In: in}); e.ours() { // else nobody could clean up after a server that takes them
		pending, taken := p.rememberPending(p.suite.target.Project.ID, in, ""), false
		for _, bad := range badJSON {
			c := p.send(request{method: "POST", path: in, body: []byte(bad.text), header: header})
			p.refuses(c, inputMalformed, bad.what, 400)
			taken = taken || c.ok()
		}
		if !taken {
			p.settle(pending)
		}
	}
	for _, f := range r.Fields {
		if !f.Required {
			continue
		}
		body := p.smallest(r)
		delete(body, f.Name)
		p.refuseOne(r, in, body, f.Name, "required")
	}
}

// fieldEdges writes what is at the edge of each keyword: in a create, a patch and
// a replace of all fields at once, and one by one where that is refused.
func (p *probe) fieldEdges(r *spec.Resource) {
	in := p.place(r)
	kept, _ := p.mustMake(r, in, p.bodyOf(r, spec.Create))
	for i, more := 0, true; more; i++ {
		row := make(map[string]any)
		for _, f := range r.Fields {
			if edges := sample.Edges(f.Schema()); i < len(edges) {
				row[f.Name] = edges[i]
			}
		}
		if more = len(row) > 0; more {
			p.edgeRow(r, in, kept, row)
		}
	}
}

func (p *probe) edgeRow(r *spec.Resource, in string, kept thing, row map[string]any) {
	body := p.smallest(r)
	maps.Copy(body, only(r, row, spec.Create))
	t, c := p.make(r, in, body)
	switch {
	case c.ok() && t.id != "":
		p.readBack(t)
	case len(row) == 1 || c.status()/100 != 4:
		p.works(c)
		return
	default: // which of them is it?
		for _, name := range keys(row) {
			p.edgeRow(r, in, kept, map[string]any{name: row[name]})
		}
		return
	}
	if part := only(r, row, spec.Patch); r.Patch != nil && len(part) > 0 && p.works(p.change(kept, part)) {
		p.readBack(kept)
	}
	if r.Replace != nil {
		body = p.smallest(r)
		maps.Copy(body, only(r, row, spec.Replace))
		if p.works(p.replace(kept, kept.keyed(body))) {
			p.readBack(kept)
		}
	}
}

// only are the fields of a row that an operation of a role takes.
func only(r *spec.Resource, row map[string]any, role spec.Role) map[string]any {
	part := make(map[string]any)
	for _, f := range r.Fields {
		if value, there := row[f.Name]; there && sentBy(f, role) {
			part[f.Name] = value
		}
	}
	return part
}
