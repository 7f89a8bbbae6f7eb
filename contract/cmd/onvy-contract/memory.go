package main

import (
	"os"
	"runtime/debug"
)

// spendMemory lets garbage be collected less often, unless GOGC says how often:
// nearly all of an archive is garbage once it has been judged, and what is kept is
// small.
func spendMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
	}
}
