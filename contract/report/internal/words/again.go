package words

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
)

// mostCommand is how long a script on a page is.
const mostCommand = 4 << 10

// Again is how to see a cause again: the case that found it, and the lines of
// curl. A script is whole or it is not there: a part of one shows nothing.
func Again(r *contract.Report, c *contract.Cause) string {
	var parts []string
	if command := RunAgain(r, c.Head()); command != "" {
		parts = append(parts, command+"\n")
	}
	switch script := c.Script(); {
	case len(script) > mostCommand:
		parts = append(parts, "# The lines of curl are many; they are written by:\nonvy-contract again "+c.ID+" report.json --script\n")
	case script != "":
		parts = append(parts, strings.TrimSuffix(script, "\n")+"\n")
	}
	return strings.Join(parts, "\n")
}

// RunAgain is the command that runs the case of a finding; "" if it has none.
func RunAgain(r *contract.Report, f *contract.Finding) string {
	if f.Exchange == "" || r.Seed == 0 {
		return ""
	}
	return fmt.Sprintf("onvy-contract run --run %s --seed %d", quoted("^"+regexp.QuoteMeta(f.Exchange)+"$"), r.Seed)
}

// ShellPath is the name of a file as a word of the shell, and no flag.
func ShellPath(name string) string {
	if strings.HasPrefix(name, "-") {
		name = "./" + name
	}
	if name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+:@,") == "" {
		return name
	}
	return quoted(name)
}

func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
