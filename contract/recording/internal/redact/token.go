package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/golang-jwt/jwt/v5"

	"github.com/onvy-health/onvy-go/contract/recording/internal/places"
	"github.com/onvy-health/onvy-go/contract/recording/internal/value"
)

// TestKey signs the tokens of redacted recordings (HS256). It is no secret.
const TestKey = "onvy-contract redacted recording test key"

// token replaces a token. A JWT stays one, with the same claims, of which
// those that name somebody are replaced, and times kept; anything else is
// scrubbed.
//
// The signature that a token is first seen with is taken for its own and
// becomes one with [TestKey]. The same claims with another signature are a
// token that somebody tampered with, and stay that.
func (r *replacer) token(s string) string {
	parts := strings.Split(s, ".")
	switch {
	case !startsLikeJWT(s):
		return r.Scrub(s)
	case len(parts) == 2: // one that is cut off
		whole := len(parts[1]) &^ 3
		return r.part(parts[0], jwtHeader) + "." + r.part(parts[1][:whole], jwtClaims) + r.Scrub(parts[1][whole:])
	case len(parts) != 3:
		return r.Scrub(s)
	}
	head := r.part(parts[0], jwtHeader)
	body := r.part(parts[1], jwtClaims)
	signing, original := head+"."+body, parts[0]+"."+parts[1]
	if len(r.signatures) >= 1<<18 {
		clear(r.signatures)
	}
	of, signature := r.learned.Sum(original), r.learned.Sum(parts[2])
	own, known := r.signatures[of]
	if !known {
		r.signatures[of], own = signature, signature
	}
	size := base64.RawURLEncoding.DecodedLen(len(parts[2]))
	if own != signature || base64.RawURLEncoding.EncodedLen(size) != len(parts[2]) || r.Draft {
		return signing + "." + r.Scrub(parts[2])
	}
	return signing + "." + sign(signing, size)
}

// part redacts the JSON in a part of a token; what is none is scrubbed.
func (r *replacer) part(s string, n *places.Node) string {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) == 0 || b[0] != '{' {
		return r.Scrub(s)
	}
	return base64.RawURLEncoding.EncodeToString(r.json(nil, b, n))
}

// sign makes a signature of so many bytes: that of HS256 for one of its length;
// for another algorithm bytes that follow from it, of which only the length
// means something.
func sign(signing string, size int) string {
	sig, err := jwt.SigningMethodHS256.Sign(signing, []byte(TestKey))
	if err != nil { // only for a key of the wrong type
		panic(err)
	}
	for len(sig) < size {
		mac := hmac.New(sha256.New, []byte(TestKey))
		mac.Write(sig)
		sig = mac.Sum(sig)
	}
	return base64.RawURLEncoding.EncodeToString(sig[:size])
}

// isJWT tells whether a text is three parts of which the first is a header.
func isJWT(s string) bool { return startsLikeJWT(s) && strings.Count(s, ".") == 2 }

// startsLikeJWT tells whether a text begins with a header of a JWT.
func startsLikeJWT(s string) bool {
	head, _, ok := strings.Cut(s, ".")
	if !ok {
		return false
	}
	b, err := base64.RawURLEncoding.DecodeString(head)
	return err == nil && len(b) > 1 && b[0] == '{' && b[len(b)-1] == '}'
}

// algorithms are the words that a header may have.
var algorithms = &places.Node{Enum: set(`none None NONE HS256 HS384 HS512 RS256 RS384 RS512 ES256 ES384 ES512
	PS256 PS384 PS512 EdDSA JWT jwt at+jwt JWS`)}

// jwtHeader and jwtClaims say what the members of a JWT are (RFC 7519, 4.1; OpenID Connect
// Core, 5.1). What is not listed is unknown and so scrubbed.
var (
	jwtHeader = &places.Node{Props: map[string]*places.Node{"alg": algorithms, "typ": algorithms, "cty": algorithms}}
	jwtClaims = func() *places.Node {
		n := &places.Node{Props: map[string]*places.Node{}}
		for c, names := range map[value.Class]string{
			value.Identity: "sub user_id jti sid nonce email phone_number preferred_username azp_user",
			value.Name:     "name given_name family_name middle_name nickname picture profile website address",
			value.Date:     "birthdate",
			value.Unmarked: "iss aud client_id project_id scope scopes principal_type token_type token_use typ azp acr amr",
		} {
			for s := range strings.FieldsSeq(names) {
				n.Props[s] = &places.Node{Class: c, Text: c == value.Unmarked}
			}
		}
		for s := range strings.FieldsSeq("exp iat nbf auth_time updated_at email_verified phone_number_verified") {
			n.Props[s] = &places.Node{Number: true}
		}
		for _, s := range []string{"aud", "amr", "scope", "scopes"} {
			n.Props[s].Items = n.Props[s]
		}
		return n
	}()
)

// cursor replaces a cursor. One that is base64 of JSON stays that, with what
// is in the JSON replaced, so that an id in it stays the id it is elsewhere.
func (r *replacer) cursor(s string) string {
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		b, err := enc.Strict().DecodeString(s)
		if err == nil && len(b) > 1 && (b[0] == '{' || b[0] == '[') {
			return enc.EncodeToString(r.json(nil, b, nil))
		}
	}
	if isJWT(s) {
		return r.token(s)
	}
	return r.Scrub(s)
}
