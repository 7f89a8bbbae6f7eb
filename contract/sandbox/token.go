package sandbox

import (
	"crypto/rand"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	issuerName     = "urn:onvy:sandbox"
	audiencePrefix = "urn:onvy:project:"
)

// claims of an access token, as the public pages list them.
type claims struct {
	jwt.RegisteredClaims // iss aud exp iat nbf jti sub

	ProjectID     string `json:"project_id"`
	PrincipalType string `json:"principal_type"` // "client" or "user"
	UserID        string `json:"user_id,omitempty"`
	Scope         string `json:"scope"`
}

// principal is whom an access token speaks for.
type principal struct {
	project string
	user    string // the id of the user; "" for a client
	subject string
	scope   scopes
}

// may tells whether the principal may see and change the user with an id: a
// client all of its project, a user only itself.
func (p *principal) may(id string) bool { return p.user == "" || p.user == id }

// issuer signs and verifies access tokens with a key that nobody else has.
// Withdrawing all tokens is taking another key.
type issuer struct {
	ttl time.Duration
	now func() time.Time

	mu      sync.RWMutex
	key     []byte
	retired map[string]string // earlier keys, with the reason to give
}

func newIssuer(ttl time.Duration, now func() time.Time) *issuer {
	return &issuer{ttl: ttl, now: now, key: newKey(), retired: make(map[string]string)}
}

func newKey() []byte {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return key
}

// issue returns a new access token for a principal.
func (i *issuer) issue(p *principal) string {
	now := i.now()
	kind := "client"
	if p.user != "" {
		kind = "user"
	}
	return i.sign(&claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    issuerName,
			Subject:   p.subject,
			Audience:  jwt.ClaimStrings{audiencePrefix + p.project},
			ExpiresAt: jwt.NewNumericDate(now.Truncate(time.Second).Add(i.ttl)),
			NotBefore: jwt.NewNumericDate(now),
			IssuedAt:  jwt.NewNumericDate(now),
			ID:        rand.Text(),
		},
		ProjectID: p.project, PrincipalType: kind, UserID: p.user, Scope: p.scope.String(),
	})
}

func (i *issuer) sign(c jwt.Claims) string {
	i.mu.RLock()
	defer i.mu.RUnlock()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString(i.key)
	if err != nil {
		panic("sandbox: " + err.Error()) // strings and numbers sign always
	}
	return token
}

// verify returns the principal of an access token, or why it is not good:
// one algorithm, our issuer, an audience that is the project, and times that
// are not over and not still to come.
func (i *issuer) verify(token string) (*principal, error) {
	i.mu.RLock()
	key := i.key
	i.mu.RUnlock()
	c, err := i.parse(token, key)
	if err != nil {
		return nil, i.reason(token, err)
	}
	if len(c.Audience) != 1 || c.Audience[0] != audiencePrefix+c.ProjectID || (c.PrincipalType == "user") != (c.UserID != "") {
		return nil, unauthorized("invalid_token", "the access token is not valid")
	}
	return &principal{project: c.ProjectID, user: c.UserID, subject: c.Subject, scope: splitScopes(c.Scope)}, nil
}

func (i *issuer) parse(token string, key []byte) (*claims, error) {
	c := new(claims)
	_, err := jwt.ParseWithClaims(token, c, func(*jwt.Token) (any, error) { return key, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithIssuer(issuerName), jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
		jwt.WithStrictDecoding(), jwt.WithTimeFunc(i.now))
	return c, err
}

func (i *issuer) retire(reason string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.retired[string(i.key)] = reason
	i.key = newKey()
}

// reason says why a token is not good, as far as its holder may know.
func (i *issuer) reason(token string, err error) *refusal {
	if isExpired(err) {
		return unauthorized("invalid_token", "the access token has expired")
	}
	i.mu.RLock()
	defer i.mu.RUnlock()
	for key, reason := range i.retired {
		if _, err := i.parse(token, []byte(key)); err == nil {
			return unauthorized("invalid_token", reason)
		}
	}
	return unauthorized("invalid_token", "the access token is not valid")
}
