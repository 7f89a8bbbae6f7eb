package live

import (
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// SentBy reports whether an operation of a role takes a field.
func SentBy(f *spec.Field, role spec.Role) bool {
	switch role {
	case spec.Create:
		return f.Create != nil
	case spec.Replace:
		return f.Replace != nil
	}
	return f.Patch != nil
}
