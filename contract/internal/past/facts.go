package past

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/accept"
	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
)

// Facts appends what the history is told of an exchange, after the exchange rules
// have looked at it. It may refer to the bodies.
func Facts(facts []fact.Fact, c *pass.Call, e *fact.Extractor, seq uint64) []fact.Fact {
	if c.Op == nil || c.Op.Life == nil || c.Exchange.Request.Method == "HEAD" || c.Exchange.FromCache {
		return facts
	}
	if c.FindsAll && c.Op.Life.Role == fact.Read {
		return facts // that a user is found says nothing
	}
	x := fact.Exchange{
		Op: c.Op.Life, Name: c.Exchange.Name, Seq: seq, Start: c.Exchange.Started, End: c.Exchange.End(),
		Status: c.Status(), Racing: c.Racing, Bearer: c.Exchange.Request.Bearer(),
	}
	if c.Status() == 401 && !strings.HasPrefix(c.Exchange.Request.Header.Get("Authorization"), "Bearer ") {
		x.Bearer = "" // it may be how the scheme is written that is refused
	}
	x.Ahead = ahead(c)
	if c.Op.Token {
		x.Grant = granted(c)
		return e.Facts(facts, &x)
	}
	x.Parent, x.ID = address(c)
	x.Sent, x.Misfits = c.Exchange.Request.Body, misfits(c)
	if r := c.Exchange.Response; c.BodyKnown() {
		x.Answer = r.Body
		x.Wrong = c.Wrong()
		if c.Outlined && c.Clean {
			x.Outline = outlines.Get().(*fact.Outline)
			defer forget(x.Outline)
			told(x.Outline, &c.Answer)
		}
	} else if r != nil {
		x.Wrong = []string{""} // not all of it is here
	}
	if !c.SentKnown() && c.Op.Life.Role != fact.Read && c.Op.Life.Role != fact.List {
		// Nobody knows what was written: it is as if the answer were lost.
		x.Status, x.Sent, x.Answer, x.Outline = 0, nil, nil, nil
	}
	if c.Op.Life.Role == fact.List {
		x.Cursor, x.Limit, x.Filtered = c.Param(c.Op.Cursor), c.Param(c.Op.Limit), filtered(c) || stripped(c)
	}
	return e.Facts(facts, &x)
}

// filtered reports whether a list was asked for in a way of which the spec does
// not say what it leaves out, and in which order it is.
func filtered(c *pass.Call) bool {
	return slices.ContainsFunc(c.Op.Doc.Parameters, func(ref *openapi3.ParameterRef) bool {
		v := ref.Value
		return v != nil && v.In == openapi3.ParameterInQuery && v.Name != c.Op.Cursor && v.Name != c.Op.Limit && c.HasParam(v.Name)
	})
}

// stripped reports whether a list was asked for without a query, and the answer
// names another limit than is the default: a logger may have left the query out,
// and with it which page this is.
func stripped(c *pass.Call) bool {
	limit, valid := c.Limit()
	got := c.Outline().Limit
	_, query, _ := strings.Cut(c.Exchange.Request.URL, "?")
	return query == "" && valid && got.OK && got.Value != float64(limit)
}

// ahead is how far the server's clock is ahead of the recorder's, as Date has it.
// A clock that is set while traffic is recorded would let tokens end too early.
func ahead(c *pass.Call) time.Duration {
	if c.Exchange.Response == nil || c.Exchange.Started.IsZero() {
		return 0
	}
	date, err := http.ParseTime(c.Exchange.Response.Header.Get("Date"))
	if err != nil {
		return 0
	}
	// It was written at some time between the two.
	if off := date.Sub(c.Exchange.End()); off > time.Minute {
		return off
	}
	if off := date.Sub(c.Exchange.Started); off < -time.Minute {
		return off
	}
	return 0
}

// address is what the path says of a resource: what it is in, and its own id.
func address(c *pass.Call) (parent, id string) {
	for i, name := range c.Op.Vars {
		value := c.Vars[name]
		if i == len(c.Op.Vars)-1 && c.Op.Life.Role != fact.Create && c.Op.Life.Role != fact.List {
			return parent, value
		}
		parent += value + "/"
	}
	return parent, ""
}

// misfits are the fields of the request that are not as documented. A lenient
// server takes "514" for 514, and its answer is then rightly not what was sent.
func misfits(c *pass.Call) (fields []string) {
	ref := c.Op.Body
	if ref == nil || len(c.Exchange.Request.Body) == 0 {
		return nil
	}
	if m := c.Spec.Fast[ref.Value]; m != nil && m.Accepts(c.Exchange.Request.Body) {
		return nil
	}
	sent := c.RequestObject()
	if sent == nil {
		return nil
	}
	err := ref.Value.VisitJSON(map[string]any(sent), openapi3.VisitAsRequest(), openapi3.MultiErrors(), openapi3.EnableFormatValidation())
	for _, e := range pass.Flatten(err, nil) {
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

// outlines are used again: facts do not refer to them.
var outlines = sync.Pool{New: func() any { return new(fact.Outline) }}

func forget(o *fact.Outline) {
	clear(o.Items)
	*o = fact.Outline{Items: o.Items[:0]}
	outlines.Put(o)
}

// told makes an outline for the history.
func told(t *fact.Outline, o *accept.Outline) {
	t.Next, t.Total, t.Totaled = o.Next, o.Total.Value, o.Total.OK
	for i := range o.Users {
		u := &o.Users[i]
		t.Items = append(t.Items, fact.Item{ID: u.ID, Created: toldInstant(u.Created), Updated: toldInstant(u.Updated), Text: u.Raw})
	}
}

func toldInstant(i accept.Instant) fact.Instant {
	if !i.OK || i.Year() < 1700 || i.Year() > 2250 {
		return fact.Instant{}
	}
	return fact.Instant{Nanos: i.UnixNano(), Step: i.Step}
}

// granted is what an answer of a token endpoint gives; nil for nothing.
func granted(c *pass.Call) *fact.Granted {
	access, _ := c.Object()["access_token"].(string)
	if !c.OK() || access == "" {
		return nil
	}
	g := &fact.Granted{Access: access, Project: c.RequestedProject(), OfAClient: c.Grant() == pass.GrantClient}
	g.Lasts, _ = read.Float(c.Object()["expires_in"])
	if g.Scope, _ = c.Object()["scope"].(string); strings.TrimSpace(g.Scope) == "" {
		g.Scope = c.RequestedScope()
	}
	if c.Grant() == pass.GrantRefresh {
		g.Refresh, _ = c.RequestObject()["token"].(string)
		if c.Canonical() {
			g.Refresh = c.RequestForm().Get("refresh_token")
		}
	}
	return g
}

// ReadClaims are those of a token that is a JWT.
func ReadClaims(token string) (fact.Claims, bool) {
	jwt, ok := read.JWT(token)
	if !ok {
		return fact.Claims{}, false
	}
	c := fact.Claims{Project: jwt.Text("project_id"), User: jwt.Text("user_id"), JTI: jwt.Text("jti")}
	if c.User == "" && jwt.Text("principal_type") == "user" {
		c.User = jwt.Text("sub")
	}
	c.Expires, _ = jwt.Seconds("exp")
	c.Issued, _ = jwt.Seconds("iat")
	c.Scopes, c.Scoped = jwt.Scopes()
	return c, true
}
