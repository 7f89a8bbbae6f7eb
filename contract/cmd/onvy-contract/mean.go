package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
)

// didYouMean is what somebody may have wanted to write, as the rest of a
// sentence; "" where nothing is near. It names what there is and never quotes
// what was written.
func didYouMean(written string, known []string) string {
	best, least := "", (len(written)+2)/5+1
	for _, name := range known {
		if d := distance(strings.ToLower(written), strings.ToLower(name)); d < least {
			best, least = name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance is that of Damerau and Levenshtein, with neighbours swapped at most
// once.
func distance(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row := rows[0], rows[1], rows[2]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		rows[0], rows[1], rows[2] = last, row, before
	}
	return rows[1][len(b)]
}

// commandNames are those of the commands below one.
func commandNames(cmd *cobra.Command) (names []string) {
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
