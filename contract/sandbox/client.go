package sandbox

import (
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"strings"
)

// credentials are those of a client as a request shows them.
type credentials struct{ id, secret string }

// basicCredentials reads an Authorization header of the Basic scheme, in any
// case.
func basicCredentials(header string) (credentials, bool) {
	scheme, encoded, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return credentials{}, false
	}
	decoded, err := base64.StdEncoding.DecodeString(strings.Trim(encoded, " "))
	if err != nil {
		return credentials{}, false
	}
	id, secret, ok := strings.Cut(string(decoded), ":")
	return credentials{id, secret}, ok
}

// decoded are credentials whose parts were form-encoded before they were put
// together, as RFC 6749, 2.3.1 has it and the curl lines of the documentation
// do not.
func (c credentials) decoded() credentials {
	id, err1 := url.QueryUnescape(c.id)
	secret, err2 := url.QueryUnescape(c.secret)
	if err1 != nil || err2 != nil {
		return c
	}
	return credentials{id, secret}
}

// tenants are the projects by their ids.
type tenants map[string]*tenant

// confidential returns the project if the credentials are those of its confidential
// client. Unknown projects, unknown clients and wrong secrets look alike.
func (all tenants) confidential(project string, c credentials) (*tenant, error) {
	t := all[project]
	if t == nil || !t.isConfidential(c) && !t.isConfidential(c.decoded()) {
		return nil, invalidClient()
	}
	return t, nil
}

func (t *tenant) isConfidential(c credentials) bool {
	return equal(c.id, t.ClientID) && equal(c.secret, t.ClientSecret.Reveal())
}

// public returns the project if the client is its public one.
func (all tenants) public(project, client string) (*tenant, error) {
	t := all[project]
	if t == nil || !equal(client, t.SDKClientID) {
		return nil, invalidClient()
	}
	return t, nil
}

// equal takes no longer for a better guess.
func equal(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
