package console

import (
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// CommandNames are those of the commands below one.
func CommandNames(cmd *cobra.Command) (names []string) {
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			names = append(names, c.Name())
		}
	}
	return names
}

// inWords says of a flag's value that cannot be read what the flag takes.
func inWords(err error) string {
	m := badValue.FindStringSubmatch(err.Error())
	if m == nil {
		return err.Error()
	}
	name := strings.TrimSpace(m[2][strings.LastIndexAny(m[2], " ")+1:])
	switch why := m[3]; {
	case strings.HasPrefix(why, oneOf):
		return name + " takes " + why
	case strings.Contains(why, "ParseInt"), strings.Contains(why, "ParseUint"):
		return name + " takes a whole number"
	case strings.Contains(why, "ParseFloat"):
		return name + " takes a number"
	case strings.Contains(why, "time:"):
		return name + " takes a duration, such as 500ms, 30s or 5m"
	case strings.Contains(why, "ParseBool"):
		return name + " takes no value"
	}
	return err.Error()
}

var badValue = regexp.MustCompile(`(?s)^invalid argument (".*") for "(.*)" flag: (.*)$`)
