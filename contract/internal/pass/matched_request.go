package pass

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// What the rules read out of a request.

// Bearer is the access token of the request; that of none reads as "".
func (c *Matched) Bearer() *BearerToken { return c.Spec.bearers.read(c.Exchange.Request.Bearer()) }

// RequestObject is the JSON body of the request, or nil. It is decoded once.
func (c *Matched) RequestObject() map[string]any {
	if c.sentRead {
		return c.sent
	}
	c.sentRead = true
	if !c.SentKnown() {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(c.Exchange.Request.Body))
	decoder.UseNumber()
	if decoder.Decode(&c.sent) != nil || decoder.More() {
		c.sent = nil
	}
	return c.sent
}

// RequestForm is the form body of the request; empty if there is none.
func (c *Matched) RequestForm() url.Values {
	if !c.SentKnown() {
		return url.Values{}
	}
	form, _ := url.ParseQuery(string(c.Exchange.Request.Body))
	return form
}

// RequestID is the id that the request is about, where the client says it.
func (c *Matched) RequestID() (id string, ok bool) {
	r := c.Resource()
	switch {
	case r == nil:
		return "", false
	case c.Does(spec.Create) && r.ClientKeys:
		id, ok = c.RequestObject()[r.Key].(string)
		return id, ok
	case c.Does(spec.Create, spec.List):
		return "", false
	}
	id, ok = c.Vars[r.Param]
	return id, ok
}

// Grant tells how the request asks for a token; "" if it does not.
func (c *Matched) Grant() Grant {
	if !c.Does(spec.Token) {
		return ""
	}
	name, _ := c.RequestObject()["grant"].(string)
	if c.Canonical() {
		name = c.RequestForm().Get("grant_type")
	}
	switch {
	case name == "exchange", name == "urn:ietf:params:oauth:grant-type:token-exchange":
		return GrantExchange
	case name == "refresh", name == "refresh_token":
		return GrantRefresh
	case name == "client_credentials", len(c.Op.API.Grants) == 1 && c.Op.API.Takes(spec.ClientCredentials):
		return GrantClient
	}
	return ""
}

// RequestedScope is the scope parameter of a token request.
func (c *Matched) RequestedScope() string {
	if c.Canonical() {
		return c.RequestForm().Get("scope")
	}
	scope, _ := c.RequestObject()["scope"].(string)
	return scope
}

// RequestedProject is the project that a token request is for; "" if it does
// not say.
func (c *Matched) RequestedProject() string {
	if id := c.Vars["project_id"]; id != "" {
		return id
	}
	id, _ := strings.CutPrefix(c.RequestForm().Get("audience"), "urn:onvy:project:")
	return id
}

// Secrets appends what in a request nobody else may see.
func (c *Matched) Secrets(all []string) []string {
	scheme, value := c.Exchange.Request.Credentials()
	all = appendSecret(all, value)
	if scheme == "basic" {
		if plain, err := base64.StdEncoding.DecodeString(value); err == nil {
			if _, secret, ok := strings.Cut(string(plain), ":"); ok {
				all = appendSecret(all, secret)
			}
		}
	}
	if c.Op != nil && c.Op.Token {
		form := c.RequestForm()
		for _, name := range []string{"client_secret", "refresh_token", "subject_token"} {
			all = appendSecret(all, form.Get(name))
		}
		token, _ := c.RequestObject()["token"].(string)
		all = appendSecret(all, token)
	}
	return all
}

// BearerChallenge is the first challenge of the scheme Bearer.
func (c *Matched) BearerChallenge() (read.Challenge, bool) {
	all, _ := read.Challenges(c.Exchange.Response.Header)
	if i := slices.IndexFunc(all, IsBearer); i >= 0 {
		return all[i], true
	}
	return read.Challenge{}, false
}

// ToHTTPS reports whether the answer sends a client that came without TLS to the
// same URL with it, as gateways do.
func (c *Matched) ToHTTPS() bool {
	r := c.Exchange.Response
	if r == nil || r.Status/100 != 3 {
		return false
	}
	from, plain := strings.CutPrefix(c.Exchange.Request.URL, "http://")
	to, safe := strings.CutPrefix(r.Header.Get("Location"), "https://")
	return plain && safe && from == to
}

// AuthKnown is false where a cookie stands for the credentials.
func (c *Matched) AuthKnown() bool {
	return !c.Exchange.Request.Header.Has("Cookie")
}

func appendSecret(all []string, value string) []string {
	if len(value) < 8 || read.Masked(value) { // shorter ones stand in any text by chance, and one mask for all of them
		return all
	}
	return append(all, value)
}
