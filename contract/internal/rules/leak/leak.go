// Package leak has the rules of what must not be in an answer.
package leak

import (
	"bytes"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// ReflectedSecret is what the live suite reports too, of the secrets that it
// knows. A secret of the request is not in the answer.
var ReflectedSecret = pass.NewRule(checkReflectedSecret, rule.Rule{
	ID: "leak/reflected-secret", Level: rule.Violation, Source: "policy",
	Title:  "An answer MUST NOT repeat a token or secret of the request.",
	Breaks: "the client secret in error_description",
	Holds:  "the client id in error_description",
})

var StackTrace = pass.NewRule(checkStackTrace, rule.Rule{
	ID: "leak/stack-trace", Level: rule.Violation, Source: "policy",
	Title:  "An error MUST NOT show a stack trace, paths or SQL of the server.",
	Breaks: "a stack trace, an SQL statement",
	Holds:  "a request id",
})

func checkReflectedSecret(c *pass.Call, r *rule.Rule) {
	if c.Exchange.Response == nil {
		return
	}
	var few [8]string
	for _, secret := range c.Secrets(few[:0]) {
		if Contains(c.Exchange.Response.Body, secret) {
			c.Report(r, rule.Finding{Message: "the body repeats a secret of the request"})
			return
		}
		for _, f := range c.Exchange.Response.Header {
			if strings.Contains(f.Value, secret) {
				c.Report(r, rule.Finding{Message: "the header " + mask.Name(f.Name) + " repeats a secret of the request"})
				return
			}
		}
	}
}

func checkStackTrace(c *pass.Call, r *rule.Rule) {
	if c.Status() < 400 {
		return
	}
	for _, sign := range internals {
		if bytes.Contains(c.Exchange.Response.Body, []byte(sign)) {
			c.Report(r, rule.Finding{Message: "the error shows the inside of the server"})
			return
		}
	}
}

// Contains looks for a secret in a body. The end of a long one is looked for
// first: it is the part that no other text has, and short enough to be found
// at the speed of the memory.
func Contains(body []byte, secret string) bool {
	if end := len(secret) - 32; end > 0 && !bytes.Contains(body, []byte(secret[end:])) {
		return false
	}
	return bytes.Contains(body, []byte(secret))
}

// internals are texts that stack traces and database errors have.
var internals = []string{
	"Traceback (most recent call last)", `File \"/`, "goroutine 1 [", "runtime error:", ".go:", "\\tat ", "Exception in thread",
	"java.lang.", "System.NullReferenceException", "at Object.<anonymous>", "node_modules/", "SQLSTATE", "syntax error at or near",
	"ORA-0", "SELECT * FROM ", "INSERT INTO ", "WHERE id =", "pq: ", "botocore.exceptions", "psycopg2.", "site-packages/",
}
