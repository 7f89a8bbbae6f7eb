package words

import (
	"strconv"
	"strings"
)

// Docs are the public pages of the API.
const Docs = "https://docs.onvy.health/"

// SourcePage is the page of a source: a clause of an RFC or a page of the API's
// documentation; "" for what is on no page.
func SourcePage(source string) string {
	rfc, clause, _ := strings.Cut(source, "#")
	number, ok := strings.CutPrefix(rfc, "rfc")
	if _, err := strconv.Atoi(number); !ok || err != nil {
		switch page, ok := strings.CutPrefix(source, "users/"); {
		case ok && isSlug(page):
			return Docs + "api-reference/users/" + page
		case source == "quickstart", source == "authentication", source == "resources-and-pagination":
			return Docs + source
		}
		return ""
	}
	link := "https://www.rfc-editor.org/rfc/rfc" + number
	if clause != "" && strings.Trim(clause, "0123456789.") == "" {
		link += "#section-" + clause
	}
	return link
}

func isSlug(s string) bool { return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-") == "" }

// SourceName is a source as people write it: "RFC 6749, 5.1".
func SourceName(source string) string {
	rfc, clause, _ := strings.Cut(source, "#")
	number, ok := strings.CutPrefix(rfc, "rfc")
	if _, err := strconv.Atoi(number); !ok || err != nil {
		return Line(source)
	}
	if clause == "" {
		return "RFC " + number
	}
	return "RFC " + number + ", " + Line(clause)
}
