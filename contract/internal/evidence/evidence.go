package evidence

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Writer makes the steps of findings. Only the first of equal findings gets
// them, so that a server with one fault in each answer costs no more time.
type Writer struct {
	*shared
	Things

	target *run.Target
	Base   string   // of all URLs, without a slash at its end
	more   []string // secrets of the exchange that is being written
	// recorded says that the exchanges are not the suite's.
	recorded bool
}

// New returns a writer that knows the secrets of a target.
func New(s *pass.Spec, t *run.Target, base *url.URL) *Writer {
	return &Writer{
		shared: &shared{had: map[rule.FindingKey]bool{}, issued: map[string]issued{}, cursors: map[string]*wire.Exchange{}, made: map[string]bool{}},
		Things: Things{s, strings.TrimSuffix(base.EscapedPath(), "/")},
		target: t, Base: strings.TrimSuffix(base.String(), "/"),
	}
}

// Learn keeps what tokens, cursors and ids an answer has, to know them again.
func (e *Writer) Learn(c *pass.Call) {
	if c.Op == nil || !c.OK() {
		return
	}
	if r := c.Resource(); c.Does(spec.Create) && r != nil && !r.ClientKeys {
		e.learnID(createdID(r, c.Exchange))
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

func (e *Writer) named() (all []namedSecret) {
	add := func(variable, value string) {
		if value != "" {
			all = append(all, namedSecret{variable, value})
		}
	}
	if e.recorded {
		add("ONVY_PROJECT_ID", projectMark)
	}
	add("ONVY_CLIENT_SECRET", e.target.Project.ClientSecret.Reveal())
	add("ONVY_ID_TOKEN", e.target.IDToken.Reveal())
	if e.target.Other != nil {
		add("ONVY_OTHER_CLIENT_SECRET", e.target.Other.ClientSecret.Reveal())
	}
	return all
}

// leaks reports whether a script has a part of a secret in it.
func (e *Writer) leaks(text string) bool {
	var secrets []string
	e.mu.Lock()
	for token := range e.issued {
		secrets = append(secrets, token)
	}
	for cursor := range e.cursors {
		if len(cursor) >= 8 && strings.Contains(text, cursor) {
			e.mu.Unlock()
			return true // a cursor may have the id of a user in it
		}
	}
	e.mu.Unlock()
	for _, secret := range append(secrets, e.secrets()...) {
		parts := append(strings.Split(secret, "."), secret[:len(secret)/2], secret[len(secret)/2:])
		if len(secret) >= 4 && strings.Contains(text, secret) || slices.ContainsFunc(parts, func(part string) bool {
			return len(part) >= 10 && strings.Contains(text, part) && !headerOfJWT.MatchString(part)
		}) {
			return true
		}
	}
	return false
}

// namedSecret is a secret of the target with the variable that has it.
type namedSecret struct{ variable, value string }

// headerOfJWT is the first part of a token, {"alg": or {"typ":, which is no secret.
var headerOfJWT = regexp.MustCompile(`^eyJ(hbGci|0eXAi)[A-Za-z0-9_-]*$`)

// Script is that of a finding about the last of some exchanges. What it creates it
// deletes at the end.
func (e *Writer) Script(f *rule.Finding, exchanges []*wire.Exchange) string {
	s := &script{e: e, names: map[string]string{}, taken: map[string]int{}}
	return s.text(f, exchanges)
}
