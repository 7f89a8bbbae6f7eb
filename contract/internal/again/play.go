package again

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/evidence"
	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Seen is what came of a plan.
type Seen struct {
	// Still says that the finding is there again; where it is not, nothing says
	// that it is gone: other users, or another moment, may show it.
	Still bool
	// Finding is what was found now; nil where the status of the answer decides.
	Finding *rule.Finding
	// Then and Now are the answer that the finding is about, "200 with 5 at /weight":
	// its status, and the value at its place; "nothing" where none came.
	Then, Now string
	// Error is why not all of it could be sent; "" if it was.
	Error string
	Down  bool // the server cannot be reached
}

// Play sends the requests of a plan. What they create is in the ledger before it
// is there, and is deleted at the end, as in any run of the suite.
func (p *Plan) Play(ctx context.Context, o run.Options, prints map[string]bool) (*Seen, error) {
	seen := &Seen{}
	play := &playing{Plan: p, values: p.variables(), fresh: map[string]string{}}
	name := p.finding.Exchange
	if name == "" || p.recorded {
		name = "again"
	}
	o.Run, o.Shard, o.OnOutcome = "", "", nil
	suite, err := live.NewSuite(p.spec, *p.target, o, []live.Case{{Name: name, When: live.First, Run: play.run}}, nil)
	if err != nil {
		return nil, err
	}
	r := suite.Run(ctx)
	for _, outcome := range r.Outcomes {
		if outcome.Status != rule.Pass && outcome.Status != rule.Fail {
			seen.Error = outcome.Reason
			seen.Down = strings.Contains(outcome.Reason, wire.ErrUnreachable.Error())
		}
	}
	for i := range r.Findings {
		if f := &r.Findings[i]; prints[f.Print()] && (seen.Finding == nil || f.Print() == p.finding.Print()) {
			seen.Finding, seen.Still = f, true
		}
	}
	seen.Then = said(p.finding.Steps[len(p.finding.Steps)-1], p.finding)
	if play.last != nil {
		seen.Now = said(*play.last, p.finding)
		seen.Still = seen.Still || play.decided()
	}
	return seen, nil
}

// playing is a plan that is being played.
type playing struct {
	*Plan
	values *values
	fresh  map[string]string // id of this run by that of a recording
	sent   []*wire.Exchange
	last   *rule.Step // the answer that the finding is about
}

func (p *playing) run(probe *live.Probe) {
	fresh := func(old string) string {
		if p.fresh[old] == "" {
			p.fresh[old] = probe.NewID()
		}
		return p.fresh[old]
	}
	for _, s := range p.statements {
		a, err := actionOf(s, p.values)
		if err != nil {
			probe.Fail("%v", err)
		}
		if a.wait > 0 {
			probe.Sleep(a.wait)
			continue
		}
		r := a.request
		r.Path = p.renamed(r.Path, fresh)
		if r.Body != nil {
			r.Body = []byte(p.renamed(string(r.Body), fresh))
		}
		p.remember(probe, r)
		c := probe.Send(r)
		if op := p.operation(r); a.keep == "" || op != nil && !op.Token {
			p.sent = append(p.sent, c.Exchange)
			if p.about(r) {
				p.last = new(probe.Evidence(c.Exchange))
				p.last.Pointer = p.finding.Steps[len(p.finding.Steps)-1].Pointer
			}
		}
		if a.keep == "" {
			continue
		}
		value := ""
		if c.Exchange.Response != nil {
			value = memberOf(c.Exchange.Response.Body, a.member)
		}
		if value == "" || strings.ContainsAny(value, a.without) {
			probe.Fail("no %s for the steps: the server answered %d", strings.ReplaceAll(a.member, "_", " "), c.Status())
		}
		p.values.of[a.keep] = value
	}
}

// remember puts what a request creates, or may create, into the ledger.
func (p *playing) remember(probe *live.Probe, r live.Request) {
	where, _, _ := strings.Cut(r.Path, "?")
	op, vars := p.spec.Match(r.Method, where)
	if op == nil || op.API.Resource == nil || r.Method != "POST" && r.Method != "PUT" {
		return
	}
	id := vars[op.API.Resource.Param]
	if op.API.Role == spec.Create {
		id = idOf(r, op.API.Resource.Key)
	}
	if !ours.MatchString(id) {
		return
	}
	project := p.target.Project.ID
	for name, token := range p.values.of {
		if strings.HasPrefix(name, "OTHER_") && p.target.Other != nil && strings.HasSuffix(r.Header.Get("Authorization"), token) {
			project = p.target.Other.ID
		}
	}
	probe.Remember(project, id)
}

// about reports whether a request is the one that the finding is about: the last
// one of its method and operation, since a look at what became of it may follow.
func (p *Plan) about(r live.Request) bool {
	return r.Method == p.finding.Steps[len(p.finding.Steps)-1].Method && (!p.named || p.names(r))
}

// names reports whether a request is of the operation of the finding.
func (p *Plan) names(r live.Request) bool {
	op := p.operation(r)
	return op != nil && op.ID == p.finding.Operation
}

// operation is that of a request; nil if it is of none.
func (p *Plan) operation(r live.Request) *pass.Operation {
	where, _, _ := strings.Cut(r.Path, "?")
	op, _ := p.spec.Match(r.Method, where)
	return op
}

// decided reports whether the status of the answer alone shows the finding, and
// does again: a bad request that is accepted, a good one that is refused. What
// came before it has to have worked, as it did then.
func (p *playing) decided() bool {
	f := p.finding
	last := f.Steps[len(f.Steps)-1]
	accepted := strings.HasSuffix(f.Message, live.Accepted)
	if !accepted && (!slices.Contains(byStatus, f.Rule) || f.Pointer != "") || last.Status != p.last.Status {
		return false
	}
	for _, step := range f.Steps[:len(f.Steps)-1] {
		worked := func(x *wire.Exchange) bool {
			return x.Request.Method == step.Method && x.Response != nil && x.Response.Status/100 == 2
		}
		if !slices.ContainsFunc(p.sent, worked) {
			return false
		}
	}
	return true
}

// byStatus are rules of the suite's cases of which the status of the answer is all.
var byStatus = []string{
	live.OperationWorks.ID, live.OperationRefusalStatus.ID, "page/limits-work", "scope/enforced", "token/scheme-case",
	"token/in-query", "token/other-user", "client/scheme-case", "auth/path-normalization", "users/duplicate-status", "http/trace", "grant/token-usable",
}

// said is what an answer says of a finding, in a few words.
func said(step rule.Step, f *rule.Finding) string {
	if step.Response == nil {
		return "nothing"
	}
	text := strconv.Itoa(step.Status)
	if f.Pointer == "" {
		return text
	}
	at := rule.Finding{Rule: f.Rule, Steps: []rule.Step{step}}
	if evidence.Compare(&at); at.Actual != "" {
		return text + " with " + at.Actual + " at " + f.Pointer
	}
	return text + " with nothing at " + f.Pointer
}
