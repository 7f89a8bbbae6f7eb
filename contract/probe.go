package contract

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/internal/retryafter"
)

// phase is when a case runs.
type phase int

const (
	beside phase = iota // side by side with others
	first               // before all others
	alone               // when nothing else of the suite runs
)

// liveCase is a case of the live suite.
type liveCase struct {
	name  string
	why   string // one sentence: what goes wrong for users if this does
	when  phase
	needs []need
	run   func(p *probe)
}

// need is what a case needs of the target, beside the project.
type need string

const (
	needsIDToken need = "a token of the identity provider (ONVY_ID_TOKEN)"
	needsOther   need = "a second project (ONVY_OTHER_PROJECT_ID, ONVY_OTHER_CLIENT_ID, ONVY_OTHER_CLIENT_SECRET)"
	needsRisky   need = "permission for risky probes (--risky)"
)

// unmet is why a case cannot run on this target, or "".
func (lc *liveCase) unmet(s *Suite) string {
	for _, n := range lc.needs {
		if n == needsIDToken && s.target.IDToken.IsZero() || n == needsOther && s.target.Other == nil || n == needsRisky && !s.options.Risky {
			return "needs " + string(n)
		}
	}
	return ""
}

// probe is a case while it runs. Its methods end the case where it cannot go
// on; what they find they report, and go on.
type probe struct {
	suite    *Suite
	ctx      context.Context
	live     *liveCase
	rand     *rand.Rand // by seed and name of the case
	cleaning bool

	exchanges int
	findings  []Finding
	log       []*Exchange // the last ones, for evidence
	created   []entry
	ids       int
}

var (
	errBudgetRequests = errors.New("the budget of requests is used up (--max-requests)")
	errBudgetTime     = errors.New("the budget of time is used up (--max-duration)")
)

// skip ends the case; what was found so far stays.
func (p *probe) skip(format string, args ...any) {
	panic(stop{Skip, fmt.Sprintf(format, args...)})
}

// fail ends the case because it cannot be carried out.
func (p *probe) fail(format string, args ...any) {
	panic(stop{Error, fmt.Sprintf(format, args...)})
}

// finding reports a finding of a probe rule about a call.
func (p *probe) finding(c *call, r *Rule, f Finding) {
	n := len(c.findings)
	c.finding(r, f)
	p.prove(c, c.findings[n:])
	p.findings = append(p.findings, p.suite.selection.wanted(c.findings[n:])...)
}

// send makes a request, holds the answer against all rules and returns it. A
// request that is throttled is sent again after the time that the server asks
// for.
func (p *probe) send(r request) *call {
	for attempt := 0; ; attempt++ {
		c := p.sendOnce(r)
		wait, again := throttled(c)
		if !again || attempt == 4 || wait > maxRetryAfter {
			return c
		}
		p.sleep(wait)
	}
}

// maxRetryAfter is how long the suite waits because a server asks it to.
const maxRetryAfter = 5 * time.Second

// throttled tells whether the server asks to come again, and when.
func throttled(c *call) (wait time.Duration, again bool) {
	if c.status() != http.StatusTooManyRequests && (c.status() != http.StatusServiceUnavailable || !c.x.Response.Header.Has("Retry-After")) {
		return 0, false
	}
	asked := make(http.Header)
	for _, name := range []string{"Retry-After", "Date"} { // a date counts from the server's own
		asked.Set(name, c.x.Response.Header.Get(name))
	}
	return max(retryafter.Read(asked, time.Now()), 50*time.Millisecond), true
}

func (p *probe) sendOnce(r request) *call {
	p.spend()
	op := p.suite.operation(r)
	if p.suite.patience.lost(op) {
		panic(stop{NotRun, op + " is slow or silent and is not asked again"})
	}
	defer p.suite.history.begin(r.method)()
	x := p.named(p.suite.wire.send(p.ctx, r))
	p.ended(x)
	p.suite.patience.note(op, x, p.suite.options.Slow)
	switch {
	case errors.Is(x.Err, ErrUnreachable):
		p.suite.halt(x.Err)
		p.fail("%v", x.Err)
	}
	return p.check(x, false)
}

// sendOdd sends what a server may understand in more than one way. The history
// takes nothing from it but that it was sent.
func (p *probe) sendOdd(r request) *call {
	p.spend()
	defer p.suite.history.begin(r.method)()
	x := p.named(p.suite.wire.send(p.ctx, r))
	p.ended(x)
	return p.check(x, true)
}

// look reads a user that somebody may have changed who had no right to. What it
// finds is for the case to judge; the history forgets the user.
func (p *probe) look(id string) *call {
	return p.sendOdd(request{method: "GET", path: userPath(id), header: bearer(p.token())})
}

// ended ends the case where the end of the run cut an exchange off: that the
// suite has no more time is not the server's fault.
func (p *probe) ended(x *Exchange) {
	if x.Err != nil && p.ctx.Err() != nil {
		// It may be carried out all the same, and late.
		cut := *x
		cut.Response = nil
		c := p.suite.spec.open(&cut, p.suite.base.EscapedPath())
		p.suite.history.addCall(c)
		c.close()
		p.halted()
	}
}

// named gives an exchange the name of the case.
func (p *probe) named(x *Exchange) *Exchange {
	x.Name = p.live.name
	return x
}

// halted ends a case whose context has ended.
func (p *probe) halted() {
	reason := "interrupted"
	if errors.Is(context.Cause(p.ctx), errBudgetTime) {
		reason = errBudgetTime.Error()
	}
	p.suite.halt(errors.New(reason))
	panic(stop{NotRun, reason})
}

// spend takes a request off the budget. Cleaning up is beyond it.
func (p *probe) spend() {
	s := p.suite
	if p.ctx.Err() != nil {
		p.halted()
	}
	s.mu.Lock()
	over := s.requests >= s.options.MaxRequests && !p.cleaning
	if !over {
		s.requests++
	}
	s.mu.Unlock()
	if over {
		s.halt(errBudgetRequests)
		panic(stop{NotRun, errBudgetRequests.Error()})
	}
}

// check holds an exchange against all rules.
func (p *probe) check(x *Exchange, racing bool) *call {
	s := p.suite
	c := s.spec.openFor(s.counting, x, s.base.EscapedPath())
	c.slow, c.racing, c.findsAll = s.options.Slow, racing, s.findsAll
	s.spec.checkCall(c)
	p.leaks(c)
	s.history.addCall(c)
	s.selection.look(c)
	c.count()
	p.exchanges++
	s.evidence.learn(c)
	p.note(x)
	p.prove(c, c.findings)
	p.findings = append(p.findings, s.selection.wanted(c.findings)...)
	s.observe(x)
	return c
}

// observe calls OnExchange, under a lock of its own: whatever the function
// does, a panic included, the other cases go on.
func (s *Suite) observe(x *Exchange) {
	if s.options.OnExchange == nil {
		return
	}
	s.watched.Lock()
	defer s.watched.Unlock()
	s.options.OnExchange(x)
}

// leaks looks for the secrets of the target in an answer, whatever the request
// had: as they are, and in the claims of a token.
func (p *probe) leaks(c *call) {
	if c.x.Response == nil {
		return
	}
	t := &p.suite.target
	secrets := []string{t.Project.ClientSecret.Reveal(), t.IDToken.Reveal()}
	if t.Other != nil {
		secrets = append(secrets, t.Other.ClientSecret.Reveal())
	}
	body := c.x.Response.Body
	if token, _ := accessToken(c); c.op != nil && c.op.token && token != "" {
		if jwt, ok := readJWT(token); ok {
			body = fmt.Append(body, jwt.header, jwt.values)
		}
	}
	said := c.spoken("leak/reflected-secret")
	for _, secret := range secrets {
		if len(secret) >= 8 && !said && contains(body, secret) {
			c.finding(&leakReflected.Rule, Finding{Message: "the answer has a secret of the client"})
			return
		}
	}
}

// sleep waits, or ends the case when its time is up.
func (p *probe) sleep(d time.Duration) {
	select {
	case <-time.After(d):
	case <-p.ctx.Done():
		p.halted()
	}
}

// newID is an id that no other case and no other run uses.
func (p *probe) newID() string {
	p.ids++
	return fmt.Sprintf("%s%s_%s_%d", idPrefix, p.suite.run, strings.NewReplacer("/", "-").Replace(p.live.name), p.ids)
}
