// Package near finds what somebody may have meant to write.
package near

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// DidYouMean is what somebody may have wanted to write, in brackets, to follow
// what is wrong; "" where nothing is near. It names what there is and never quotes
// what was written.
func DidYouMean(written string, known []string) string {
	best, least := "", (len(written)+2)/5+1
	for _, name := range known {
		if d := distance(strings.ToLower(written), strings.ToLower(name)); d < least {
			best, least = name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// File is DidYouMean for the name of a file that is not there: it names one beside
// it.
func File(written string) string {
	entries, err := os.ReadDir(filepath.Dir(written))
	if err != nil {
		return ""
	}
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return DidYouMean(filepath.Base(written), names)
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
