package contract

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// evidence makes the steps of findings. Only the first of equal findings gets
// them, so that a server with one fault in each answer costs no more time.
type evidence struct {
	*shared

	target *Target
	base   string   // of all URLs, without a slash at its end
	more   []string // secrets of the exchange that is being written
	// recorded says that the exchanges are not the suite's.
	recorded bool
}

// shared is what all cases know.
type shared struct {
	mu     sync.Mutex
	had    map[findingKey]bool
	issued map[string]issued // by token
	// cursors are those that listings gave, with the exchange.
	cursors map[string]*Exchange
}

// issued is what a token of the server is.
type issued struct {
	auth     Auth
	scope    string
	plain    bool      // by the request that the suite gets its own tokens with
	by       *Exchange // that gave it
	member   string    // of its answer
	lifetime time.Duration
	until    time.Time
}

func newEvidence(t *Target, base *url.URL) *evidence {
	return &evidence{
		shared: &shared{had: map[findingKey]bool{}, issued: map[string]issued{}, cursors: map[string]*Exchange{}},
		target: t, base: strings.TrimSuffix(base.String(), "/"),
	}
}

// first reports whether no equal finding came before.
func (e *evidence) first(f *Finding) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	k := f.key()
	had := e.had[k]
	e.had[k] = true
	return !had
}

// learn keeps what tokens and cursors an answer has, to know them again.
func (e *evidence) learn(c *call) {
	if c.op == nil || !c.ok() {
		return
	}
	if !c.op.token {
		e.learnCursor(c)
		return
	}
	object := c.object()
	is := issued{auth: UserAuth}
	if scheme, _ := c.x.Request.credentials(); scheme == "basic" {
		is.auth = ServerAuth
		if o := e.target.Other; o != nil && strings.Contains(c.x.Request.URL, escapeSegment(o.ID)) {
			is.auth = OtherAuth
		}
		is.scope, _ = c.requestObject()["scope"].(string)
		is.plain = c.is("createServerToken") && string(c.x.Request.Body) == "{}"
	}
	_, is.lifetime = accessToken(c)
	is.by, is.until = c.x, c.x.end().Add(is.lifetime)
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, name := range []string{"access_token", "refresh_token"} {
		if token, _ := object[name].(string); token != "" {
			is.member = name
			if _, known := e.issued[token]; !known { // one that gives a token twice gave it the first time
				e.issued[token] = is
			}
		}
	}
}

// learnCursor keeps the cursor of a listing. A cursor that one can come upon by
// chance is not told from a made-up one.
func (e *evidence) learnCursor(c *call) {
	if c.x.Request.Method != "GET" || !strings.Contains(string(c.x.Response.Body), "next_page") {
		return
	}
	if next := c.nextPage(); len(next) > 2 {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.cursors[next] == nil {
			e.cursors[next] = c.x
		}
	}
}

// auth says whose credentials a request had.
func (e *evidence) auth(r *Request) (Auth, string) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return NoAuth, ""
	}
	scheme, value := r.credentials()
	if scheme == "basic" {
		pair, _ := base64.StdEncoding.DecodeString(value) // what is not base64 is wrong anyway
		id, secret, _ := strings.Cut(string(pair), ":")
		if id == e.target.Project.ClientID && secret == e.target.Project.ClientSecret.Reveal() {
			return ClientAuth, ""
		}
		return WrongClient, ""
	}
	e.mu.Lock()
	is, ok := e.issued[value]
	e.mu.Unlock()
	if ok {
		return is.auth, is.scope
	}
	if e.secret(header) {
		return ChangedAuth, ""
	}
	return LiteralAuth, ""
}

// secret reports whether a text has a token or a secret in it, or half of one.
func (e *evidence) secret(text string) bool {
	if strings.Contains(text, "eyJ") || len(text) > 80 {
		return true
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for token := range e.issued {
		if n := len(token); n >= 8 && !strings.HasPrefix(token, "eyJ") && (strings.Contains(text, token[:n/2]) || strings.Contains(text, token[n/2:])) {
			return true
		}
	}
	for _, secret := range e.secrets() {
		if n := len(secret); n >= 4 && strings.Contains(text, secret) {
			return true
		}
	}
	return false
}

func (e *evidence) secrets() []string {
	all := append(slices.Clone(e.more), e.target.Project.ClientSecret.Reveal(), e.target.IDToken.Reveal())
	if e.target.Other != nil {
		all = append(all, e.target.Other.ClientSecret.Reveal())
	}
	for _, f := range e.target.Reach.Header {
		all = append(all, f.Value)
	}
	return all
}

// earlier is how many exchanges of a case are kept as evidence.
const earlier = 64

// prove gives those findings their steps that are the first of their kind.
func (p *probe) prove(c *call, findings []Finding) {
	e := p.suite.evidence
	for i := range findings {
		f := &findings[i]
		if !e.first(f) {
			continue
		}
		exchanges := leadingTo(p.log, c.x)
		for _, x := range exchanges {
			f.Steps = append(f.Steps, e.step(x))
		}
		f.Curl = e.script(f, p.forScript(f.Rule, exchanges))
		last := &f.Steps[len(f.Steps)-1]
		last.Pointer = f.Pointer
		if f.at != "" {
			last.Pointer = e.knowing(&c.x.Request).scrub(f.at)
		}
		f.compare()
	}
}

// note keeps an exchange of the case as possible evidence.
func (p *probe) note(x *Exchange) {
	if len(p.log) == earlier {
		p.log = slices.Delete(p.log, 0, earlier/2)
	}
	p.log = append(p.log, x)
}

// leadingTo picks the exchanges that one can be understood from: the create of
// its user and the last write to it before x, and x.
func leadingTo(log []*Exchange, x *Exchange) []*Exchange {
	steps := []*Exchange{x}
	id := userOf(x)
	if id == "" {
		return steps
	}
	var created, written *Exchange
	for _, before := range log {
		if before == x {
			break
		}
		if before.Request.Method == "GET" || before.Request.Method == "HEAD" || before.Response == nil || before.Response.Status/100 != 2 || userOf(before) != id {
			continue
		}
		if before.Request.Method == "POST" {
			created, written = before, nil
		} else {
			written = before
		}
	}
	if written != nil {
		steps = append([]*Exchange{written}, steps...)
	}
	if created != nil {
		steps = append([]*Exchange{created}, steps...)
	}
	return steps
}

// userOf is the id of the user that an exchange of the suite is about, or "".
func userOf(x *Exchange) string {
	u, err := url.Parse(x.Request.URL)
	if err != nil {
		return ""
	}
	if i := strings.LastIndex(u.Path, "/users/"); i >= 0 {
		return u.Path[i+len("/users/"):]
	}
	if x.Request.Method != "POST" || !strings.HasSuffix(u.Path, "/users") {
		return ""
	}
	value, ok := decodeValue(x.Request.Body)
	object, _ := value.(map[string]any)
	id, _ := object["id"].(string)
	if !ok {
		return ""
	}
	return id
}
