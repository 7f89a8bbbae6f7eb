package contract

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/history"
)

// end is when the last byte of an exchange came; zero if unknown.
func (x *Exchange) end() time.Time {
	if x.Started.IsZero() {
		return time.Time{}
	}
	return x.Started.Add(x.Duration)
}

// facts are what the history is told of an exchange, after the exchange rules
// have looked at it. They may refer to its bodies.
func (c *call) facts(e *history.Extractor, seq uint64) []history.Fact {
	if c.op == nil || c.op.life == nil || c.x.Request.Method == "HEAD" || c.x.FromCache {
		return nil
	}
	if c.findsAll && c.op.life.Role == history.Read {
		return nil // that a user is found says nothing
	}
	x := history.Exchange{
		Op: c.op.life, Name: c.x.Name, Seq: seq, Start: c.x.Started, End: c.x.end(),
		Status: c.status(), Racing: c.racing, Bearer: c.x.Request.bearer(),
	}
	if c.status() == 401 && !strings.HasPrefix(c.x.Request.Header.Get("Authorization"), "Bearer ") {
		x.Bearer = "" // it may be how the scheme is written that is refused
	}
	x.Ahead = c.ahead()
	if c.op.token {
		x.Grant = c.granted()
		return e.Facts(&x)
	}
	x.Parent, x.ID = c.address()
	x.Sent, x.Misfits = c.x.Request.Body, c.misfits()
	if r := c.x.Response; c.bodyKnown() {
		x.Answer = r.Body
		x.Wrong = c.wrong()
		if c.outlined && c.clean {
			x.Outline = c.answer.told()
		}
	} else if r != nil {
		x.Wrong = []string{""} // not all of it is here
	}
	if !c.sentKnown() && c.op.life.Role != history.Read && c.op.life.Role != history.List {
		// Nobody knows what was written: it is as if the answer were lost.
		x.Status, x.Sent, x.Answer, x.Outline = 0, nil, nil, nil
	}
	if c.op.life.Role == history.List {
		x.Cursor, x.Limit = c.param(c.op.cursor), c.param(c.op.limit)
	}
	return e.Facts(&x)
}

// ahead is how far the server's clock is ahead of the recorder's, as Date has it.
// A clock that is set while traffic is recorded would let tokens end too early.
func (c *call) ahead() time.Duration {
	if c.x.Response == nil || c.x.Started.IsZero() {
		return 0
	}
	date, err := http.ParseTime(c.x.Response.Header.Get("Date"))
	if off := date.Sub(c.x.Started); err == nil && off.Abs() > time.Minute {
		return off
	}
	return 0
}

// address is what the path says of a resource: what it is in, and its own id.
func (c *call) address() (parent, id string) {
	for i, name := range c.op.vars {
		value := c.vars[name]
		if i == len(c.op.vars)-1 && c.op.life.Role != history.Create && c.op.life.Role != history.List {
			return parent, value
		}
		parent += value + "/"
	}
	return parent, ""
}

// misfits are the fields of the request that are not as documented. A lenient
// server takes "514" for 514, and its answer is then rightly not what was sent.
func (c *call) misfits() (fields []string) {
	ref := c.op.body
	if ref == nil || len(c.x.Request.Body) == 0 {
		return nil
	}
	if m := c.spec.fast[ref.Value]; m != nil && m.accepts(c.x.Request.Body) {
		return nil
	}
	sent := c.requestObject()
	if sent == nil {
		return nil
	}
	err := ref.Value.VisitJSON(map[string]any(sent), openapi3.VisitAsRequest(), openapi3.MultiErrors(), openapi3.EnableFormatValidation())
	for _, e := range flatten(err, nil) {
		path := e.JSONPointer()
		if len(path) == 0 || e.Value == nil { // null clears, or is nothing
			continue
		}
		if !slices.Contains(fields, path[0]) {
			fields = append(fields, path[0])
		}
	}
	return fields
}

// told is the outline for the history.
func (o *outline) told() *history.Outline {
	t := &history.Outline{Next: o.next, Total: o.total.value, Totaled: o.total.ok, Items: make([]history.Item, len(o.users))}
	for i := range o.users {
		u := &o.users[i]
		t.Items[i] = history.Item{ID: u.id, Created: u.created.told(), Updated: u.updated.told(), Text: u.raw}
	}
	return t
}

func (i instant) told() history.Instant {
	if !i.ok || i.Year() < 1700 || i.Year() > 2250 {
		return history.Instant{}
	}
	return history.Instant{Nanos: i.UnixNano(), Step: i.step}
}

// granted is what an answer of a token endpoint gives; nil for nothing.
func (c *call) granted() *history.Granted {
	access, _ := c.object()["access_token"].(string)
	if !c.ok() || access == "" {
		return nil
	}
	g := &history.Granted{Access: access, Project: c.requestedProject(), OfAClient: c.grant() == grantClient}
	g.Lasts, _ = float(c.object()["expires_in"])
	if g.Scope, _ = c.object()["scope"].(string); strings.TrimSpace(g.Scope) == "" {
		g.Scope = c.requestedScope()
	}
	if c.grant() == grantRefresh {
		g.Refresh, _ = c.requestObject()["token"].(string)
		if c.canonical() {
			g.Refresh = c.requestForm().Get("refresh_token")
		}
	}
	return g
}

// readClaims are those of a token that is a JWT.
func readClaims(token string) (history.Claims, bool) {
	jwt, ok := readJWT(token)
	if !ok {
		return history.Claims{}, false
	}
	c := history.Claims{Project: jwt.text("project_id"), User: jwt.text("user_id"), JTI: jwt.text("jti")}
	if c.User == "" && jwt.text("principal_type") == "user" {
		c.User = jwt.text("sub")
	}
	c.Expires, _ = jwt.seconds("exp")
	c.Issued, _ = jwt.seconds("iat")
	c.Scopes, c.Scoped = jwt.scopes()
	return c, true
}
