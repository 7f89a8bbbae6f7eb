package contract

import "bytes"

// clientChecks look at who gets tokens. What else there is to be known of
// clients needs the probes of the live suite.
var clientChecks = []exchangeCheck{
	exchangeRule("client/missing", Violation, "authentication", "No client credentials, no token.",
		"a token without Authorization", "401; a token for client_secret in the form",
		checkClientMissing),
}

func checkClientMissing(c *call, r *Rule) {
	if c.op == nil || !c.op.token || !c.ok() || c.grant() != grantClient || !c.authKnown() {
		return
	}
	if c.x.Request.Header.Has("Authorization") || c.authenticatesElsewhere() {
		return
	}
	c.finding(r, Finding{Message: "a token is given without client credentials"})
}

// authenticatesElsewhere reports whether a client shows who it is in the form or
// in the URL, or may have done so in what was not recorded.
func (c *call) authenticatesElsewhere() bool {
	req := &c.x.Request
	for _, name := range []string{"client_secret", "client_assertion"} {
		if bytes.Contains(req.Body, []byte(name)) || bytes.Contains([]byte(req.URL), []byte(name)) {
			return true
		}
	}
	return !c.sentKnown()
}
