package contract

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// What the rules read out of a request.

// grant is how a token was asked for.
type grant string

const (
	grantClient   grant = "client_credentials"
	grantRefresh  grant = "refresh_token"
	grantExchange grant = "token exchange"
)

// requestObject is the JSON body of the request, or nil. It is decoded once.
func (c *call) requestObject() map[string]any {
	if c.sentRead {
		return c.sent
	}
	c.sentRead = true
	if !c.sentKnown() {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(c.x.Request.Body))
	decoder.UseNumber()
	if decoder.Decode(&c.sent) != nil || decoder.More() {
		c.sent = nil
	}
	return c.sent
}

// requestForm is the form body of the request; empty if there is none.
func (c *call) requestForm() url.Values {
	if !c.sentKnown() {
		return url.Values{}
	}
	form, _ := url.ParseQuery(string(c.x.Request.Body))
	return form
}

// requestID is the id that the request is about, where the client says it.
func (c *call) requestID() (id string, ok bool) {
	r := c.resource()
	switch {
	case r == nil:
		return "", false
	case c.does(spec.Create) && r.ClientKeys:
		id, ok = c.requestObject()[r.Key].(string)
		return id, ok
	case c.does(spec.Create, spec.List):
		return "", false
	}
	id, ok = c.vars[r.Param]
	return id, ok
}

// grant tells how the request asks for a token; "" if it does not.
func (c *call) grant() grant {
	if !c.does(spec.Token) {
		return ""
	}
	name, _ := c.requestObject()["grant"].(string)
	if c.canonical() {
		name = c.requestForm().Get("grant_type")
	}
	switch {
	case name == "exchange", name == "urn:ietf:params:oauth:grant-type:token-exchange":
		return grantExchange
	case name == "refresh", name == "refresh_token":
		return grantRefresh
	case name == "client_credentials", len(c.op.api.Grants) == 1 && c.op.api.Takes(spec.ClientCredentials):
		return grantClient
	}
	return ""
}

// requestedScope is the scope parameter of a token request.
func (c *call) requestedScope() string {
	if c.canonical() {
		return c.requestForm().Get("scope")
	}
	scope, _ := c.requestObject()["scope"].(string)
	return scope
}

// requestedProject is the project that a token request is for; "" if it does
// not say.
func (c *call) requestedProject() string {
	if id := c.vars["project_id"]; id != "" {
		return id
	}
	id, _ := strings.CutPrefix(c.requestForm().Get("audience"), "urn:onvy:project:")
	return id
}

// credentials are those of the Authorization header: the scheme in lower
// case, and what follows it.
func (r *Request) credentials() (scheme, value string) {
	scheme, value, _ = strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "bearer") { // nearly always, and lower case would be a copy
		return "bearer", strings.TrimSpace(value)
	}
	return strings.ToLower(scheme), strings.TrimSpace(value)
}

// bearer is the access token of the request, or "".
func (r *Request) bearer() string {
	if scheme, value := r.credentials(); scheme == "bearer" {
		return value
	}
	return ""
}

// secrets appends what in a request nobody else may see.
func (c *call) secrets(all []string) []string {
	scheme, value := c.x.Request.credentials()
	all = appendSecret(all, value)
	if scheme == "basic" {
		if plain, err := base64.StdEncoding.DecodeString(value); err == nil {
			if _, secret, ok := strings.Cut(string(plain), ":"); ok {
				all = appendSecret(all, secret)
			}
		}
	}
	if c.op != nil && c.op.token {
		form := c.requestForm()
		for _, name := range []string{"client_secret", "refresh_token", "subject_token"} {
			all = appendSecret(all, form.Get(name))
		}
		token, _ := c.requestObject()["token"].(string)
		all = appendSecret(all, token)
	}
	return all
}

func appendSecret(all []string, value string) []string {
	if len(value) < 8 { // shorter ones stand in any text by chance
		return all
	}
	return append(all, value)
}
