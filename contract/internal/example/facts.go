package example

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/wire"
)

// failures are the words for why an answer did not come, or not whole.
var failures = map[string]error{
	"unreachable": wire.ErrUnreachable, "timeout": wire.ErrTimeout, "closed": wire.ErrClosed,
	"malformed": wire.ErrMalformed, "aborted": wire.ErrAborted, "no-answer": wire.ErrNoAnswer,
}

// fact reads what the wire does not show.
func (p *parser) fact(text string) (err error) {
	name, value, _ := strings.Cut(text, " ")
	x := p.open
	if (name == "decoded" || name == "extra" || name == "truncated") && x.Response == nil {
		x.Response = &wire.Response{}
	}
	known := true
	switch name {
	case "at":
		var from time.Duration
		if x.Started = (time.Time{}); value != "unknown" {
			from, err = time.ParseDuration(value)
			x.Started = Noon.Add(from)
		}
	case "took":
		if x.Duration = 0; value != "unknown" {
			x.Duration, err = time.ParseDuration(value)
		}
	case "error":
		x.Err, known = failures[value]
	case "decoded":
		x.Response.Decoded, known = value, value != ""
	case "extra":
		var extra string
		extra, err = strconv.Unquote(value)
		x.Response.Extra = []byte(extra)
	case "truncated":
		x.Response.Truncated, known = true, value == ""
	case "jwt":
		known = p.jwt(value)
	case "also":
		p.Also, known = append(p.Also, value), value != ""
	default:
		return fmt.Errorf("there is no fact %q; there are at, took, error, decoded, extra, truncated, jwt and also", name)
	}
	if err != nil || !known {
		return fmt.Errorf("the fact %s cannot be %q", name, value)
	}
	return nil
}

// jwt takes "$T HEADER CLAIMS": from here on $T is that token.
func (p *parser) jwt(text string) bool {
	name, parts, _ := strings.Cut(text, " ")
	header, claims, ok := strings.Cut(parts, " ")
	encode := base64.RawURLEncoding.EncodeToString
	p.tokens = append(p.tokens, name, encode([]byte(header))+"."+encode([]byte(claims))+"."+encode([]byte("signature")))
	return ok && strings.HasPrefix(name, "$")
}
