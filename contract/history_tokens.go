package contract

import (
	"slices"
	"strings"
	"time"
)

var tokenHistoryRules = []Rule{
	historyRule("token/expired", Violation, "rfc7519#4.1.4", "A token does not work after its end.",
		"200 a second after exp", "401 a second after exp"),
	historyRule("token/refresh-reuse", Assumption, "rfc9700#4.14.2", "A refresh token of a public client works once.",
		"the same refresh token twice, 200 both times", "invalid_grant for the second time"),
	historyRule("token/same-again", Drift, "policy", "Each answer has a token of its own.",
		"the same access token in two answers", "two tokens with the same claims but jti"),
	historyRule("token/jti-unique", Violation, "rfc7519#4.1.7", "A jti stands for one token.",
		"two tokens with one jti", "two tokens with two jtis"),
}

// expiryLeeway is how much longer a token may work: clocks differ, and the
// time that the answer took to come is not known.
const expiryLeeway = time.Second

// clockLeeway is how far the clocks of client and server may be apart.
const clockLeeway = 5 * time.Minute

// tokenState is what is known of an access or refresh token.
type tokenState struct {
	project   string
	principal string // "" for a server
	expires   time.Time
	used      bool     // a refresh token that was traded
	scopes    []string // nil if unknown
}

// addToken learns from an answer of a token endpoint.
func (h *History) addToken(c *call) {
	body := c.object()
	access, _ := body["access_token"].(string)
	if !c.ok() || access == "" {
		return
	}
	t := &tokenState{project: c.requestedProject()}
	if seconds, ok := float(body["expires_in"]); ok && seconds < 1e9 && !c.x.Started.IsZero() {
		t.expires = c.x.end().Add(time.Duration(seconds * float64(time.Second)))
	}
	said, _ := body["scope"].(string)
	if t.scopes = strings.Fields(said); len(t.scopes) == 0 {
		t.scopes = strings.Fields(c.requestedScope())
	}
	jwt, isJWT := readJWT(access)
	if isJWT {
		t.principal = jwt.text("user_id")
		if t.project == "" {
			t.project = jwt.text("project_id")
		}
		// exp counts where it is earlier than what expires_in says, from when
		// the answer came: the server's clock may be another.
		if exp, iat := jwt.time("exp"), jwt.time("iat"); exp.After(iat) && !iat.IsZero() && !c.x.Started.IsZero() {
			if end := c.x.end().Add(exp.Sub(iat)); t.expires.IsZero() || end.Before(t.expires) {
				t.expires = end
			}
		}
		if jti := jwt.text("jti"); jti != "" {
			if other := h.jtis.get(jti); other != "" && other != digest(access) {
				c.report(tokenHistoryRules, "token/jti-unique", Finding{Pointer: "/access_token", Message: "two tokens have the same jti"})
			}
			h.jtis.put(jti, digest(access))
		}
	} else if g := c.grant(); g != grantClient {
		t.principal = "user" + digest(access)
	}
	if h.tokens.get(digest(access)) != nil {
		c.report(tokenHistoryRules, "token/same-again", Finding{Pointer: "/access_token", Message: "the token was given before"})
	}
	h.tokens.put(digest(access), t)

	if c.grant() == grantRefresh {
		used := c.requestForm().Get("refresh_token")
		if c.is("createSDKToken") {
			used, _ = c.requestObject()["token"].(string)
		}
		old := h.tokens.get(digest(used))
		if old == nil {
			old = &tokenState{}
			h.tokens.put(digest(used), old)
		}
		if old.used {
			c.report(tokenHistoryRules, "token/refresh-reuse", Finding{Message: "a refresh token was traded twice"})
		}
		old.used = true
	}
}

// useToken looks at the token of a request to a protected operation.
func (h *History) useToken(c *call) {
	if c.x.Request.bearer() == "" || !c.ok() || c.x.Started.IsZero() {
		return
	}
	token := c.bearer()
	var expires time.Time
	leeway := expiryLeeway
	if t := h.tokens.get(token.digest); t != nil {
		expires = t.expires
	} else if token.isJWT {
		expires, leeway = token.time("exp"), clockLeeway
	}
	if !expires.IsZero() && c.x.Started.Sub(expires) >= leeway {
		c.report(tokenHistoryRules, "token/expired", Finding{Message: "the operation works with a token that has expired"})
	}
}

// mayUse tells whether the token of a request has the scope that the operation
// needs, as far as is known. Some servers say 404 where it has not.
func (h *History) mayUse(c *call) bool {
	token := c.x.Request.bearer()
	var scopes []string
	if jwt, ok := readJWT(token); ok {
		scopes, _ = jwt.scopes()
	} else if t := h.tokens.get(digest(token)); t != nil {
		scopes = t.scopes
	}
	return len(scopes) == 0 || slices.Contains(scopes, c.op.scope)
}

// realm is the part of the server that a request can see: a project, or, if
// principal is not "", one user of it.
func (h *History) realm(c *call) (project, principal string) {
	token := c.bearer()
	if t := h.tokens.get(token.digest); t != nil && t.project != "" {
		return t.project, t.principal
	}
	if token.isJWT && token.text("project_id") != "" {
		return token.text("project_id"), token.text("user_id")
	}
	return "token|" + token.digest, ""
}
