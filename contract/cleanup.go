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
// of the others.
func (p *probe) cleanUp() {
	var failed error
	for _, e := range p.created {
		token, err := p.suite.tokens.clean(p, e.Project)
		if err != nil {
			failed = err
			continue
		}
		defer p.suite.history.begin("DELETE")()
		del := request{method: "DELETE", path: userPath(e.ID), header: bearer(token)}
		c := p.check(p.named(p.suite.wire.send(p.ctx, del)), false)
		for range 4 { // a server that has a bad moment
			wait, again := throttled(c)
			if !again && c.status()/100 != 5 && c.x.Response != nil || wait > maxRetryAfter {
				break
			}
			p.sleep(max(wait, 50*time.Millisecond))
			c = p.check(p.named(p.suite.wire.send(p.ctx, del)), false)
		}
		gone := c.ok() || c.status() == 404 || c.status() == 410
		if !gone && c.status()/100 == 4 && c.status() != 429 {
			// Some servers have another status for a user that is not there.
			look := p.check(p.named(p.suite.wire.send(p.ctx, request{method: "GET", path: userPath(e.ID), header: bearer(token)})), false)
			gone = look.status() == c.status()
		}
		if gone {
			p.suite.ledger.done(e)
			continue
		}
		failed = fmt.Errorf("a user could not be deleted (status %d); it is in the ledger, try: onvy-contract clean", c.status())
	}
	if failed != nil {
		p.fail("%v", failed)
	}
}
