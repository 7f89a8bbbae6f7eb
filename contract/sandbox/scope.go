package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// scopes is a set of scopes in the order in which they were named.
type scopes []string

func splitScopes(s string) scopes {
	if s == "" {
		return nil
	}
	return strings.Split(s, " ") // one space between two (RFC 6749, 3.3)
}

func (s scopes) String() string        { return strings.Join(s, " ") }
func (s scopes) has(scope string) bool { return slices.Contains(s, scope) }

// grant returns what a client gets that may have the scopes s and asks for
// some of them: all where it asks for none, and no more than it asks for.
func (s scopes) grant(asked string) (scopes, error) {
	if asked == "" {
		return s, nil
	}
	var granted scopes
	for _, scope := range splitScopes(asked) {
		if !s.has(scope) {
			return nil, refuse(http.StatusBadRequest, "invalid_scope", "a scope is unknown, malformed or not for this client")
		}
		if !granted.has(scope) {
			granted = append(granted, scope)
		}
	}
	return granted, nil
}
