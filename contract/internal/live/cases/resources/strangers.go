package resources

import (
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases/access"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// StrangerOne tries the token of another project on one of a resource.
func StrangerOne(p *live.Probe, r *spec.Resource) {
	t, _ := p.MustMake(r, p.Place(r), p.BodyOf(r, spec.Create))
	if !p.Read(t).OK() {
		p.Done() // said elsewhere; nothing can be seen of it
	}
	foreign := live.Bearer(p.TokenFor(p.Suite.Target.Other, ""))
	send := func(o *spec.Operation, path string, body map[string]any) live.Request {
		if body == nil {
			return live.Request{Method: o.Method, Path: path, Header: foreign}
		}
		return live.JSONRequest(o.Method, path, foreign, body)
	}
	gone := []int{404, 403, 410}
	p.Refuses(p.SendOdd(send(r.Read, t.Path(), nil)), access.IsolationRead, "GET from another project", gone...)
	if r.List != nil {
		c, l := p.SendOdd(send(r.List, t.In, nil)), live.Lister{Resource: r, In: t.In}
		if slices.ContainsFunc(l.Items(c), func(item map[string]any) bool { return live.KeyText(item[r.Key]) == t.ID }) {
			p.Report(c, access.IsolationList, rule.Finding{Message: "a list has " + r.A() + " of another project"})
		} else if Paged(r) {
			p.MustMake(r, t.In, p.BodyOf(r, spec.Create))
			access.ForeignCursor(p, l)
		}
	}
	for _, o := range []*spec.Operation{r.Patch, r.Replace} {
		if o != nil && !(r.ClientKeys && o == r.Replace) { // where PUT creates, it creates another
			p.Refuses(p.SendOdd(send(o, t.Path(), p.BodyOf(r, o.Role))), access.IsolationWrite, o.Method+" from another project", gone...)
		}
	}
	if r.Delete == nil {
		return
	}
	c := p.SendOdd(send(r.Delete, t.Path(), nil))
	if after := p.SendOdd(live.Request{Method: r.Read.Method, Path: t.Path(), Header: p.Authorization(r.Read)}); after.Status() == 404 || after.Status() == 410 {
		p.Report(c, access.IsolationDelete, rule.Finding{Message: "DELETE from another project deleted the " + r.Noun})
	}
}
