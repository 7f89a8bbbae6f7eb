// Package client has the rule of who gets tokens. What else there is to be known of
// clients needs the probes of the live suite.
package client

import (
	"bytes"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/rule"
)

var Missing = pass.NewRule(checkMissing, rule.Rule{
	ID: "client/missing", Level: rule.Violation, Source: "authentication",
	Title:  "A client without credentials MUST NOT get a token.",
	Breaks: "a token without Authorization",
	Holds:  "401; a token for client_secret in the form",
})

func checkMissing(c *pass.Call, r *rule.Rule) {
	if c.Op == nil || !c.Op.Token || !c.OK() || c.Grant() != pass.GrantClient || !c.AuthKnown() {
		return
	}
	if c.Exchange.Request.Header.Has("Authorization") || authenticatesElsewhere(c) {
		return
	}
	c.Report(r, rule.Finding{Message: "a token is given without client credentials"})
}

// authenticatesElsewhere reports whether a client shows who it is in the form or
// in the URL, or may have done so in what was not recorded.
func authenticatesElsewhere(c *pass.Call) bool {
	req := &c.Exchange.Request
	for _, name := range []string{"client_secret", "client_assertion"} {
		if bytes.Contains(req.Body, []byte(name)) || bytes.Contains([]byte(req.URL), []byte(name)) {
			return true
		}
	}
	return !c.SentKnown()
}
