package kit

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/sandbox"
)

var UserScopes = "users:create users:read users:update users:delete"

// Bearer is the token of the request, or "".
func (x *Exchange) Bearer() string {
	scheme, token, _ := strings.Cut(x.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}

// Peek reads one part of a token, 0 the header and 1 the claims, without
// looking at the signature.
func Peek(token string, part int) Object {
	parts := strings.Split(token, ".")
	if part >= len(parts) {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[part])
	var o Object
	if err != nil || json.Unmarshal(text, &o) != nil {
		return nil
	}
	return o
}

// Authorize gives the request a good token with the claims of the bad one,
// after changes. Where those cannot be read it is a token of the first project.
func (x *Exchange) Authorize(change ...func(Object)) {
	old := Peek(x.Bearer(), 1)
	if old["project_id"] == nil { // not an access token
		old = nil
	}
	token := x.Srv.MintAccessToken(func(claims map[string]any) {
		for _, name := range []string{"project_id", "aud", "sub", "principal_type", "user_id", "scope"} {
			if v, ok := old[name]; ok {
				claims[name] = v
			}
		}
		for _, c := range change {
			c(claims)
		}
	})
	x.Header.Set("Authorization", "Bearer "+token.Reveal())
}

// Project is the project that the token or the path is for.
func (x *Exchange) Project() sandbox.Project {
	id, _ := Peek(x.Bearer(), 1)["project_id"].(string)
	if rest, ok := strings.CutPrefix(x.URL.Path, "/v1/projects/"); ok {
		id, _, _ = strings.Cut(rest, "/")
	}
	if form, err := url.ParseQuery(string(x.Body)); err == nil && x.Op == OAuthToken {
		id = strings.TrimPrefix(form.Get("audience"), "urn:onvy:project:")
	}
	if id == x.Srv.Other.ID {
		return x.Srv.Other
	}
	return x.Srv.Project
}

// Foreign is the project that the request is not for.
func (x *Exchange) Foreign() sandbox.Project {
	if x.Project().ID == x.Srv.Other.ID {
		return x.Srv.Project
	}
	return x.Srv.Other
}

// AsForeign authorizes the request for the project that it is not for.
func (x *Exchange) AsForeign() {
	p := x.Foreign()
	x.Header.Set("Authorization", "Bearer "+x.mint(p).Reveal())
}

func (x *Exchange) mint(p sandbox.Project) revealer {
	return x.Srv.MintAccessToken(func(claims map[string]any) {
		claims["project_id"], claims["aud"] = p.ID, "urn:onvy:project:"+p.ID
	})
}

type revealer interface{ Reveal() string }

func BasicOf(p sandbox.Project) string {
	pair := url.QueryEscape(p.ClientID) + ":" + url.QueryEscape(p.ClientSecret.Reveal())
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
}

// Form edits the form of the request.
func Form(edit func(x *Exchange, form url.Values)) Step {
	return func(x *Exchange) {
		if values, err := url.ParseQuery(string(x.Body)); err == nil {
			edit(x, values)
			x.Body = []byte(values.Encode())
		}
	}
}

// Says tells whether the answer has some words: the reason of a refusal.
func (x *Exchange) Says(words string) bool { return strings.Contains(string(x.Text), words) }

// Accept serves what was refused with 401 for a reason, as if the token were good.
func Accept(reason func(*Exchange) bool, change ...func(Object)) Mutator {
	return Instead(401, func(x *Exchange) bool {
		if !reason(x) {
			return false
		}
		x.Authorize(change...)
		return true
	})
}

// Claimed changes the claims of the access token in an answer, and signs it
// as the sandbox does.
func Claimed(change ...func(x *Exchange, claims Object)) Step {
	return func(x *Exchange) {
		o := Parse(x.Text)
		old := Peek(o["access_token"].(string), 1)
		o["access_token"] = x.Srv.MintAccessToken(func(claims map[string]any) {
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
		x.Text = Encode(o)
	}
}

func Claim(name string, value any) func(*Exchange, Object) {
	return func(_ *Exchange, claims Object) { claims[name] = value }
}

func Later(d time.Duration, names ...string) func(*Exchange, Object) {
	return func(_ *Exchange, claims Object) {
		for _, name := range names {
			if v, ok := claims[name].(int64); ok {
				claims[name] = v + int64(d/time.Second)
			}
		}
	}
}

// ClaimLife is a token that lives for some seconds only.
func ClaimLife(seconds int64) func(*Exchange, Object) {
	return func(_ *Exchange, claims Object) {
		if iat, ok := claims["iat"].(int64); ok {
			claims["exp"] = iat + seconds
		}
	}
}

// Identity is a good identity token for a subject in the request's project.
func (x *Exchange) Identity(subject string) string {
	return x.Srv.MintIDToken(subject, Set("aud", "app:"+x.Project().ID)).Reveal()
}

// RightSecret corrects the secret of a request to /oauth/token.
func (x *Exchange) RightSecret() bool {
	f, err := url.ParseQuery(string(x.Body))
	if err != nil || f.Get("grant_type") != "client_credentials" {
		return false
	}
	f.Del("client_id")
	f.Del("client_secret")
	x.Body = []byte(f.Encode())
	x.Header.Set("Authorization", BasicOf(x.Project()))
	return true
}

func BasicPair(header string) (id, secret string, ok bool) {
	encoded, _ := strings.CutPrefix(header, "Basic ")
	pair, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(pair), ":")
}

// RefreshTokenOf is the refresh token that a request trades in.
func RefreshTokenOf(x *Exchange) string {
	if o := x.Given(); o != nil {
		token, _ := o["token"].(string)
		return token
	}
	f, _ := url.ParseQuery(string(x.Body))
	return f.Get("refresh_token")
}

// UnlessJSON does a step for bodies that are no JSON objects.
func (s Step) UnlessJSON(x *Exchange) {
	if x.Given() == nil {
		s(x)
	}
}

func (s *state) Remember(key, value string) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.Text[key] = value
}

func (s *state) Remembered(key string) (string, bool) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	value, ok := s.Text[key]
	return value, ok
}

// Scope is what a token request asks for.
func (x *Exchange) Scope() string {
	if scope, ok := x.Given()["scope"].(string); ok {
		return scope
	}
	f, _ := url.ParseQuery(string(x.Body))
	return f.Get("scope")
}

// WithoutScope takes the scope out of a token request.
func (x *Exchange) WithoutScope() {
	Sent(Drop("scope"))(x)
	Form(func(_ *Exchange, f url.Values) { f.Del("scope") }).UnlessJSON(x)
}

// Alias is another name for a token, which says nothing.
func (s *state) Alias(token string) string {
	name := "at_" + RandomText()
	s.Remember(name, token)
	return name
}

// AsClient gives the request the right credentials.
func (x *Exchange) AsClient() bool {
	x.Header.Set("Authorization", BasicOf(x.Project()))
	return true
}

// Opaque gives the tokens other names, which say nothing.
func Opaque(x *Exchange, next func()) {
	On(Tokens, Good(func(x *Exchange) {
		Body(Change("access_token", func(token string) any { return x.State.Alias(token) }))(x)
	}))(x, func() {
		if token, ok := x.State.Remembered(x.Bearer()); ok && x.Bearer() != "" {
			x.Header.Set("Authorization", "Bearer "+token)
		}
		next()
	})
}

// ToForeign serves the request in the other project.
func ToForeign(x *Exchange) bool {
	if x.Srv.Other.ID == "" {
		return false
	}
	x.AsForeign()
	return true
}
