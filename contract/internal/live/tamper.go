package live

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"iter"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/onvy-health/onvy-go/contract/internal/read"
)

// Tampered yields copies of a token that a server must not take, each with
// what was done to it. The change is never in bits that base64 drops.
func Tampered(token string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		parts := strings.Split(token, ".")
		if len(parts) != 3 || len(parts[2]) < 8 {
			_ = len(token) >= 8 &&
				yield("a changed character", flip(token, len(token)/2)) &&
				yield("its end cut off", token[:len(token)-4])
			return
		}
		header, payload, signature := parts[0], parts[1], parts[2]
		_ = yield("a changed signature", header+"."+payload+"."+flip(signature, len(signature)/2)) &&
			yield("a signature of zeros", header+"."+payload+"."+strings.Repeat("A", len(signature))) &&
			yield("no signature", header+"."+payload+".") &&
			yield("a longer life in its payload", header+"."+edit(payload, longer)+"."+signature) &&
			yield("another subject in its payload", header+"."+edit(payload, another)+"."+signature) &&
			yield("a key id that is a path", read.EncodeJWTPart(map[string]any{"alg": "HS256", "typ": "JWT", "kid": "../../dev/null"})+"."+payload+"."+signature) &&
			yield("a key of its own", read.EncodeJWTPart(map[string]any{"alg": "ES256", "typ": "JWT", "jku": "https://keys.example.com/jwks.json"})+"."+payload+"."+signature) &&
			yield("alg none", read.EncodeJWTPart(map[string]any{"alg": "none", "typ": "JWT"})+"."+payload+".") &&
			yield("alg NoNe", read.EncodeJWTPart(map[string]any{"alg": "NoNe", "typ": "JWT"})+"."+payload+"."+signature) &&
			yield("a signature by another key", resign(payload, jwt.SigningMethodHS256, []byte("contract"))) &&
			yield("a signature by an empty key", resign(payload, jwt.SigningMethodHS256, []byte{})) &&
			yield("a signature by another key pair", resign(payload, jwt.SigningMethodES256, otherKey()))
	}
}

// MadeUpTokens yields tokens that no identity provider gave.
func MadeUpTokens(p *Probe) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		now := time.Now()
		payload := read.EncodeJWTPart(map[string]any{
			"iss": "https://accounts.example.com", "sub": "contract", "aud": p.Suite.Target.SDKClientID,
			"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		})
		_ = yield("a made-up identity token", "contract-made-up") &&
			yield("an identity token signed by nobody", read.EncodeJWTPart(map[string]any{"alg": "none", "typ": "JWT"})+"."+payload+".") &&
			yield("an identity token of another provider", resign(payload, jwt.SigningMethodES256, otherKey())) &&
			yield("an access token as an identity token", p.Token())
	}
}

// flip changes one character of a base64url text, and so its bytes.
func flip(text string, at int) string {
	next := byte('A')
	if text[at] == 'A' {
		next = 'Q'
	}
	return text[:at] + string(next) + text[at+1:]
}

// edit changes the claims of a payload.
func edit(payload string, change func(map[string]any)) string {
	text, err := base64.RawURLEncoding.DecodeString(payload)
	var values map[string]any
	if err != nil || json.Unmarshal(text, &values) != nil {
		return flip(payload, len(payload)/2)
	}
	change(values)
	return read.EncodeJWTPart(values)
}

func longer(values map[string]any) {
	if exp, ok := values["exp"].(float64); ok {
		values["exp"] = int64(exp) + 3600
	} else {
		values["exp"] = time.Now().Add(time.Hour).Unix()
	}
}

func another(values map[string]any) { values["sub"] = "contract-another" }

// resign signs a payload with a key that the server does not know.
func resign(payload string, method jwt.SigningMethod, key any) string {
	text := read.EncodeJWTPart(map[string]any{"alg": method.Alg(), "typ": "JWT"}) + "." + payload
	signature, err := method.Sign(text, key)
	if err != nil { // an empty key, which some versions of the library refuse
		return text + "."
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func otherKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil { // the system has no randomness
		panic(err)
	}
	return key
}
