package contract

import (
	"bytes"
	"strings"
)

// leakReflected is what the live suite reports too, of the secrets that it knows.
var leakReflected = exchangeRule("leak/reflected-secret", Violation, "policy", "A secret of the request is not in the answer.",
	"the client secret in error_description", "the client id in error_description",
	checkLeakReflectedSecret)

func checkLeakReflectedSecret(c *call, r *Rule) {
	if c.x.Response == nil {
		return
	}
	var few [8]string
	for _, secret := range c.secrets(few[:0]) {
		if contains(c.x.Response.Body, secret) {
			c.finding(r, Finding{Message: "the body repeats a secret of the request"})
			return
		}
		for _, f := range c.x.Response.Header {
			if strings.Contains(f.Value, secret) {
				c.finding(r, Finding{Message: "the header " + maskName(f.Name) + " repeats a secret of the request"})
				return
			}
		}
	}
}

// leakChecks look for what must not be in an answer.
var leakChecks = []exchangeCheck{
	leakReflected,
	exchangeRule("leak/stack-trace", Violation, "policy", "An error shows nothing of the inside of the server.",
		"a stack trace, an SQL statement", "a request id",
		checkLeakStackTrace),
}

func checkLeakStackTrace(c *call, r *Rule) {
	if c.status() < 400 {
		return
	}
	for _, sign := range internals {
		if bytes.Contains(c.x.Response.Body, []byte(sign)) {
			c.finding(r, Finding{Message: "the error shows the inside of the server"})
			return
		}
	}
}

// contains looks for a secret in a body. The end of a long one is looked for
// first: it is the part that no other text has, and short enough to be found
// at the speed of the memory.
func contains(body []byte, secret string) bool {
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
