package contract

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// claims are those of an access token. Their signature is not checked: only
// the server has the key.
type claims struct {
	header map[string]any
	values jwt.MapClaims
}

// readJWT reads a token; ok is false if it is opaque.
func readJWT(token string) (c claims, ok bool) {
	parsed, _, _ := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
	if parsed == nil || parsed.Header == nil {
		return claims{}, false
	}
	values, ok := parsed.Claims.(jwt.MapClaims)
	if !ok || len(values) == 0 {
		return claims{}, false
	}
	return claims{parsed.Header, values}, true
}

func (c claims) text(name string) string {
	text, _ := c.values[name].(string)
	return text
}

// seconds returns a NumericDate; ok is false if there is none.
func (c claims) seconds(name string) (float64, bool) {
	n, ok := c.values[name].(float64)
	return n, ok
}

// maxSeconds is the year 9999, the last that a date is written in.
const maxSeconds = 253_402_300_799

func (c claims) time(name string) time.Time {
	n, ok := c.seconds(name)
	if !ok {
		return time.Time{}
	}
	// Nanoseconds since 1970 would overflow in 2262.
	whole, fraction := math.Modf(max(-maxSeconds, min(n, maxSeconds)))
	return time.Unix(int64(whole), int64(fraction*float64(time.Second)))
}

// scopes returns the granted scopes; ok is false if the token does not say.
// Some servers write a list in place of RFC 8693's string.
func (c claims) scopes() (scopes []string, ok bool) {
	switch value := c.values["scope"].(type) {
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

// encodePart writes a JWT part.
func encodePart(part any) string {
	text, err := json.Marshal(part)
	if err != nil { // maps of plain values only
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}
