// Package rules lists the rules that look at one exchange, and holds exchanges against
// them. Each family of ids is a package below: a rule is a variable there, with an id,
// where it comes from, in words what breaks it and what does not, and the function that
// looks. Its examples are in testdata: see package example.
package rules

import (
	"embed"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/rules/auth"
	"github.com/onvy-health/onvy-go/contract/internal/rules/client"
	"github.com/onvy-health/onvy-go/contract/internal/rules/http"
	"github.com/onvy-health/onvy-go/contract/internal/rules/json"
	"github.com/onvy-health/onvy-go/contract/internal/rules/jwt"
	"github.com/onvy-health/onvy-go/contract/internal/rules/leak"
	"github.com/onvy-health/onvy-go/contract/internal/rules/model"
	"github.com/onvy-health/onvy-go/contract/internal/rules/oauth"
	"github.com/onvy-health/onvy-go/contract/internal/rules/page"
	"github.com/onvy-health/onvy-go/contract/internal/rules/schema"
	"github.com/onvy-health/onvy-go/contract/internal/rules/scope"
	"github.com/onvy-health/onvy-go/contract/internal/rules/users"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Examples has what breaks each rule and what does not: see package example.
//
//go:embed */testdata
var Examples embed.FS

// checks are all of them, in the order in which a reader asks: did an
// answer come, is it HTTP, is it JSON, is it what the spec says, is it OAuth.
var checks = []*pass.Rule{
	http.Timeout, http.Closed, http.Malformed, http.TooLarge, http.Incomplete, http.ExtraBytes, http.Framing,
	http.HeaderSyntax, http.Slow,
	http.StatusRange, http.ServerError, http.Redirect, http.NotModified, http.Throttled, http.StatusUndocumented,
	http.NoContent, http.EmptyBody,
	http.HeaderMissing, http.HeaderUndocumented, http.HeaderRepeated, http.ContentType, http.Charset,
	http.ContentEncoding, http.Date, http.RetryAfter, http.Allow, http.Location, http.CORS, http.PublicCache,
	json.Syntax, json.BOM, json.UTF8, json.Surrogate, json.DuplicateName, json.Trailing, json.Depth, json.NumberRange,
	json.IntegerForm,
	schema.Type, schema.Null, schema.Required, schema.Enum, schema.Format, schema.Pattern, schema.Range, schema.Length,
	schema.Other, schema.UndocumentedProperty, model.Decodes,
	oauth.NoStore, oauth.Pragma, oauth.RefreshToken, oauth.ExchangeRefreshToken, oauth.IssuedTokenType, oauth.ExpiresIn,
	scope.Granted, oauth.ErrorCode, oauth.BasicChallenge, jwt.Algorithm, jwt.Claims, jwt.Times, jwt.Project,
	client.Missing,
	auth.CredentialsNeeded, auth.UnauthenticatedStatus, scope.Exceeded, auth.Challenge, auth.BearerChallenge,
	auth.NoErrorWithoutToken, auth.InvalidToken, scope.Challenge,
	users.ID, users.Timestamps, users.Default,
	page.Limit, page.LimitEcho, page.LimitRange, page.Total, page.Repeats, page.NextNull, page.NextIsSelf,
	leak.ReflectedSecret, leak.StackTrace,
}

// Check looks at one exchange and returns what is wrong with it. It is safe
// for concurrent use. An exchange that matches no operation is looked at as
// HTTP only.
func Check(s *pass.Spec, x *wire.Exchange) []rule.Finding {
	c := s.Open(x, "")
	defer c.Release()
	Apply(c)
	return c.Findings
}

// Apply holds a call against all rules of one exchange.
func Apply(c *pass.Call) {
	for _, r := range checks {
		r.Look(c)
	}
}

// Exchange are those of one exchange, in the order in which they look.
func Exchange() []rule.Rule {
	all := make([]rule.Rule, len(checks))
	for i, r := range checks {
		all[i] = r.Rule
	}
	return all
}
