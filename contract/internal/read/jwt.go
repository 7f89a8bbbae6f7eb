package read

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Claims are those of an access token. Their signature is not checked: only
// the server has the key.
type Claims struct {
	Header map[string]any
	Values jwt.MapClaims
}

// JWT reads a token; ok is false if it is opaque.
func JWT(token string) (c Claims, ok bool) {
	parsed, _, _ := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
	if parsed == nil || parsed.Header == nil {
		return Claims{}, false
	}
	values, ok := parsed.Claims.(jwt.MapClaims)
	if !ok || len(values) == 0 {
		return Claims{}, false
	}
	return Claims{parsed.Header, values}, true
}

// Text is a claim that is a string, or "".
func (c Claims) Text(name string) string {
	text, _ := c.Values[name].(string)
	return text
}

// Seconds returns a NumericDate; ok is false if there is none.
func (c Claims) Seconds(name string) (float64, bool) {
	n, ok := c.Values[name].(float64)
	return n, ok
}

// maxSeconds is the year 9999, the last that a date is written in.
const maxSeconds = 253_402_300_799

// Time is a claim that is a NumericDate; the zero Time if there is none.
func (c Claims) Time(name string) time.Time {
	n, ok := c.Seconds(name)
	if !ok {
		return time.Time{}
	}
	// Nanoseconds since 1970 would overflow in 2262.
	whole, fraction := math.Modf(max(-maxSeconds, min(n, maxSeconds)))
	return time.Unix(int64(whole), int64(fraction*float64(time.Second)))
}

// Scopes returns the granted scopes; ok is false if the token does not say.
// Some servers write a list in place of RFC 8693's string.
func (c Claims) Scopes() (scopes []string, ok bool) {
	switch value := c.Values["scope"].(type) {
	case string:
		return strings.Fields(value), true
	case []any:
		for _, item := range value {
			if text, isText := item.(string); isText {
				scopes = append(scopes, text)
			}
		}
		return scopes, true
	}
	return nil, false
}

// EncodeJWTPart writes a JWT part.
func EncodeJWTPart(part any) string {
	text, err := json.Marshal(part)
	if err != nil { // maps of plain values only
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}
