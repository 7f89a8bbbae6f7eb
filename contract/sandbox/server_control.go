package sandbox

import (
	"crypto/rand"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	onvy "github.com/onvy-health/onvy-go"
)

// What a test asks of a server, and does to it, behind the API.

// Requests returns how many requests each operation got, by operationId,
// those included that were refused or met trouble. HEAD counts as GET.
func (s *Server) Requests() map[string]int {
	s.counts.mu.Lock()
	defer s.counts.mu.Unlock()
	return maps.Clone(s.counts.n)
}

// TokenRequests returns how many requests the token endpoints got.
func (s *Server) TokenRequests() (n int) {
	all := s.Requests()
	for _, op := range s.spec.TokenEndpoints() {
		n += all[op.ID]
	}
	return n
}

// Operation returns the operationId of a request, by its escaped path; "" where
// the spec has none. HEAD counts as GET.
func (s *Server) Operation(method, path string) string {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	segments := strings.Split(path, "/")
	for i := range s.router {
		if _, ok := s.router[i].match(segments); ok && s.router[i].method == method {
			return s.router[i].op.ID
		}
	}
	return ""
}

// Trouble queues trouble. A request meets the first one queued that is for its
// operation and is not used up.
func (s *Server) Trouble(t ...Trouble) {
	s.troubles.mu.Lock()
	defer s.troubles.mu.Unlock()
	for i := range t {
		trouble := t[i]
		trouble.Times = max(trouble.Times, -1)
		if trouble.Times == 0 {
			trouble.Times = 1
		}
		s.troubles.queue = append(s.troubles.queue, trouble)
	}
}

// Calm forgets all trouble that is queued.
func (s *Server) Calm() {
	s.troubles.mu.Lock()
	defer s.troubles.mu.Unlock()
	s.troubles.queue = nil
}

// ExpireTokens makes all access tokens that were issued so far answer as
// expired ones do. Refresh tokens stay good.
func (s *Server) ExpireTokens() { s.tokens.retire("the access token has expired") }

// RevokeTokens makes all access and refresh tokens that were issued so far
// invalid.
func (s *Server) RevokeTokens() {
	s.tokens.retire("the access token was revoked")
	for _, t := range s.projects {
		t.refresh.revokeAll()
	}
}

// MintAccessToken signs an access token for [Server.Project] with all scopes
// of the spec, after change has had its way with the claims: for tests of what a
// server, or a client, makes of tokens that the endpoints would never issue.
// A nil value takes a claim out.
func (s *Server) MintAccessToken(change ...func(claims map[string]any)) onvy.Secret {
	now := s.now().Unix()
	c := jwt.MapClaims{
		"iss": issuerName, "aud": audiencePrefix + s.Project.ID, "sub": s.Project.ClientID, "jti": rand.Text(),
		"iat": now, "nbf": now, "exp": now + int64(s.tokens.ttl/time.Second),
		"project_id": s.Project.ID, "principal_type": "client", "scope": strings.Join(s.scopes, " "),
	}
	mint(c, change)
	return onvy.NewSecret(s.tokens.sign(c))
}

// MintIDToken returns an identity token of the project's identity provider for
// a subject, good for five minutes: what an app would send to auth/sdk. The
// id of the user at ONVY is the subject. change may alter the claims, a nil
// value takes one out: "aud" is "app:" and the id of the project.
func (s *Server) MintIDToken(subject string, change ...func(claims map[string]any)) onvy.Secret {
	now := s.now().Unix()
	c := jwt.MapClaims{
		"iss": identityIssuer, "aud": identityAudience + s.Project.ID, "sub": subject,
		"iat": now, "exp": now + 300,
	}
	mint(c, change)
	token, err := jwt.NewWithClaims(jwt.SigningMethodES256, c).SignedString(s.idp.key)
	if err != nil {
		panic("sandbox: MintIDToken: " + err.Error()) // a claim that is not JSON
	}
	return onvy.NewSecret(token)
}

func mint(c jwt.MapClaims, change []func(map[string]any)) {
	for _, f := range change {
		f(c)
	}
	for name, value := range c {
		if value == nil {
			delete(c, name)
		}
	}
}
