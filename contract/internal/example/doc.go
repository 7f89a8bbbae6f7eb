// Package example reads the examples of rules: what breaks a rule and what does
// not, as it was on the wire, in one file for each rule.
//
// A file is a txtar archive. Its sections are called bad and good, one for each
// example; the lines of an example are marked as curl -v marks them:
//
//	What is good to know about the rule.
//
//	-- bad --
//	# Why this breaks it.
//	> GET /users/user_123 HTTP/1.1
//	> Authorization: Bearer opaque-access-token
//	< HTTP/1.1 401
//	< Content-Type: application/json
//	<
//	< {"error":"invalid_token"}
//
//	-- good --
//	...
//
// ">" is the request and "<" the response: a first line, header fields, and after
// an empty line the body, whose lines are joined by a line feed. ">q" and "<q" are
// lines in the quotes of Go, for bytes that do not show; "<x100" is a line that
// stands a hundred times, with its number for %d. "#" is a remark. An empty line is
// between exchanges. "*" is what the wire does not show:
//
//   - at 1m30s           when the exchange starts, from the first one on; unknown
//   - took 3s            how long it lasts, 10ms if it is not said; unknown
//   - error timeout      why there is no answer, or not all of one
//   - decoded gzip       the content coding that was taken off the body
//   - extra "}}"         what came on the connection after the answer
//   - truncated          the body was cut where it was too large
//   - jwt $T {} {"exp":1} from here on $T is a token of that header and these claims
//   - also page/limit    another rule that rightly speaks of the example
//
// Header fields that say nothing about the rule, as Host, are left out. A section
// openapi.yaml is the spec that the examples are of; without it that is the shipped
// one.
package example
