package contract

import (
	"encoding/json"
	"slices"
	"sync"

	"github.com/onvy-health/onvy-go/contract/internal/coverage"
)

// Coverage is what of the spec a run or a replay has exercised: hits by the id
// of a point, and nothing that was sent. It merges over runs, recordings and
// machines.
type Coverage = coverage.Counts

// CoveragePoint is one thing in the spec that a run may exercise.
type CoveragePoint = coverage.Point

// CoveragePoints are all that a run may exercise of the spec, hit or not.
func (s *Spec) CoveragePoints() []CoveragePoint { return s.model.Points() }

// counting is the recorder of a run, and the tokens that were granted in it.
type counting struct {
	*coverage.Recorder
	whole bool // no token was granted before

	mu      sync.Mutex
	granted *recent[string, bool] // by digest
}

func newCounting(s *Spec, whole bool) *counting {
	return &counting{Recorder: coverage.NewRecorder(s.model, s.slotsOf), whole: whole, granted: newRecent[string, bool](5_000)}
}

// saw reports whether a token was granted in the run.
func (c *counting) saw(digest string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.granted.get(digest)
}

func (c *counting) grant(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.granted.put(digest(token), true)
}

// seenBody is where to note the body of the answer; nil if nobody counts.
func (c *call) seenBody() *coverage.Body {
	if c.counting == nil {
		return nil
	}
	return c.counting.Body(c.op.op, c.x.Response.Status, c.contentType)
}

// count counts an exchange after the rules have read it.
func (c *call) count() {
	if c.counting == nil || c.op == nil {
		return
	}
	x := coverage.Exchange{Operation: c.op.op, Query: c.query, Status: c.status(), ResponseType: c.contentType, HeaderNames: c.headerNames}
	if len(c.x.Request.Body) > 0 {
		switch x.RequestType = readMediaType(c.x.Request.Header.Get("Content-Type")).name; x.RequestType {
		case "application/json":
			x.JSON = c.requestJSON()
		case "application/x-www-form-urlencoded":
			x.Form = c.requestForm()
		}
	}
	if c.op.token && c.ok() { // else the whole answer would be decoded for nothing
		if token, _ := accessToken(c); token != "" {
			c.counting.grant(token)
		}
	}
	x.Credential = c.credential()
	c.counting.Add(&x)
}

// requestJSON is the body of the request decoded; nil if it cannot be. The rules
// have decoded objects; what is none is wrong, rare and short.
func (c *call) requestJSON() any {
	if object := c.requestObject(); object != nil {
		return object
	}
	var v any
	if len(c.x.Request.Body) > maxOdd || json.Unmarshal(c.x.Request.Body, &v) != nil {
		return nil
	}
	return v
}

// maxOdd is how much of a body that is no object is worth decoding.
const maxOdd = 1 << 10

func (c *call) headerNames(yield func(string) bool) {
	for i := range c.x.Response.Header {
		if !yield(c.x.Response.Header[i].Name) {
			return
		}
	}
}

// credential is what the request came with, as far as it can be told without
// the server's key: a token that the run did not see granted, and that is
// refused, was changed.
func (c *call) credential() coverage.Credential {
	scheme, value := c.x.Request.credentials()
	switch {
	case c.op.token && scheme == "" && c.requestForm().Get("client_secret") == "":
		return coverage.NoClient
	case c.op.token && c.ok():
		return coverage.ValidClient
	case c.op.token:
		if c.status() == 401 {
			return coverage.WrongClient
		}
		return ""
	case !c.op.bearer || !c.authKnown():
		return ""
	case scheme == "":
		return coverage.NoToken
	case scheme != "bearer" || value == "":
		return coverage.OtherScheme
	}
	token := c.bearer()
	if !c.counting.saw(token.digest) {
		switch {
		case c.ok() && !c.counting.whole:
			return coverage.ValidToken // granted before the recording began
		case !token.isJWT:
			return coverage.MadeUpToken
		case !c.counting.whole:
			return "" // who knows why it was refused
		}
		return coverage.ForeignToken
	}
	switch end := token.time("exp"); {
	case !end.IsZero() && c.x.Started.After(end):
		return coverage.ExpiredToken
	case c.op.scope != "" && token.scopes != nil && !slices.Contains(token.scopes, c.op.scope):
		return coverage.LittleScope
	}
	return coverage.ValidToken
}
