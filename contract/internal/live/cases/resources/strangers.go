package resources

import (
	"slices"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases/access"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// StrangerOne tries the token of another project on one of a resource.
func StrangerOne(p *live.Probe, r *spec.Resource) {
	t, _ := p.MustMake(r, p.Place(r), p.BodyOf(r, spec.Create))
	before := p.Read(t)
	if !before.OK() {
		p.Done() // said elsewhere; nothing can be seen of it
	}
	foreign := live.Bearer(p.TokenFor(p.Suite.Target.Other, ""))
	send := func(o *spec.Operation, path string, body map[string]any) *pass.Call {
		if body == nil {
			return p.SendOdd(live.Request{Method: o.Method, Path: path, Header: foreign})
		}
		return p.SendOdd(live.JSONRequest(o.Method, path, foreign, body))
	}
	look := func() *pass.Call {
		return p.SendOdd(live.Request{Method: r.Read.Method, Path: t.Path(), Header: p.Authorization(r.Read)})
	}
	gone := []int{404, 403, 410}
	c := send(r.Read, t.Path(), nil)
	if !c.OK() || p.Found(c) || live.Same(c.Object(), before.Object()) {
		p.Refuses(c, access.IsolationRead, "GET from another project", gone...)
	}
	if r.Patch != nil {
		p.Refuses(send(r.Patch, t.Path(), p.BodyOf(r, spec.Patch)), access.IsolationWrite, "PATCH from another project", gone...)
	}
	if r.Replace != nil {
		body := t.Keyed(p.BodyOf(r, spec.Replace))
		c := send(r.Replace, t.Path(), body)
		if r.ClientKeys {
			p.RememberIn(p.Suite.Target.Other.ID, t.In, t.ID) // where PUT creates
		}
		if r.ClientKeys && c.OK() {
			if wrote(look(), before, body) {
				p.Report(c, access.IsolationWrite, rule.Finding{Message: "PUT from another project changed the " + r.Noun})
			}
		} else {
			p.Refuses(c, access.IsolationWrite, "PUT from another project", gone...)
		}
	}
	if r.Delete != nil {
		c := send(r.Delete, t.Path(), nil)
		if after := look(); after.Status() == 404 || after.Status() == 410 {
			p.Report(c, access.IsolationDelete, rule.Finding{Message: "DELETE from another project deleted the " + r.Noun})
		}
	}
	if r.List != nil {
		foreignList(p, live.Lister{Resource: r, In: t.In}, foreign, t.ID)
	}
}

// wrote reports whether one shows a value that was sent, and did not before.
func wrote(after, before *pass.Call, body map[string]any) bool {
	for name, value := range asSent(body) {
		old, _ := before.Shows(name)
		if now, known := after.Shows(name); known && live.Same(now, value) && !live.Same(old, value) {
			return true
		}
	}
	return false
}

// foreignList looks for one in the lists of another project, and tries a cursor
// of its own there.
func foreignList(p *live.Probe, l live.Lister, foreign wire.Header, id string) {
	most, cursor := "", ""
	if l.Page().Max > 0 {
		most = strconv.Itoa(l.Page().Max)
	}
	has := func(c *pass.Call, made func(id string) bool) bool {
		return slices.ContainsFunc(l.Items(c), func(item map[string]any) bool { return made(live.KeyText(item[l.Resource.Key])) })
	}
	for range 10 {
		c := p.SendOdd(live.Request{Method: "GET", Path: l.Path(most, cursor), Header: foreign})
		if has(c, func(one string) bool { return one == id }) {
			p.Report(c, access.IsolationList, rule.Finding{Pointer: "/" + strings.Join(l.Page().Items, "/"), Message: "a list has " + l.Resource.A() + " of another project"})
			return
		}
		if cursor = l.Next(c); cursor == "" || !Paged(l.Resource) {
			break
		}
	}
	if !Paged(l.Resource) {
		return
	}
	for range 3 {
		p.MustMake(l.Resource, l.In, p.BodyOf(l.Resource, spec.Create))
	}
	if next := l.Next(l.Send(p, "1", "")); next != "" {
		c := p.SendOdd(live.Request{Method: "GET", Path: l.Path(most, next), Header: foreign})
		if has(c, func(one string) bool {
			return slices.ContainsFunc(p.Created, func(e live.Entry) bool { return e.ID == one })
		}) {
			p.Report(c, access.IsolationCursor, rule.Finding{Message: "a cursor of another project lists that project's " + l.Resource.Name})
		}
	}
}
