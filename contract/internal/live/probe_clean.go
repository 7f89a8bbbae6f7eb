package live

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// cleaner deletes what was created: the case's own, and what other runs left.
type cleaner struct{ *Probe }

// older lists the users of a project that runs created before a time.
func (p cleaner) older(project string, before time.Time, swept *run.Swept) []Entry {
	token, err := p.Suite.tokens.clean(p.Probe, project)
	if err != nil {
		p.Fail("%v", err)
	}
	r := p.Suite.Spec.Users()
	l, cursor := Lister{Resource: r, In: r.Collection}, ""
	var old []Entry
	for range mostPages {
		c := p.Send(Request{Method: r.List.Method, Path: l.Path("1000", cursor), Header: Bearer(token)})
		if !c.OK() {
			p.Fail("the users cannot be listed: %s answered %d", r.List.ID, c.Status())
		}
		for _, user := range l.Items(c) {
			id, _ := user[r.Key].(string)
			created, known := read.Timestamp(user[r.Created])
			begun, ours := runTime(id)
			switch {
			case !ours || !known:
			case begun.Before(before) && created.Before(before):
				old = append(old, Entry{Target: mask.URL(p.Suite.Base), Project: project, ID: id})
				if swept.Oldest.IsZero() || created.Before(swept.Oldest) {
					swept.Oldest = created
				}
			default:
				swept.Younger++
			}
		}
		next := l.Next(c)
		if next == "" {
			return old
		}
		if next == cursor {
			p.Fail("the users cannot be listed: the next page is the page itself")
		}
		cursor = next
	}
	return old
}

// cleanUp deletes what the case created. Each delete is tried whatever became
// of the others, unless the server has stopped answering deletes.
func (p cleaner) cleanUp() {
	var failed error
	// What is in others first, the last one first: the others may be gone then.
	ordered := slices.Clone(p.Created)
	slices.Reverse(ordered)
	slices.SortStableFunc(ordered, func(a, b Entry) int { return strings.Count(b.In, "/") - strings.Count(a.In, "/") })
	for i := range ordered {
		if err := p.clean(ordered[i]); err != nil {
			failed = err
		}
	}
	if failed != nil {
		p.Fail("%v", failed)
	}
}

// clean deletes what an entry names, and takes it out of the ledger.
func (p cleaner) clean(e Entry) error {
	if e.ID == "" {
		return p.cleanPending(e)
	}
	s := p.Suite
	header, err := p.header(e.Project, Request{Method: "DELETE", Path: e.path()})
	if err != nil {
		return err
	}
	deletes := s.operation(Request{Method: "DELETE", Path: e.path()})
	defer s.history.Begin("DELETE")()
	send := func(method string) *pass.Call {
		x := p.named(s.wire.Send(p.ctx, s.completed(Request{Method: method, Path: e.path(), Header: header})))
		s.patience.note(deletes, x, s.Options.Slow)
		return p.check(x, false)
	}
	const left = "it is in the ledger, try: onvy-contract clean"
	var c *pass.Call
	for range 5 { // a server may have a bad moment
		if s.patience.lost(deletes) {
			return fmt.Errorf("what was created was not deleted, for deletes are not answered; %s", left)
		}
		c = send("DELETE")
		wait, again := throttled(c)
		if !again && c.Status()/100 != 5 && c.Exchange.Response != nil || wait > maxRetryAfter {
			break
		}
		p.Sleep(max(wait, 50*time.Millisecond))
	}
	gone := c.OK() || c.Status() == 404 || c.Status() == 410
	if !gone && c.Status()/100 == 4 && c.Status() != 429 {
		// Some servers have another status for a user that is not there.
		gone = send("GET").Status() == c.Status()
	}
	if !gone {
		return fmt.Errorf("what was created could not be deleted (status %d); %s", c.Status(), left)
	}
	s.ledger.done(e)
	return nil
}

// header is that of a request that cleans up.
func (p cleaner) header(project string, r Request) (wire.Header, error) {
	if o := p.Suite.Spec.Operation(p.Suite.operation(r)); o != nil && !o.Bearer {
		return nil, nil
	}
	token, err := p.Suite.tokens.clean(p.Probe, project)
	if err != nil {
		return nil, err
	}
	return Bearer(token), nil
}

// cleanPending looks for what may have been created without an answer, and
// deletes it: all that is in a user of this suite, and elsewhere what has the
// marker.
func (p cleaner) cleanPending(e Entry) error {
	if !e.Ours() {
		return fmt.Errorf("nothing tells what was created in %s from what others made", e.In)
	}
	s := p.Suite
	list := s.Spec.Operation(s.operation(Request{Method: "GET", Path: e.In}))
	if list == nil || list.API.Page == nil || list.API.Resource == nil {
		return fmt.Errorf("nothing lists %s: what was created there without an answer may be left; it is in the ledger", e.In)
	}
	page := Lister{Resource: list.API.Resource, In: e.In}
	header, err := p.header(e.Project, Request{Method: "GET", Path: e.In})
	if err != nil {
		return err
	}
	cursor, seen := "", map[string]bool{}
	for range mostPages {
		x := p.named(s.wire.Send(p.ctx, s.completed(Request{Method: "GET", Path: page.Path("", cursor), Header: header})))
		c := p.check(x, false)
		if s := c.Status(); s == 404 || s == 410 { // with all that was in it
			break
		}
		if !c.OK() {
			return fmt.Errorf("what was created in %s without an answer could not be looked for (status %d); it is in the ledger", e.In, c.Status())
		}
		for _, item := range page.Items(c) {
			text, _ := json.Marshal(item) // was JSON before
			id := KeyText(item[page.Resource.Key])
			if id != "" && (e.Marker == "" || bytes.Contains(text, []byte(e.Marker))) {
				found := Entry{Target: e.Target, Project: e.Project, In: e.In, ID: id, Marker: e.Marker}
				if err := p.clean(found); err != nil {
					return err
				}
			}
		}
		next := page.Next(c)
		if next == "" {
			break
		}
		if seen[next] {
			return fmt.Errorf("what was created in %s without an answer could not be looked for: next_page leads back to a page that was there before; it is in the ledger", e.In)
		}
		seen[next], cursor = true, next
	}
	s.ledger.done(e)
	return nil
}
