package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// remember puts a user into the ledger; it is deleted when the case ends.
func (p *probe) remember(project, id string) { p.enter(entry{Project: project, ID: id}) }

// rememberIn is remember for one of any resource.
func (p *probe) rememberIn(project, in, id string) {
	if in == "/users" {
		in = ""
	}
	p.enter(entry{Project: project, In: in, ID: id, Marker: p.marker(in)})
}

// rememberPending puts something into the ledger whose id the server is about
// to give.
func (p *probe) rememberPending(project, in, marker string) entry {
	return p.enter(entry{Project: project, In: in, Marker: marker})
}

// marker is that of what is being created in a collection; "" for none.
func (p *probe) marker(in string) string {
	for _, e := range slices.Backward(p.created) {
		if e.In == in && e.ID == "" {
			return e.Marker
		}
	}
	return ""
}

// settle takes an entry out again: its id is known, or nothing was created.
func (p *probe) settle(e entry) {
	p.suite.ledger.done(e)
	if i := slices.Index(p.created, e); i >= 0 {
		p.created = slices.Delete(p.created, i, i+1)
	}
}

func (p *probe) enter(e entry) entry {
	e.Target = redactURL(p.suite.base)
	if slices.Contains(p.created, e) {
		return e
	}
	if err := p.suite.ledger.add(e); err != nil {
		p.suite.halt(err)
		p.fail("%v", err)
	}
	p.created = append(p.created, e)
	return e
}

// cleanUp deletes what the case created. Each delete is tried whatever became
// of the others, unless the server has stopped answering deletes.
func (p *probe) cleanUp() {
	var failed error
	// What is in others first, the last one first: the others may be gone then.
	ordered := slices.Clone(p.created)
	slices.Reverse(ordered)
	slices.SortStableFunc(ordered, func(a, b entry) int { return strings.Count(b.In, "/") - strings.Count(a.In, "/") })
	for i := range ordered {
		if err := p.clean(ordered[i]); err != nil {
			failed = err
		}
	}
	if failed != nil {
		p.fail("%v", failed)
	}
}

// clean deletes what an entry names, and takes it out of the ledger.
func (p *probe) clean(e entry) error {
	if e.ID == "" {
		return p.cleanPending(e)
	}
	s := p.suite
	header, err := p.cleaner(e.Project, request{method: "DELETE", path: e.path()})
	if err != nil {
		return err
	}
	deletes := s.operation(request{method: "DELETE", path: e.path()})
	defer s.history.begin("DELETE")()
	send := func(method string) *call {
		x := p.named(s.wire.send(p.ctx, request{method: method, path: e.path(), header: header}))
		s.patience.note(deletes, x, s.options.Slow)
		return p.check(x, false)
	}
	const left = "it is in the ledger, try: onvy-contract clean"
	var c *call
	for range 5 { // a server may have a bad moment
		if s.patience.lost(deletes) {
			return fmt.Errorf("what was created was not deleted, for deletes are not answered; %s", left)
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
		return fmt.Errorf("what was created could not be deleted (status %d); %s", c.status(), left)
	}
	s.ledger.done(e)
	return nil
}

// cleaner is the header of a request that cleans up.
func (p *probe) cleaner(project string, r request) (Header, error) {
	if o := p.suite.spec.operationByID(p.suite.operation(r)); o != nil && !o.bearer {
		return nil, nil
	}
	token, err := p.suite.tokens.clean(p, project)
	if err != nil {
		return nil, err
	}
	return bearer(token), nil
}

// cleanPending looks for what may have been created without an answer, and
// deletes it: all that is in a user of this suite, and elsewhere what has the
// marker.
func (p *probe) cleanPending(e entry) error {
	if !e.ours() {
		return fmt.Errorf("nothing tells what was created in %s from what others made", e.In)
	}
	s := p.suite
	list := s.spec.operationByID(s.operation(request{method: "GET", path: e.In}))
	if list == nil || list.api.Page == nil || list.api.Resource == nil {
		return fmt.Errorf("nothing lists %s: what was created there without an answer may be left; it is in the ledger", e.In)
	}
	page := lister{r: list.api.Resource, in: e.In}
	header, err := p.cleaner(e.Project, request{method: "GET", path: e.In})
	if err != nil {
		return err
	}
	cursor := ""
	for range mostPages {
		x := p.named(s.wire.send(p.ctx, request{method: "GET", path: page.path("", cursor), header: header}))
		c := p.check(x, false)
		if s := c.status(); s == 404 || s == 410 { // with all that was in it
			break
		}
		if !c.ok() {
			return fmt.Errorf("what was created in %s without an answer could not be looked for (status %d); it is in the ledger", e.In, c.status())
		}
		for _, item := range page.items(c) {
			text, _ := json.Marshal(item) // was JSON before
			id := keyText(item[page.r.Key])
			if id != "" && (e.Marker == "" || bytes.Contains(text, []byte(e.Marker))) {
				found := entry{Target: e.Target, Project: e.Project, In: e.In, ID: id, Marker: e.Marker}
				if err := p.clean(found); err != nil {
					return err
				}
			}
		}
		if cursor = page.next(c); cursor == "" {
			break
		}
	}
	s.ledger.done(e)
	return nil
}
