// Package credential refuses credentials that no request can carry. Its errors name
// the field and not the value.
package credential

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/onvy-health/onvy-go/internal/safetext"
)

// Project refuses what would make another path of the token endpoint.
func Project(field, id string) error {
	switch {
	case id == "":
		return fmt.Errorf("%s is empty", field)
	case id == "." || id == ".." || strings.ContainsAny(id, `/\`) || !safetext.Visible(id):
		return fmt.Errorf("%s is not the id of a project", field)
	}
	return nil
}

// Client refuses what HTTP Basic cannot carry (RFC 7617, 2).
func Client(field, id string) error {
	switch {
	case id == "":
		return fmt.Errorf("%s is empty", field)
	case strings.Contains(id, ":") || !safetext.Visible(id):
		return fmt.Errorf("%s is not the id of a client", field)
	}
	return nil
}

// Secret refuses what no secret has, and what the reading of a file adds.
func Secret(field string, value string) error {
	switch {
	case value == "":
		return fmt.Errorf("%s is empty", field)
	case strings.TrimSpace(value) != value:
		return fmt.Errorf("%s begins or ends with white space", field) // the newline of a file
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }):
		return fmt.Errorf("%s has a control character", field)
	}
	return nil
}

// Scopes refuses what is not a scope-token (RFC 6749, 3.3).
func Scopes(field string, scopes []string) error {
	for i, scope := range scopes {
		if scope == "" || !safetext.Visible(scope) || strings.ContainsAny(scope, `"\`) {
			return fmt.Errorf("%s[%d] is not a scope", field, i)
		}
	}
	return nil
}
