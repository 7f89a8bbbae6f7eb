package faults

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/sandbox"
)

var userScopes = "users:create users:read users:update users:delete"

// bearer is the token of the request, or "".
func (x *exchange) bearer() string {
	scheme, token, _ := strings.Cut(x.header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}

// peek reads one part of a token, 0 the header and 1 the claims, without
// looking at the signature.
func peek(token string, part int) object {
	parts := strings.Split(token, ".")
	if part >= len(parts) {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[part])
	var o object
	if err != nil || json.Unmarshal(text, &o) != nil {
		return nil
	}
	return o
}

// authorize gives the request a good token with the claims of the bad one,
// after changes. Where those cannot be read it is a token of the first project.
func (x *exchange) authorize(change ...func(object)) {
	old := peek(x.bearer(), 1)
	if old["project_id"] == nil { // not an access token
		old = nil
	}
	token := x.srv.MintAccessToken(func(claims map[string]any) {
		for _, name := range []string{"project_id", "aud", "sub", "principal_type", "user_id", "scope"} {
			if v, ok := old[name]; ok {
				claims[name] = v
			}
		}
		for _, c := range change {
			c(claims)
		}
	})
	x.header.Set("Authorization", "Bearer "+token.Reveal())
}

// project is the project that the token or the path is for.
func (x *exchange) project() sandbox.Project {
	id, _ := peek(x.bearer(), 1)["project_id"].(string)
	if rest, ok := strings.CutPrefix(x.url.Path, "/v1/projects/"); ok {
		id, _, _ = strings.Cut(rest, "/")
	}
	if form, err := url.ParseQuery(string(x.body)); err == nil && x.op == "createOAuthToken" {
		id = strings.TrimPrefix(form.Get("audience"), "urn:onvy:project:")
	}
	if id == x.srv.Other.ID {
		return x.srv.Other
	}
	return x.srv.Project
}

// foreign is the project that the request is not for.
func (x *exchange) foreign() sandbox.Project {
	if x.project().ID == x.srv.Other.ID {
		return x.srv.Project
	}
	return x.srv.Other
}

// asForeign authorizes the request for the project that it is not for.
func (x *exchange) asForeign() {
	p := x.foreign()
	x.header.Set("Authorization", "Bearer "+x.mint(p).Reveal())
}

func (x *exchange) mint(p sandbox.Project) revealer {
	return x.srv.MintAccessToken(func(claims map[string]any) {
		claims["project_id"], claims["aud"] = p.ID, "urn:onvy:project:"+p.ID
	})
}

type revealer interface{ Reveal() string }

func basicOf(p sandbox.Project) string {
	pair := url.QueryEscape(p.ClientID) + ":" + url.QueryEscape(p.ClientSecret.Reveal())
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
}

// form edits the form of the request.
func form(edit func(x *exchange, form url.Values)) step {
	return func(x *exchange) {
		if values, err := url.ParseQuery(string(x.body)); err == nil {
			edit(x, values)
			x.body = []byte(values.Encode())
		}
	}
}

// says tells whether the answer has some words: the reason of a refusal.
func (x *exchange) says(words string) bool { return strings.Contains(string(x.text), words) }

// accept serves what was refused with 401 for a reason, as if the token were good.
func accept(reason func(*exchange) bool, change ...func(object)) mutator {
	return instead(401, func(x *exchange) bool {
		if !reason(x) {
			return false
		}
		x.authorize(change...)
		return true
	})
}

// claimed changes the claims of the access token in an answer, and signs it
// as the sandbox does.
func claimed(change ...func(x *exchange, claims object)) step {
	return func(x *exchange) {
		o := parse(x.text)
		old := peek(o["access_token"].(string), 1)
		o["access_token"] = x.srv.MintAccessToken(func(claims map[string]any) {
			clear(claims)
			for name, v := range old {
				if f, ok := v.(float64); ok {
					v = int64(f)
				}
				claims[name] = v
			}
			for _, c := range change {
				c(x, claims)
			}
		}).Reveal()
		x.text = encode(o)
	}
}

func claim(name string, value any) func(*exchange, object) {
	return func(_ *exchange, claims object) { claims[name] = value }
}

func later(d time.Duration, names ...string) func(*exchange, object) {
	return func(_ *exchange, claims object) {
		for _, name := range names {
			if v, ok := claims[name].(int64); ok {
				claims[name] = v + int64(d/time.Second)
			}
		}
	}
}

// claimLife is a token that lives for some seconds only.
func claimLife(seconds int64) func(*exchange, object) {
	return func(_ *exchange, claims object) {
		if iat, ok := claims["iat"].(int64); ok {
			claims["exp"] = iat + seconds
		}
	}
}

// identity is a good identity token for a subject in the request's project.
func (x *exchange) identity(subject string) string {
	return x.srv.MintIDToken(subject, set("aud", "app:"+x.project().ID)).Reveal()
}

// rightSecret corrects the secret of a request to /oauth/token.
func (x *exchange) rightSecret() bool {
	f, err := url.ParseQuery(string(x.body))
	if err != nil || f.Get("grant_type") != "client_credentials" {
		return false
	}
	f.Del("client_id")
	f.Del("client_secret")
	x.body = []byte(f.Encode())
	x.header.Set("Authorization", basicOf(x.project()))
	return true
}

func basicPair(header string) (id, secret string, ok bool) {
	encoded, _ := strings.CutPrefix(header, "Basic ")
	pair, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(pair), ":")
}

// refreshTokenOf is the refresh token that a request trades in.
func refreshTokenOf(x *exchange) string {
	if o := x.given(); o != nil {
		token, _ := o["token"].(string)
		return token
	}
	f, _ := url.ParseQuery(string(x.body))
	return f.Get("refresh_token")
}

// unlessJSON does a step for bodies that are no JSON objects.
func (s step) unlessJSON(x *exchange) {
	if x.given() == nil {
		s(x)
	}
}

func (s *state) remember(key, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text[key] = value
}

func (s *state) remembered(key string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.text[key]
	return value, ok
}

// scope is what a token request asks for.
func (x *exchange) scope() string {
	if scope, ok := x.given()["scope"].(string); ok {
		return scope
	}
	f, _ := url.ParseQuery(string(x.body))
	return f.Get("scope")
}

// withoutScope takes the scope out of a token request.
func (x *exchange) withoutScope() {
	sent(drop("scope"))(x)
	form(func(_ *exchange, f url.Values) { f.Del("scope") }).unlessJSON(x)
}
