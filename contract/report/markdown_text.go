package report

import (
	"strings"

	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// mdText is a text in Markdown that is nothing but text: no markup, no HTML, no
// link, no mention of a person; one line.
func mdText(s string) string {
	return markdownEscapes.Replace(strings.Join(strings.Fields(words.Line(s)), " "))
}

var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "#", `\#`, "!", `\!`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;", "@", "&#64;", "$", `\$`, "://", ":&#47;/", "www.", "www&#46;",
)

// mdCode is a text as code in one line, also in a table.
func mdCode(s string) string {
	s = strings.Join(strings.Fields(words.Visible(s)), " ")
	if s == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if fence != "`" {
		s = " " + s + " "
	}
	return fence + strings.ReplaceAll(s, "|", `\|`) + fence
}

// mdBlock is a text of lines as a block of code.
func mdBlock(language, s string) string {
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + language + "\n" + strings.TrimRight(words.Visible(s), "\n") + "\n" + fence + "\n"
}
