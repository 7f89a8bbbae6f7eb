// Package jwt has the rules of access tokens that are JWTs, where a token endpoint
// gives them.
package jwt

import (
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/rules/oauth"
	"github.com/onvy-health/onvy-go/contract/rule"
)

var Algorithm = pass.NewRule(onJWT(checkAlgorithm), rule.Rule{
	ID: "jwt/algorithm", Level: rule.Violation, Source: "rfc8725#3.2",
	Title:  "A JWT access token MUST be signed: alg MUST be there, and not none.",
	Breaks: "alg none",
	Holds:  "alg ES256",
})

var Claims = pass.NewRule(onJWT(checkClaims), rule.Rule{
	ID: "jwt/claims", Level: rule.Violation, Source: "authentication",
	Title:  "A JWT access token MUST have the documented claims.",
	Breaks: "no project_id; no user_id for principal_type user",
	Holds:  "an opaque token",
})

var Times = pass.NewRule(onJWT(checkTimes), rule.Rule{
	ID: "jwt/times", Level: rule.Violation, Source: "rfc7519#4.1",
	Title:  "nbf and iat MUST NOT be in the future, and exp MUST be after them.",
	Breaks: "exp before iat; nbf an hour ahead",
	Holds:  "nbf equal to iat",
})

var Project = pass.NewRule(onJWT(checkProject), rule.Rule{
	ID: "jwt/project", Level: rule.Violation, Source: "authentication",
	Title:  "The token MUST be for the project that was asked for.",
	Breaks: "project_id of another project",
	Holds:  "project_id as in the path",
})

func checkAlgorithm(c *pass.Call, r *rule.Rule, t read.Claims) {
	if alg, _ := t.Header["alg"].(string); alg == "" || strings.EqualFold(alg, "none") {
		c.Report(r, rule.Finding{Pointer: "/access_token", Message: "the token is not signed"})
	}
}

func checkClaims(c *pass.Call, r *rule.Rule, t read.Claims) {
	for _, name := range []string{"iss", "aud", "exp", "iat", "nbf", "jti", "project_id", "sub", "principal_type", "scope"} {
		if value, there := t.Values[name]; !there || value == "" || value == nil {
			c.Report(r, rule.Finding{Pointer: "/access_token", Message: "the claim " + name + " is missing"})
		}
	}
	for _, name := range []string{"exp", "iat", "nbf"} {
		if value, there := t.Values[name]; there {
			if _, isNumber := value.(float64); !isNumber {
				c.Report(r, rule.Finding{Pointer: "/access_token", Message: "the claim " + name + " is not a number", Source: "rfc7519#2"})
			}
		}
	}
	if _, isList := t.Values["scope"].([]any); isList {
		c.Report(r, rule.Finding{Level: rule.Assumption, Pointer: "/access_token", Message: "the claim scope is a list instead of a text", Source: "rfc8693#4.2"})
	}
	if t.Text("principal_type") == "user" && t.Text("user_id") == "" {
		c.Report(r, rule.Finding{Pointer: "/access_token", Message: "the claim user_id is missing from a user's token"})
	}
	if g := c.Grant(); (g == pass.GrantExchange || g == pass.GrantRefresh) && t.Text("principal_type") != "" && t.Text("principal_type") != "user" {
		c.Report(r, rule.Finding{Level: rule.Assumption, Pointer: "/access_token", Message: "principal_type of a user's token is not user"})
	}
}

func checkTimes(c *pass.Call, r *rule.Rule, t read.Claims) {
	iat, exp, nbf := t.Time("iat"), t.Time("exp"), t.Time("nbf")
	switch {
	case !iat.IsZero() && !exp.IsZero() && !exp.After(iat):
		c.Report(r, rule.Finding{Pointer: "/access_token", Message: "exp is not after iat"})
	case !nbf.IsZero() && !iat.IsZero() && nbf.Sub(iat) > time.Minute:
		c.Report(r, rule.Finding{Pointer: "/access_token", Message: "nbf is more than a minute after iat"})
	case !iat.IsZero() && !c.Exchange.Started.IsZero() && iat.Sub(c.Exchange.Started).Abs() > 5*time.Minute:
		c.Report(r, rule.Finding{Level: rule.Drift, Pointer: "/access_token", Message: "iat is more than five minutes off the client's clock"})
	}
}

func checkProject(c *pass.Call, r *rule.Rule, t read.Claims) {
	want, got := c.RequestedProject(), t.Text("project_id")
	if want != "" && got != "" && want != got {
		c.Report(r, rule.Finding{Pointer: "/access_token", Message: "the project_id claim is not the project of the request"})
	}
}

// onJWT runs a check on answers whose access token is a JWT.
func onJWT(run func(*pass.Call, *rule.Rule, read.Claims)) func(*pass.Call, *rule.Rule) {
	return oauth.OnToken(func(c *pass.Call, r *rule.Rule, t oauth.Token) {
		if t.IsJWT {
			run(c, r, t.JWT)
		}
	})
}
