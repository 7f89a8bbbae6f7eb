package contract

import (
	"fmt"
	"slices"
	"time"
)

// remember puts a user into the ledger; it is deleted when the case ends.
func (p *probe) remember(project, id string) {
	e := entry{Target: redactURL(p.suite.base), Project: project, ID: id}
	if slices.Contains(p.created, e) {
		return
	}
	if err := p.suite.ledger.add(e); err != nil {
		p.suite.halt(err)
		p.fail("%v", err)
	}
	p.created = append(p.created, e)
}

// cleanUp deletes what the case created. Each delete is tried whatever became
// of the others, unless the server has stopped answering deletes.
func (p *probe) cleanUp() {
	var failed error
	for _, e := range p.created {
		if err := p.cleanUser(e); err != nil {
			failed = err
		}
	}
	if failed != nil {
		p.fail("%v", failed)
	}
}

// cleanUser deletes one user, and takes it out of the ledger.
func (p *probe) cleanUser(e entry) error {
	s := p.suite
	token, err := s.tokens.clean(p, e.Project)
	if err != nil {
		return err
	}
	defer s.history.begin("DELETE")()
	send := func(method string) *call {
		x := p.named(s.wire.send(p.ctx, request{method: method, path: userPath(e.ID), header: bearer(token)}))
		s.patience.note("deleteUser", x, s.options.Slow)
		return p.check(x, false)
	}
	const left = "it is in the ledger, try: onvy-contract clean"
	var c *call
	for range 5 { // a server may have a bad moment
		if s.patience.lost("deleteUser") {
			return fmt.Errorf("a user was not deleted, for deletes are not answered; %s", left)
		}
		c = send("DELETE")
		wait, again := throttled(c)
		if !again && c.status()/100 != 5 && c.x.Response != nil || wait > maxRetryAfter {
			break
		}
		p.sleep(max(wait, 50*time.Millisecond))
	}
	gone := c.ok() || c.status() == 404 || c.status() == 410
	if !gone && c.status()/100 == 4 && c.status() != 429 {
		// Some servers have another status for a user that is not there.
		gone = send("GET").status() == c.status()
	}
	if !gone {
		return fmt.Errorf("a user could not be deleted (status %d); %s", c.status(), left)
	}
	s.ledger.done(e)
	return nil
}
