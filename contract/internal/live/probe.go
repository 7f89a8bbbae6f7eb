package live

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/rules"
	"github.com/onvy-health/onvy-go/contract/internal/rules/leak"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
	"github.com/onvy-health/onvy-go/internal/retryafter"
)

// Phase is when a case runs.
type Phase int

const (
	Beside Phase = iota // side by side with others
	First               // before all others
	Alone               // when nothing else of the suite runs
)

// Case is a case of the live suite.
type Case struct {
	Name  string
	Why   string // one sentence: what goes wrong for users if this does
	When  Phase
	Needs []Need
	// Rules are those that only the traffic of such a case can show; whether an
	// operation works, any of them shows.
	Rules    []*rule.Rule
	Resource *spec.Resource // whose rules those of users are; nil for users
	Run      func(p *Probe)
}

// tries are the ids of the rules of a case.
func (lc *Case) tries() (ids []string) {
	for _, r := range lc.Rules {
		id := r.ID
		if name, ok := strings.CutPrefix(id, "users/"); ok && lc.Resource != nil {
			id = lc.Resource.Name + "/" + name
		}
		ids = append(ids, id)
	}
	return ids
}

// Need is what a case needs of the target, beside the project.
type Need string

const (
	NeedsIDToken Need = "a token of the identity provider (ONVY_ID_TOKEN)"
	NeedsOther   Need = "a second project (ONVY_OTHER_PROJECT_ID, ONVY_OTHER_CLIENT_ID, ONVY_OTHER_CLIENT_SECRET)"
	NeedsRisky   Need = "permission for risky probes (--risky)"
)

// unmet is why a case cannot run on this target, or "".
func (lc *Case) unmet(s *Suite) string {
	for _, n := range lc.Needs {
		if n == NeedsIDToken && s.Target.IDToken.IsZero() || n == NeedsOther && s.Target.Other == nil || n == NeedsRisky && !s.Options.Risky {
			return "needs " + string(n)
		}
	}
	return ""
}

// Probe is a case while it runs. Its methods end the case where it cannot go
// on; what they find they report, and go on.
type Probe struct {
	Suite    *Suite
	ctx      context.Context
	Case     *Case
	rand     *rand.Rand // by seed and name of the case
	cleaning bool

	exchanges int
	Findings  []rule.Finding
	log       []*wire.Exchange // the last ones, for evidence
	Created   []Entry
	ids       int
}

var (
	errBudgetRequests = errors.New("the budget of requests is used up (--max-requests)")
	errBudgetTime     = errors.New("the budget of time is used up (--max-duration)")
)

// Skip ends the case; what was found so far stays.
func (p *Probe) Skip(format string, args ...any) {
	panic(stop{rule.Skip, fmt.Sprintf(format, args...)})
}

// Fail ends the case because it cannot be carried out.
func (p *Probe) Fail(format string, args ...any) {
	panic(stop{rule.Error, fmt.Sprintf(format, args...)})
}

// Report reports a finding of a probe rule about a call.
func (p *Probe) Report(c *pass.Call, r *rule.Rule, f rule.Finding) {
	n := len(c.Findings)
	c.Report(r, f)
	prover{p}.prove(c, c.Findings[n:])
	p.Findings = append(p.Findings, p.Suite.Selection.Wanted(c.Findings[n:])...)
	if r.Kind == rule.KindProbe && r != OperationWorks && r != OperationRefusalStatus && !slices.Contains(p.Case.tries(), r.ID) {
		panic("the case does not name the rule " + r.ID)
	}
}

// Send makes a request, holds the answer against all rules and returns it. A
// request that is throttled is sent again after the time that the server asks
// for.
func (p *Probe) Send(r Request) *pass.Call {
	for attempt := 0; ; attempt++ {
		c := p.SendOnce(r)
		wait, again := throttled(c)
		if !again || attempt == 4 || wait > maxRetryAfter {
			return c
		}
		p.Sleep(wait)
	}
}

// maxRetryAfter is how long the suite waits because a server asks it to.
const maxRetryAfter = 5 * time.Second

// throttled tells whether the server asks to come again, and when.
func throttled(c *pass.Call) (wait time.Duration, again bool) {
	if c.Status() != http.StatusTooManyRequests && (c.Status() != http.StatusServiceUnavailable || !c.Exchange.Response.Header.Has("Retry-After")) {
		return 0, false
	}
	asked := make(http.Header)
	for _, name := range []string{"Retry-After", "Date"} { // a date counts from the server's own
		asked.Set(name, c.Exchange.Response.Header.Get(name))
	}
	return max(retryafter.Read(asked, time.Now()), 50*time.Millisecond), true
}

// SendOnce is Send without a second try.
func (p *Probe) SendOnce(r Request) *pass.Call {
	p.spend()
	op := p.Suite.operation(r)
	if p.Suite.patience.lost(op) {
		panic(stop{rule.NotRun, op + " is slow or silent and is not asked again"})
	}
	defer p.Suite.history.Begin(r.Method)()
	x := p.named(p.Suite.wire.Send(p.ctx, p.Suite.completed(r)))
	p.ended(x)
	p.Suite.patience.note(op, x, p.Suite.Options.Slow)
	switch {
	case errors.Is(x.Err, wire.ErrUnreachable):
		p.Suite.Halt(x.Err)
		p.Fail("%v", x.Err)
	}
	return p.check(x, false)
}

// SendOdd sends what a server may understand in more than one way. The history
// takes nothing from it but that it was sent.
func (p *Probe) SendOdd(r Request) *pass.Call {
	p.spend()
	defer p.Suite.history.Begin(r.Method)()
	x := p.named(p.Suite.wire.Send(p.ctx, p.Suite.completed(r)))
	p.ended(x)
	return p.check(x, true)
}

// Look reads a user that somebody may have changed who had no right to. What it
// finds is for the case to judge; the history forgets the user.
func (p *Probe) Look(id string) *pass.Call {
	return p.SendOdd(Request{Method: "GET", Path: UserPath(id), Header: Bearer(p.Token())})
}

// ended ends the case where the end of the run cut an exchange off: that the
// suite has no more time is not the server's fault.
func (p *Probe) ended(x *wire.Exchange) {
	if x.Err != nil && p.ctx.Err() != nil {
		// It may be carried out all the same, and late.
		cut := *x
		cut.Response = nil
		c := p.Suite.Spec.Open(&cut, p.Suite.Base.EscapedPath())
		p.Suite.history.AddCall(c)
		c.Release()
		p.halted()
	}
}

// named gives an exchange the name of the case.
func (p *Probe) named(x *wire.Exchange) *wire.Exchange {
	x.Name = p.Case.Name
	return x
}

// halted ends a case whose context has ended.
func (p *Probe) halted() {
	reason := "interrupted"
	if errors.Is(context.Cause(p.ctx), errBudgetTime) {
		reason = errBudgetTime.Error()
	}
	p.Suite.Halt(errors.New(reason))
	panic(stop{rule.NotRun, reason})
}

// spend takes a request off the budget. Cleaning up is beyond it.
func (p *Probe) spend() {
	s := p.Suite
	if p.ctx.Err() != nil {
		p.halted()
	}
	s.mu.Lock()
	over := s.requests >= s.Options.MaxRequests && !p.cleaning
	if !over {
		s.requests++
	}
	s.mu.Unlock()
	if over {
		s.Halt(errBudgetRequests)
		panic(stop{rule.NotRun, errBudgetRequests.Error()})
	}
}

// check holds an exchange against all rules.
func (p *Probe) check(x *wire.Exchange, racing bool) *pass.Call {
	s := p.Suite
	c := s.Spec.OpenFor(s.counting, x, s.Base.EscapedPath())
	c.Slow, c.Racing, c.FindsAll = s.Options.Slow, racing, s.FindsAll
	rules.Apply(c)
	p.leaks(c)
	s.history.AddCall(c)
	s.Selection.Look(c)
	c.Count()
	p.exchanges++
	s.evidence.Learn(c)
	prover{p}.note(x)
	prover{p}.prove(c, c.Findings)
	p.Findings = append(p.Findings, s.Selection.Wanted(c.Findings)...)
	s.observe(x)
	return c
}

// leaks looks for the secrets of the target in an answer, whatever the request
// had: as they are, and in the claims of a token.
func (p *Probe) leaks(c *pass.Call) {
	if c.Exchange.Response == nil {
		return
	}
	t := &p.Suite.Target
	secrets := []string{t.Project.ClientSecret.Reveal(), t.IDToken.Reveal()}
	if t.Other != nil {
		secrets = append(secrets, t.Other.ClientSecret.Reveal())
	}
	body := c.Exchange.Response.Body
	if token, _ := pass.AccessToken(c); c.Op != nil && c.Op.Token && token != "" {
		if jwt, ok := read.JWT(token); ok {
			body = fmt.Append(body, jwt.Header, jwt.Values)
		}
	}
	said := c.Spoken(&leak.ReflectedSecret.Rule)
	for _, secret := range secrets {
		if len(secret) >= 8 && !said && leak.Contains(body, secret) {
			c.Report(&leak.ReflectedSecret.Rule, rule.Finding{Message: "the answer has a secret of the client"})
			return
		}
	}
}

// Sleep waits, or ends the case when its time is up.
func (p *Probe) Sleep(d time.Duration) {
	select {
	case <-time.After(d):
	case <-p.ctx.Done():
		p.halted()
	}
}

// NewID is an id that no other case and no other run uses.
func (p *Probe) NewID() string {
	p.ids++
	return fmt.Sprintf("%s%s_%s_%d", run.IDPrefix, p.Suite.run, strings.NewReplacer("/", "-").Replace(p.Case.Name), p.ids)
}

// Evidence is an exchange as a step of a finding.
func (p *Probe) Evidence(x *wire.Exchange) rule.Step { return p.Suite.evidence.Step(x) }

// guard runs a part of a case and catches its end: a deliberate one, or a
// fault of this package, which must not take the other cases with it.
func (p *Probe) guard(run func()) (o rule.Outcome) {
	defer func() {
		switch end := recover().(type) {
		case nil:
		case stop:
			o = rule.Outcome{Status: end.status, Reason: end.reason}
		default:
			o = rule.Outcome{Status: rule.Error, Reason: fmt.Sprintf("internal fault in this case: %v at %s", end, faultPlace(debug.Stack()))}
		}
	}()
	run()
	return o
}
