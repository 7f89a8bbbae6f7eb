package sandbox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	identityIssuer   = "https://idp.sandbox.invalid"
	identityAudience = "app:" // and the id of the project
)

// identityProvider stands for the identity provider that the customer has for
// the users of a project. Its tokens are signed otherwise than access tokens,
// so that one can never pass for the other.
type identityProvider struct {
	key *ecdsa.PrivateKey
	now func() time.Time
}

func newIdentityProvider(now func() time.Time) *identityProvider {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic("sandbox: " + err.Error()) // crypto/rand never fails
	}
	return &identityProvider{key: key, now: now}
}

// verify returns the subject of an identity token for a project (OpenID
// Connect Core, 3.1.3.7).
func (p *identityProvider) verify(token, project string) (subject string, err error) {
	var c jwt.RegisteredClaims
	_, err = jwt.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return &p.key.PublicKey, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodES256.Alg()}),
		jwt.WithIssuer(identityIssuer), jwt.WithAudience(identityAudience+project),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithStrictDecoding(), jwt.WithTimeFunc(p.now))
	switch {
	case isExpired(err):
		return "", invalidGrant("the identity token has expired")
	case err != nil || c.Subject == "":
		return "", invalidGrant("the identity token is not valid")
	}
	return c.Subject, nil
}

func isExpired(err error) bool { return errors.Is(err, jwt.ErrTokenExpired) }
