package live

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/sample"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Remember puts a user into the ledger; it is deleted when the case ends.
func (p *Probe) Remember(project, id string) { p.enter(Entry{Project: project, ID: id}) }

// RememberIn is remember for one of any resource.
func (p *Probe) RememberIn(project, in, id string) {
	if in == "/users" {
		in = ""
	}
	p.enter(Entry{Project: project, In: in, ID: id, Marker: p.marker(in)})
}

// RememberPending puts something into the ledger whose id the server is about
// to give.
func (p *Probe) RememberPending(project, in, marker string) Entry {
	return p.enter(Entry{Project: project, In: in, Marker: marker})
}

// marker is that of what is being created in a collection; "" for none.
func (p *Probe) marker(in string) string {
	for _, e := range slices.Backward(p.Created) {
		if e.In == in && e.ID == "" {
			return e.Marker
		}
	}
	return ""
}

// Settle takes an entry out again: its id is known, or nothing was created.
func (p *Probe) Settle(e Entry) {
	p.Suite.ledger.done(e)
	if i := slices.Index(p.Created, e); i >= 0 {
		p.Created = slices.Delete(p.Created, i, i+1)
	}
}

func (p *Probe) enter(e Entry) Entry {
	e.Target = mask.URL(p.Suite.Base)
	if slices.Contains(p.Created, e) {
		return e
	}
	if err := p.Suite.ledger.add(e); err != nil {
		p.Suite.Halt(err)
		p.Fail("%v", err)
	}
	p.Created = append(p.Created, e)
	return e
}

// FullUser has every field that a client can write.
func (p *Probe) FullUser(id string) map[string]any {
	r := p.Suite.Spec.Users()
	user := p.BodyOf(r, spec.Create)
	user[r.Key] = id
	return user
}

// BodyOf is the body of a request that creates, replaces or patches one of a
// resource: every field that can be made up, and no key.
func (p *Probe) BodyOf(r *spec.Resource, role spec.Role) map[string]any {
	body := make(map[string]any)
	for _, f := range r.Fields {
		if !SentBy(f, role) {
			continue
		}
		if value, ok := p.Maker().Value(f.Schema()); ok {
			body[f.Name] = value
		}
	}
	return body
}

// Smallest has what a create requires, and no key.
func (p *Probe) Smallest(r *spec.Resource) map[string]any {
	body := make(map[string]any)
	for _, f := range r.Fields {
		if !f.Required {
			continue
		}
		value, ok := p.Maker().Value(f.Schema())
		if !ok {
			p.Skip("no value of %s can be made up, and %s requires it", f.Name, r.Create.ID)
		}
		body[f.Name] = value
	}
	return body
}

// Maker makes values up, from the seed of the case.
func (p *Probe) Maker() sample.Maker { return sample.Maker{Rand: p.rand} }

// Create makes a user and returns it as it was sent. It ends the case if that
// does not work.
func (p *Probe) Create(user map[string]any) *pass.Call {
	c := p.TryCreate(p.Token(), user)
	if !p.Works(c) {
		p.Done()
	}
	return c
}

// TryCreate sends a create; its user is deleted when the case ends, whatever
// the server answers.
func (p *Probe) TryCreate(token string, user map[string]any) *pass.Call {
	if id, ok := user["id"].(string); ok && id != "" {
		p.Remember(p.Suite.Target.Project.ID, id)
	}
	return p.Send(JSONRequest("POST", "/users", Bearer(token), user))
}

// Done ends the case; what it found so far says why.
func (p *Probe) Done() { panic(stop{}) }

// Get reads a user.
func (p *Probe) Get(id string) *pass.Call {
	return p.Send(Request{Method: "GET", Path: UserPath(id), Header: Bearer(p.Token())})
}

// Put replaces a user.
func (p *Probe) Put(id string, user map[string]any) *pass.Call {
	return p.Send(JSONRequest("PUT", UserPath(id), Bearer(p.Token()), user))
}

// Patch changes a user in part.
func (p *Probe) Patch(id string, user map[string]any) *pass.Call {
	return p.Send(JSONRequest("PATCH", UserPath(id), Bearer(p.Token()), user))
}

// Delete deletes a user.
func (p *Probe) Delete(id string) *pass.Call {
	return p.Send(Request{Method: "DELETE", Path: UserPath(id), Header: Bearer(p.Token())})
}

// Moved waits until an update must show in the time of change, however coarse
// the server writes it.
func (p *Probe) Moved(c *pass.Call) {
	if c.Op == nil || c.Op.API.Resource == nil {
		return
	}
	if at, _ := c.Object()[c.Op.API.Resource.Updated].(string); at != "" {
		step := fact.Resolution(at)
		p.Sleep(min(step+step/10, maxRetryAfter))
	}
}

// Together sends requests at the same time.
func (p *Probe) Together(requests []Request, racing bool) []*pass.Call {
	exchanges := make([]*wire.Exchange, len(requests))
	for range requests {
		p.spend()
	}
	defer p.Suite.history.Begin("")()
	ready := make(chan struct{})
	var group sync.WaitGroup
	for i := range requests {
		group.Go(func() {
			<-ready
			exchanges[i] = p.Suite.wire.Send(p.ctx, p.Suite.completed(requests[i]))
		})
	}
	close(ready)
	group.Wait()
	for _, x := range exchanges {
		p.ended(x)
	}
	calls := make([]*pass.Call, len(requests))
	for i, x := range exchanges {
		calls[i] = p.check(p.named(x), racing)
	}
	return calls
}

// Place is the path of a collection: of one in another resource, which is made
// for it. It skips the case where the path needs what nobody can know.
func (p *Probe) Place(r *spec.Resource) string {
	if r.Parent == nil {
		path := strings.ReplaceAll(r.Collection, "{project_id}", read.EscapeSegment(p.Suite.Target.Project.ID))
		if strings.Contains(path, "{") {
			p.Skip("the path %s has a parameter that nothing gives", r.Collection)
		}
		return path
	}
	parent, c := p.Make(r.Parent, p.Place(r.Parent), p.Smallest(r.Parent))
	if !p.Works(c) {
		p.Done()
	}
	return p.Inside(r, parent)
}

// Inside is the collection of a resource in one that holds it.
func (p *Probe) Inside(r *spec.Resource, parent Thing) string {
	rest := strings.TrimPrefix(r.Collection, r.Parent.Item)
	if strings.Contains(rest, "{") {
		p.Skip("the path %s has a parameter that nothing gives", r.Collection)
	}
	return parent.Path() + rest
}

// Make sends a create. What it makes is deleted when the case ends, whatever the
// server answers: see [ledger].
func (p *Probe) Make(r *spec.Resource, in string, body map[string]any) (Thing, *pass.Call) {
	return p.MakeWith(r, in, body, "")
}

// CanMakeWith reports whether MakeWith can send a field as it is.
func (p *Probe) CanMakeWith(r *spec.Resource, in, field string) bool {
	return r.ClientKeys || inOurs(in) || p.marked(r, field, "") != nil
}

// inOurs reports whether a collection is inside of something of the suite's.
func inOurs(in string) bool { return strings.Contains(in, "/"+run.IDPrefix) }

// MakeWith is Make that sends one field as it is in the body.
func (p *Probe) MakeWith(r *spec.Resource, in string, body map[string]any, field string) (Thing, *pass.Call) {
	return p.MakeAs("application/json", r, in, body, field)
}

// MakeAs is MakeWith that says that the body, which is JSON, is of a type.
func (p *Probe) MakeAs(contentType string, r *spec.Resource, in string, body map[string]any, field string) (Thing, *pass.Call) {
	if r.Create == nil || r.Delete == nil || r.Key == "" {
		p.Skip("%s cannot be made and deleted again", r.Name)
	}
	if key := spec.Properties(r.Create.Sent())[r.Key]; r.ClientKeys && !spec.Plain(key).Type.Is(openapi3.TypeString) {
		p.Skip("%s is named by a number: nothing would tell those of the suite from others", r.A())
	}
	t := Thing{Resource: r, In: in}
	project := p.Suite.Target.Project.ID
	header := p.Authorization(r.Create)
	if r.ClientKeys {
		if _, given := body[r.Key]; !given {
			body[r.Key] = p.NewID()
		}
		t.ID, _ = body[r.Key].(string)
		p.RememberIn(project, in, t.ID)
		return t, p.Send(typed("POST", in, header, body, contentType))
	}
	marker := ""
	if !inOurs(in) {
		if marker = p.mark(r, body, field); marker == "" {
			p.Skip("%s has no text to mark as the suite's, and so none is made", r.A())
		}
	}
	pending := p.RememberPending(project, in, marker)
	c := p.Send(typed("POST", in, header, body, contentType))
	t.ID = KeyText(c.Object()[r.Key])
	switch {
	case c.OK() && t.ID != "":
		p.RememberIn(project, in, t.ID)
		p.Settle(pending)
	case c.Status()/100 == 4:
		p.Settle(pending)
	}
	return t, c
}

// mark puts a text into the body by which the suite finds its own again; "" if
// no other field than the one that is to stay as it is takes one.
func (p *Probe) mark(r *spec.Resource, body map[string]any, but string) string {
	id := p.NewID()
	f := p.marked(r, but, id)
	if f == nil {
		return ""
	}
	body[f.Name] = id
	return id
}

// marked is the field that takes a text of the suite's; nil if none does.
func (p *Probe) marked(r *spec.Resource, but, id string) *spec.Field {
	for _, f := range r.Fields {
		if f.Name != but && f.Create != nil && sample.Free(f.Create) && fits(f.Create, max(len(id), len(p.Case.Name)+40)) {
			return f
		}
	}
	return nil
}

// fits reports whether a schema takes a text of so many characters.
func fits(s *openapi3.Schema, n int) bool {
	s = spec.Plain(s)
	return uint64(n) >= s.MinLength && (s.MaxLength == nil || uint64(n) <= *s.MaxLength)
}

// MustMake is make for what has to work. It ends the case if it does not.
func (p *Probe) MustMake(r *spec.Resource, in string, body map[string]any) (Thing, *pass.Call) {
	t, c := p.Make(r, in, body)
	if !p.Works(c) || t.ID == "" {
		p.Done()
	}
	return t, c
}

// Authorization is what an operation needs.
func (p *Probe) Authorization(o *spec.Operation) wire.Header {
	if o == nil || !o.Bearer {
		return nil
	}
	if !p.Suite.Spec.SignsIn() {
		p.Skip("%s needs a token, and the suite knows of no operation that gives one", o.ID)
	}
	return Bearer(p.Token())
}

// Read reads one.
func (p *Probe) Read(t Thing) *pass.Call { return p.on(t, t.Resource.Read, nil) }

// ReadBack reads what must be there, where something reads it.
func (p *Probe) ReadBack(t Thing) {
	if t.Resource.Read != nil {
		p.Works(p.Read(t))
	}
}

// Replace replaces one.
func (p *Probe) Replace(t Thing, body map[string]any) *pass.Call {
	return p.on(t, t.Resource.Replace, body)
}

// Change patches one.
func (p *Probe) Change(t Thing, body map[string]any) *pass.Call {
	return p.on(t, t.Resource.Patch, body)
}

// Remove deletes one.
func (p *Probe) Remove(t Thing) *pass.Call { return p.on(t, t.Resource.Delete, nil) }

// on sends a request about one.
func (p *Probe) on(t Thing, o *spec.Operation, body map[string]any) *pass.Call {
	if o.Method == http.MethodGet || o.Method == http.MethodDelete {
		return p.Send(Request{Method: o.Method, Path: t.Path(), Header: p.Authorization(o)})
	}
	return p.Send(JSONRequest(o.Method, t.Path(), p.Authorization(o), body))
}

// ServerToken asks for a token; the answer is the caller's to judge.
func (p *Probe) ServerToken(project *run.Project, scope string) *pass.Call {
	body := map[string]any{}
	if scope != "" {
		body["scope"] = scope
	}
	return p.Send(JSONRequest("POST", pass.ServerPath(project.ID), BasicOf(project), body))
}

// Token returns an access token with all that the client has. It ends the case
// if there is none.
func (p *Probe) Token() string { return p.TokenFor(&p.Suite.Target.Project, "") }

// TokenFor returns an access token of a project and a scope.
func (p *Probe) TokenFor(project *run.Project, scope string) string {
	token, err := p.Suite.tokens.get(p, project, scope)
	if err != nil {
		p.Fail("%v", err)
	}
	return token
}

// Found reports whether an answer shows that a user is there.
func (p *Probe) Found(c *pass.Call) bool { return c.OK() && !p.Suite.FindsAll }

// Works reports an everyday request that was not carried out. What other
// rules have said (no answer, a failure, a redirect) it does not say again.
func (p *Probe) Works(c *pass.Call) bool {
	switch s := c.Status(); {
	case c.OK():
		return true
	case s == 0, s/100 == 5, s/100 == 3, s == 429:
	default:
		f := rule.Finding{Message: fmt.Sprintf("a valid request is refused with %d", s)}
		if c.Op != nil {
			f.Source = c.Weakest()
			f.Level = pass.LevelOf(f.Source)
		}
		p.Report(c, OperationWorks, f)
	}
	return false
}

// Accepted ends the message of a finding of which the status of the answer is all.
const Accepted = "is accepted"

// Refuses reports a bad request that is carried out under a rule, and one that
// is refused with an odd status under operation/refusal-status.
func (p *Probe) Refuses(c *pass.Call, r *rule.Rule, what string, want ...int) bool {
	switch s := c.Status(); {
	case c.OK():
		f := rule.Finding{Message: what + ": it " + Accepted}
		if strings.HasPrefix(r.ID, "input/") && c.Op != nil && c.Op.Source == "assumed" {
			f.Level = rule.Assumption // what the operation takes is assumed
		}
		p.Report(c, r, f)
		return false
	case s == 0, s/100 == 5, s/100 == 3, s == 429:
	case slices.Contains(want, s), s == 422 && slices.Contains(want, 400):
	default:
		f := rule.Finding{Level: rule.Assumption, Message: fmt.Sprintf("%s: it is refused with %d; expected %s", what, s, join(want))}
		if c.Canonical() {
			f.Level, f.Source = rule.Violation, "rfc6749#5.2"
		}
		p.Report(c, OperationRefusalStatus, f)
	}
	return true
}
