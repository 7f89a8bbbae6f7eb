package pass

import (
	"strings"
)

const formType = "application/x-www-form-urlencoded"

// Pointer is that of a member of the answer; "" for the whole.
func Pointer(path ...string) string {
	if len(path) == 0 {
		return ""
	}
	return "/" + strings.Join(path, "/")
}
