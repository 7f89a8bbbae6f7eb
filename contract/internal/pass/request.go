package pass

import (
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/read"
)

// Grants, and what a token endpoint answers.

// Grant is how a token was asked for.
type Grant string

const (
	GrantClient   Grant = "client_credentials"
	GrantRefresh  Grant = "refresh_token"
	GrantExchange Grant = "token exchange"
)

// ExpiryLeeway is how much longer a token may work: clocks differ, and the
// time that the answer took to come is not known.
const ExpiryLeeway = time.Second

// ServerPath is the path of auth/server for a project.
func ServerPath(project string) string {
	return "/v1/projects/" + read.EscapeSegment(project) + "/auth/server"
}

// SDKPath is the path of auth/sdk for a project.
func SDKPath(project string) string {
	return "/v1/projects/" + read.EscapeSegment(project) + "/auth/sdk"
}

// AccessToken reads a token answer as tolerantly as it can, so that one wrong
// field does not hide everything else.
func AccessToken(c *Call) (token string, lifetime time.Duration) {
	if !c.OK() {
		return "", 0
	}
	token, _ = c.Object()["access_token"].(string)
	lifetime = 15 * time.Minute
	if seconds, ok := read.Float(c.Object()["expires_in"]); ok && seconds > 0 && seconds < DayLong {
		lifetime = time.Duration(seconds * float64(time.Second))
	}
	if jwt, ok := read.JWT(token); ok {
		if exp, iat := jwt.Time("exp"), jwt.Time("iat"); exp.After(iat) {
			lifetime = min(lifetime, exp.Sub(iat))
		}
	}
	return token, lifetime
}

// DayLong is a lifetime that no page suggests for an access token: 900 s is
// what they show.
const DayLong = 24 * 60 * 60

const formType = "application/x-www-form-urlencoded"
