package contract

import (
	"bytes"
	"strings"
)

// leakChecks look for what must not be in an answer.
var leakChecks = []exchangeCheck{
	exchangeRule("leak/echo", Violation, "policy", "A secret of the request is not in the answer.",
		"the client secret in error_description", "the client id in error_description",
		func(c *call, r *Rule) {
			if c.x.Response == nil {
				return
			}
			for _, secret := range c.secrets() {
				if bytes.Contains(c.x.Response.Body, []byte(secret)) {
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
		}),
	exchangeRule("leak/internals", Violation, "policy", "An error shows nothing of the inside of the server.",
		"a stack trace, an SQL statement", "a request id",
		func(c *call, r *Rule) {
			if c.status() < 400 {
				return
			}
			for _, sign := range internals {
				if bytes.Contains(c.x.Response.Body, []byte(sign)) {
					c.finding(r, Finding{Message: "the error shows the inside of the server"})
					return
				}
			}
		}),
}

// internals are texts that stack traces and database errors have.
var internals = []string{
	"Traceback (most recent call last)", `File \"/`, "goroutine 1 [", "runtime error:", ".go:", "\\tat ", "Exception in thread",
	"java.lang.", "System.NullReferenceException", "at Object.<anonymous>", "node_modules/", "SQLSTATE", "syntax error at or near",
	"ORA-0", "botocore.exceptions", "psycopg2.", "site-packages/",
}
