package contract

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/sample"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// thing is one of a resource that the suite made, or is about to make.
type thing struct {
	r  *spec.Resource
	in string // path of its collection, escaped: "/users/contract_1/meals"
	id string // "" where the server has not given it yet
}

func (t thing) path() string { return t.in + "/" + escapeSegment(t.id) }

// rule is that of users for the resource: "users/not-found" is "meals/not-found".
func (t thing) rule(r *Rule) *Rule {
	own := *r
	_, name, _ := strings.Cut(r.ID, "/")
	own.ID = t.r.Name + "/" + name
	return &own
}

// place is the path of a collection: of one in another resource, which is made
// for it. It skips the case where the path needs what nobody can know.
func (p *probe) place(r *spec.Resource) string {
	if r.Parent == nil {
		path := strings.ReplaceAll(r.Collection, "{project_id}", escapeSegment(p.suite.target.Project.ID))
		if strings.Contains(path, "{") {
			p.skip("the path %s has a parameter that nothing gives", r.Collection)
		}
		return path
	}
	parent, c := p.make(r.Parent, p.place(r.Parent), p.smallest(r.Parent))
	if !p.works(c) {
		p.done()
	}
	return p.inside(r, parent)
}

// inside is the collection of a resource in one that holds it.
func (p *probe) inside(r *spec.Resource, parent thing) string {
	rest := strings.TrimPrefix(r.Collection, r.Parent.Item)
	if strings.Contains(rest, "{") {
		p.skip("the path %s has a parameter that nothing gives", r.Collection)
	}
	return parent.path() + rest
}

// make sends a create. What it makes is deleted when the case ends, whatever the
// server answers: see [ledger].
func (p *probe) make(r *spec.Resource, in string, body map[string]any) (thing, *call) {
	if r.Create == nil || r.Delete == nil || r.Key == "" {
		p.skip("%s cannot be made and deleted again", r.Name)
	}
	if key := spec.Properties(r.Create.Sent())[r.Key]; r.ClientKeys && !spec.Plain(key).Type.Is(openapi3.TypeString) {
		p.skip("%s is named by a number: nothing would tell those of the suite from others", r.A())
	}
	t := thing{r: r, in: in}
	project := p.suite.target.Project.ID
	header := p.authorization(r.Create)
	if r.ClientKeys {
		if _, given := body[r.Key]; !given {
			body[r.Key] = p.newID()
		}
		t.id, _ = body[r.Key].(string)
		p.rememberIn(project, in, t.id)
		return t, p.send(jsonRequest("POST", in, header, body))
	}
	marker := ""
	if !strings.Contains(in, "/"+idPrefix) {
		if marker = p.mark(r, body); marker == "" {
			p.skip("%s has no text to mark as the suite's, and so none is made", r.A())
		}
	}
	pending := p.rememberPending(project, in, marker)
	c := p.send(jsonRequest("POST", in, header, body))
	t.id = keyText(c.object()[r.Key])
	switch {
	case c.ok() && t.id != "":
		p.rememberIn(project, in, t.id)
		p.settle(pending)
	case c.status()/100 == 4:
		p.settle(pending)
	}
	return t, c
}

// mark puts a text into the body by which the suite finds its own again; "" if
// no field takes one.
func (p *probe) mark(r *spec.Resource, body map[string]any) string {
	for _, f := range r.Fields {
		if f.Create != nil && sample.Free(f.Create) {
			id := p.newID()
			body[f.Name] = id
			return id
		}
	}
	return ""
}

// mustMake is make for what has to work. It ends the case if it does not.
func (p *probe) mustMake(r *spec.Resource, in string, body map[string]any) (thing, *call) {
	t, c := p.make(r, in, body)
	if !p.works(c) || t.id == "" {
		p.done()
	}
	return t, c
}

// authorization is what an operation needs.
func (p *probe) authorization(o *spec.Operation) Header {
	if o == nil || !o.Bearer {
		return nil
	}
	if !p.suite.spec.signsIn() {
		p.skip("%s needs a token, and the suite knows of no operation that gives one", o.ID)
	}
	return bearer(p.token())
}

func (p *probe) read(t thing) *call { return p.on(t, t.r.Read, nil) }

// readBack reads what must be there, where something reads it.
func (p *probe) readBack(t thing) {
	if t.r.Read != nil {
		p.works(p.read(t))
	}
}

func (p *probe) replace(t thing, body map[string]any) *call { return p.on(t, t.r.Replace, body) }

func (p *probe) change(t thing, body map[string]any) *call { return p.on(t, t.r.Patch, body) }

func (p *probe) remove(t thing) *call { return p.on(t, t.r.Delete, nil) }

// on sends a request about one.
func (p *probe) on(t thing, o *spec.Operation, body map[string]any) *call {
	if o.Method == http.MethodGet || o.Method == http.MethodDelete {
		return p.send(request{method: o.Method, path: t.path(), header: p.authorization(o)})
	}
	return p.send(jsonRequest(o.Method, t.path(), p.authorization(o), body))
}

// keyed is a body with the key in it, where a replace documents that.
func (t thing) keyed(body map[string]any) map[string]any {
	if t.r.ClientKeys && t.r.Replace != nil {
		if key := spec.Properties(t.r.Replace.Sent())[t.r.Key]; key != nil && !key.ReadOnly {
			body[t.r.Key] = t.id
		}
	}
	return body
}

// keyText is a key as it stands in a path; "" for none.
func keyText(key any) string {
	switch key := key.(type) {
	case string:
		return key
	case json.Number:
		return key.String()
	}
	return ""
}
