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
	Title:  "A token does not work after its end.",
	Breaks: "200 a second after exp",
	Holds:  "401 a second after exp",
})

var TokenFresh = law(rule.Rule{
	ID: "token/fresh", Level: rule.Violation, Source: "authentication",
	Title:  "A token works from when it is given.",
	Breaks: "401 for a token that was given a second ago",
	Holds:  "401 after its end",
})

var TokenRefreshReuse = law(rule.Rule{
	ID: "token/refresh-reuse", Level: rule.Assumption, Source: "rfc9700#4.14.2",
	Title:  "A refresh token of a public client works once.",
	Breaks: "the same refresh token twice, 200 both times",
	Holds:  "invalid_grant for the second time",
})

var TokenReused = law(rule.Rule{
	ID: "token/reused", Level: rule.Drift, Source: "policy",
	Title:  "Each answer has a token of its own.",
	Breaks: "the same access token in two answers",
	Holds:  "two tokens with the same claims but jti",
})

var TokenJTIUnique = law(rule.Rule{
	ID: "token/jti-unique", Level: rule.Violation, Source: "rfc7519#4.1.7",
	Title:  "A jti stands for one token.",
	Breaks: "two tokens with one jti",
	Holds:  "two tokens with two jtis",
})
