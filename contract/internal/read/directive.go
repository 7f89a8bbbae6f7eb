package read

import (
	"strings"

	"github.com/onvy-health/onvy-go/contract/wire"
)

// HasDirective reports whether a header has one of these directives, with or
// without a value.
func HasDirective(h wire.Header, name string, directives ...string) bool {
	for i := range h {
		if !strings.EqualFold(h[i].Name, name) {
			continue
		}
		for part := range strings.SplitSeq(h[i].Value, ",") {
			key, _, _ := strings.Cut(part, "=")
			key = strings.TrimSpace(key)
			for _, directive := range directives {
				if strings.EqualFold(key, directive) {
					return true
				}
			}
		}
	}
	return false
}
