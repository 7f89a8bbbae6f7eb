package mask

import (
	"strconv"
	"strings"
)

// Printable escapes what a terminal would obey: names of properties come from
// the server, and so could carry escape sequences.
func Printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strconv.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
	}
	return b.String()
}
