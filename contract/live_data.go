package contract

import (
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/sample"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// Data of the cases: made up, from the seed, of every documented kind.

// users is the resource of which the hand-written cases are; nil where the spec
// has no such.
func (s *Spec) users() *spec.Resource {
	if r := s.api.Resource("users"); r != nil && r.ClientKeys && r.Parent == nil && r.Create != nil {
		return r
	}
	return nil
}

// fullUser has every field that a client can write.
func (p *probe) fullUser(id string) map[string]any {
	r := p.suite.spec.users()
	user := p.bodyOf(r, spec.Create)
	user[r.Key] = id
	return user
}

// variedUser is a full user of which now and then an object has one part only.
func (p *probe) variedUser(id string) map[string]any {
	user := p.fullUser(id)
	for _, f := range p.suite.spec.users().Fields {
		object, isObject := user[f.Name].(map[string]any)
		if names := keys(object); isObject && len(names) > 1 && p.ids%2 == 0 {
			name := names[p.ids/2%len(names)]
			user[f.Name] = map[string]any{name: object[name]}
		}
	}
	return user
}

// bodyOf is the body of a request that creates, replaces or patches one of a
// resource: every field that can be made up, and no key.
func (p *probe) bodyOf(r *spec.Resource, role spec.Role) map[string]any {
	body := make(map[string]any)
	for _, f := range r.Fields {
		if !sentBy(f, role) {
			continue
		}
		if value, ok := p.maker().Value(f.Schema()); ok {
			body[f.Name] = value
		}
	}
	return body
}

// smallest has what a create requires, and no key.
func (p *probe) smallest(r *spec.Resource) map[string]any {
	body := make(map[string]any)
	for _, f := range r.Fields {
		if !f.Required {
			continue
		}
		value, ok := p.maker().Value(f.Schema())
		if !ok {
			p.skip("no value of %s can be made up, and %s requires it", f.Name, r.Create.ID)
		}
		body[f.Name] = value
	}
	return body
}

func (p *probe) maker() sample.Maker { return sample.Maker{Rand: p.rand} }

// sentBy reports whether an operation of a role takes a field.
func sentBy(f *spec.Field, role spec.Role) bool {
	switch role {
	case spec.Create:
		return f.Create != nil
	case spec.Replace:
		return f.Replace != nil
	}
	return f.Patch != nil
}

// create makes a user and returns it as it was sent. It ends the case if that
// does not work.
func (p *probe) create(user map[string]any) *call {
	c := p.tryCreate(p.token(), user)
	if !p.works(c) {
		p.done()
	}
	return c
}

// createMany makes users of its own, eight at a time. It ends the case if that
// does not work.
func (p *probe) createMany(n int, user func(id string) map[string]any) {
	token := p.token()
	var requests []request
	for range n {
		id := p.newID()
		p.remember(p.suite.target.Project.ID, id)
		requests = append(requests, jsonRequest("POST", "/users", bearer(token), user(id)))
	}
	for some := range slices.Chunk(requests, 8) {
		for i, c := range p.together(some, false) {
			if _, again := throttled(c); again {
				c = p.send(some[i])
			}
			if !p.works(c) {
				p.done()
			}
		}
	}
}

// smallUser has an id alone.
func smallUser(id string) map[string]any { return map[string]any{"id": id} }

// tryCreate sends a create; its user is deleted when the case ends, whatever
// the server answers.
func (p *probe) tryCreate(token string, user map[string]any) *call {
	if id, ok := user["id"].(string); ok && id != "" {
		p.remember(p.suite.target.Project.ID, id)
	}
	return p.send(jsonRequest("POST", "/users", bearer(token), user))
}

// done ends the case; what it found so far says why.
func (p *probe) done() { panic(stop{}) }

func (p *probe) get(id string) *call {
	return p.send(request{method: "GET", path: userPath(id), header: bearer(p.token())})
}

func (p *probe) put(id string, user map[string]any) *call {
	return p.send(jsonRequest("PUT", userPath(id), bearer(p.token()), user))
}

func (p *probe) patch(id string, user map[string]any) *call {
	return p.send(jsonRequest("PATCH", userPath(id), bearer(p.token()), user))
}

func (p *probe) delete(id string) *call {
	return p.send(request{method: "DELETE", path: userPath(id), header: bearer(p.token())})
}

// moved waits until an update must show in updated_at, however coarse the
// server writes it.
func (p *probe) moved(c *call) {
	at := c.object()["updated_at"]
	if text, _ := at.(string); text != "" {
		p.sleep(min(resolution(at)+resolution(at)/10, maxRetryAfter))
	}
}
