package live

import (
	"fmt"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/evidence"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// earlier is how many exchanges of a case are kept as evidence.
const earlier = 64

// prover gives the findings of a case their evidence.
type prover struct{ *Probe }

// note keeps an exchange of the case as possible evidence.
func (p prover) note(x *wire.Exchange) {
	if len(p.log) == earlier {
		p.log = slices.Delete(p.log, 0, earlier/2)
	}
	p.log = append(p.log, x)
}

// prove gives those findings their steps that are the first of their kind.
func (p prover) prove(c *pass.Call, findings []rule.Finding) {
	e := p.Suite.evidence
	for i := range findings {
		f := &findings[i]
		if !e.First(f) {
			continue
		}
		exchanges := e.LeadingTo(p.log, c.Exchange)
		for _, x := range exchanges {
			f.Steps = append(f.Steps, e.Step(x))
		}
		f.Curl = e.Script(f, p.forScript(f.Rule, exchanges))
		last := &f.Steps[len(f.Steps)-1]
		last.Pointer = f.Pointer
		if f.At != "" {
			last.Pointer = e.Knowing(&c.Exchange.Request).Scrub(f.At)
		}
		evidence.Compare(f)
	}
}

// forScript are the exchanges of a script: what the case did with the thing that
// the last one of some steps is about, or with the list, after the creates of what
// holds it. Laws of tokens hold two answers against each other.
func (p prover) forScript(rule string, steps []*wire.Exchange) []*wire.Exchange {
	x, e := steps[len(steps)-1], p.Suite.evidence
	switch {
	case strings.HasPrefix(rule, "token/") && x.Request.Method == "POST" && x.Request.Bearer() == "":
		return append(slices.Clone(steps), x)
	case e.PathOf(x) != "":
		steps = p.ofThing(steps)
	case x.Request.Method == "GET" && e.ListOf(x) != nil:
		steps = p.ofList(x)
	}
	return append(e.Holders(p.log, steps), steps...)
}

// ofList is what a case did before it asked for a list.
func (p prover) ofList(x *wire.Exchange) []*wire.Exchange {
	e := p.Suite.evidence
	var before []*wire.Exchange
	for _, one := range p.log {
		if one == x {
			break
		}
		if _, issues := evidence.AccessTokenOf(one); !issues {
			before = append(before, one)
		}
	}
	if len(before) == 0 && e.ListOf(x) == e.Spec.Users() {
		before = p.someCreates()
	}
	if len(before) > evidence.MostOfList {
		before = slices.DeleteFunc(before, func(one *wire.Exchange) bool { return one.Request.Method != "POST" || e.PathOf(one) == "" })
	}
	return append(before[:min(len(before), evidence.MostOfList):min(len(before), evidence.MostOfList)], x)
}

// ofThing is what a case did with one of a resource until the last of some steps,
// and a look at what became of it.
func (p prover) ofThing(steps []*wire.Exchange) []*wire.Exchange {
	x, e := steps[len(steps)-1], p.Suite.evidence
	path := e.PathOf(x)
	var all []*wire.Exchange
	for _, one := range p.log {
		if e.PathOf(one) == path {
			all = append(all, one)
		}
		if one == x {
			break
		}
	}
	if len(all) == 0 || len(all) > evidence.MostOfOne {
		all = slices.Clone(steps)
	}
	token := e.AnyToken()
	if x.Request.Method == "GET" || x.Request.Method == "HEAD" || token == "" {
		return all
	}
	return append(all, &wire.Exchange{Request: wire.Request{Method: "GET", URL: e.Base + path, Header: Bearer(token)}})
}

// someCreates are requests for a few users with everything in them.
func (p prover) someCreates() (creates []*wire.Exchange) {
	token := p.Suite.evidence.AnyToken()
	if token == "" {
		return nil
	}
	for i := range 3 {
		q := &Probe{Suite: p.Suite, Case: p.Case, rand: p.rand}
		user := q.FullUser(fmt.Sprint(run.IDPrefix, "again_", i+1))
		r := JSONRequest("POST", "/users", Bearer(token), user)
		creates = append(creates, &wire.Exchange{Request: wire.Request{Method: r.Method, URL: p.Suite.evidence.Base + r.Path, Header: r.Header, Body: r.Body}})
	}
	return creates
}
