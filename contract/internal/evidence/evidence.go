package evidence

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Writer makes the steps of findings. Only the first of equal findings gets
// them, so that a server with one fault in each answer costs no more time.
type Writer struct {
	*shared

	target *run.Target
	Base   string   // of all URLs, without a slash at its end
	more   []string // secrets of the exchange that is being written
	// recorded says that the exchanges are not the suite's.
	recorded bool
}

// shared is what all cases know.
type shared struct {
	mu     sync.Mutex
	had    map[rule.FindingKey]bool
	issued map[string]issued // by token
	// cursors are those that listings gave, with the exchange.
	cursors map[string]*wire.Exchange
}

// issued is what a token of the server is.
type issued struct {
	auth     rule.Auth
	scope    string
	plain    bool           // by the request that the suite gets its own tokens with
	by       *wire.Exchange // that gave it
	member   string         // of its answer
	lifetime time.Duration
	until    time.Time
}

// New returns a writer that knows the secrets of a target.
func New(t *run.Target, base *url.URL) *Writer {
	return &Writer{
		shared: &shared{had: map[rule.FindingKey]bool{}, issued: map[string]issued{}, cursors: map[string]*wire.Exchange{}},
		target: t, Base: strings.TrimSuffix(base.String(), "/"),
	}
}

// First reports whether no equal finding came before.
func (e *Writer) First(f *rule.Finding) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	k := f.Key()
	had := e.had[k]
	e.had[k] = true
	return !had
}

// Learn keeps what tokens and cursors an answer has, to know them again.
func (e *Writer) Learn(c *pass.Call) {
	if c.Op == nil || !c.OK() {
		return
	}
	if !c.Op.Token {
		e.learnCursor(c)
		return
	}
	object := c.Object()
	is := issued{auth: rule.UserAuth}
	if scheme, _ := c.Exchange.Request.Credentials(); scheme == "basic" {
		is.auth = rule.ServerAuth
		if o := e.target.Other; o != nil && strings.Contains(c.Exchange.Request.URL, read.EscapeSegment(o.ID)) {
			is.auth = rule.OtherAuth
		}
		is.scope, _ = c.RequestObject()["scope"].(string)
		is.plain = c.Op != nil && c.Op.API.ForServers() && string(c.Exchange.Request.Body) == "{}"
	}
	_, is.lifetime = pass.AccessToken(c)
	is.by, is.until = c.Exchange, c.Exchange.End().Add(is.lifetime)
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
func (e *Writer) learnCursor(c *pass.Call) {
	if c.Exchange.Request.Method != "GET" || !strings.Contains(string(c.Exchange.Response.Body), "next_page") {
		return
	}
	if next := c.NextPage(); len(next) > 2 {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.cursors[next] == nil {
			e.cursors[next] = c.Exchange
		}
	}
}

// auth says whose credentials a request had.
func (e *Writer) auth(r *wire.Request) (rule.Auth, string) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return rule.NoAuth, ""
	}
	scheme, value := r.Credentials()
	if scheme == "basic" {
		pair, _ := base64.StdEncoding.DecodeString(value) // what is not base64 is wrong anyway
		id, secret, _ := strings.Cut(string(pair), ":")
		if id == e.target.Project.ClientID && secret == e.target.Project.ClientSecret.Reveal() {
			return rule.ClientAuth, ""
		}
		return rule.WrongClient, ""
	}
	e.mu.Lock()
	is, ok := e.issued[value]
	e.mu.Unlock()
	if ok {
		return is.auth, is.scope
	}
	if e.secret(header) {
		return rule.ChangedAuth, ""
	}
	return rule.LiteralAuth, ""
}

// secret reports whether a text has a token or a secret in it, or half of one.
func (e *Writer) secret(text string) bool {
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

func (e *Writer) secrets() []string {
	all := append(slices.Clone(e.more), e.target.Project.ClientSecret.Reveal(), e.target.IDToken.Reveal())
	if e.target.Other != nil {
		all = append(all, e.target.Other.ClientSecret.Reveal())
	}
	for _, f := range e.target.Reach.Header {
		all = append(all, f.Value)
	}
	return all
}

// LeadingTo picks the exchanges that one can be understood from: the create of
// its user and the last write to it before x, and x.
func LeadingTo(log []*wire.Exchange, x *wire.Exchange) []*wire.Exchange {
	steps := []*wire.Exchange{x}
	id := UserOf(x)
	if id == "" {
		return steps
	}
	var created, written *wire.Exchange
	for _, before := range log {
		if before == x {
			break
		}
		if before.Request.Method == "GET" || before.Request.Method == "HEAD" || before.Response == nil || before.Response.Status/100 != 2 || UserOf(before) != id {
			continue
		}
		if before.Request.Method == "POST" {
			created, written = before, nil
		} else {
			written = before
		}
	}
	if written != nil {
		steps = append([]*wire.Exchange{written}, steps...)
	}
	if created != nil {
		steps = append([]*wire.Exchange{created}, steps...)
	}
	return steps
}

// UserOf is the id of the user that an exchange of the suite is about, or "".
func UserOf(x *wire.Exchange) string {
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
	value, ok := read.Value(x.Request.Body)
	object, _ := value.(map[string]any)
	id, _ := object["id"].(string)
	if !ok {
		return ""
	}
	return id
}
