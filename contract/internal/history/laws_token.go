package history

import (
	"github.com/onvy-health/onvy-go/contract/internal/ruleid"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// tokenRules are about tokens.
var tokenRules = []*rule.Rule{
	TokenExpired, TokenFresh, TokenRefreshReuse, TokenReused, TokenJTIUnique,
}

var TokenExpired = law(rule.Rule{
	ID: ruleid.TokenExpired, Level: rule.Violation, Source: "rfc7519#4.1.4",
	Title:  "A token MUST NOT be accepted after its exp (expires_in).",
	Breaks: "200 a second after exp",
	Holds:  "401 a second after exp",
})

var TokenFresh = law(rule.Rule{
	ID: "token/fresh", Level: rule.Violation, Source: "authentication",
	Title:  "A token MUST be accepted as soon as it is issued.",
	Breaks: "401 for a token that was given a second ago",
	Holds:  "401 after its end",
})

var TokenRefreshReuse = law(rule.Rule{
	ID: "token/refresh-reuse", Level: rule.Assumption, Source: "rfc9700#4.14.2",
	Title:  "A refresh token of a public client SHOULD be rotated: it works once.",
	Breaks: "the same refresh token twice, 200 both times",
	Holds:  "invalid_grant for the second time",
})

var TokenReused = law(rule.Rule{
	ID: "token/reused", Level: rule.Drift, Source: "policy",
	Title:  "Each token response has an access token of its own.",
	Breaks: "the same access token in two answers",
	Holds:  "two tokens with the same claims but jti",
})

var TokenJTIUnique = law(rule.Rule{
	ID: "token/jti-unique", Level: rule.Violation, Source: "rfc7519#4.1.7",
	Title:  "Two tokens MUST NOT have the same jti.",
	Breaks: "two tokens with one jti",
	Holds:  "two tokens with two jtis",
})
