// Package needs is for tests that run programs which this module does not
// bring: curl, Python, Node, a browser. On a machine without them the tests
// are skipped and say so; where all of them have to run, as in CI, that is a
// failure.
package needs

import (
	"os"
	"os/exec"
	"testing"
)

// RequireTools is the variable that turns a skip into a failure.
const RequireTools = "ONVY_REQUIRE_TOOLS"

// WholeTests is the variable with which long tables run whole, as in CI.
const WholeTests = "ONVY_WHOLE_TESTS"

// Whole reports whether a long table runs whole. Elsewhere, and with -short, it
// runs a sample, and the log says so.
func Whole(t testing.TB) bool {
	t.Helper()
	if os.Getenv(WholeTests) != "" && !testing.Short() {
		return true
	}
	t.Logf("a sample; with %s=1, and without -short, all of it runs", WholeTests)
	return false
}

// Sample is a long table where that runs whole, and elsewhere its first row and
// each nth after it. The log says how many of how many.
func Sample[T any](t testing.TB, all []T, nth int) []T {
	t.Helper()
	if Whole(t) {
		return all
	}
	var some []T
	for i := 0; i < len(all); i += nth {
		some = append(some, all[i])
	}
	t.Logf("%d of %d", len(some), len(all))
	return some
}

// Programs skips a test that needs programs which are not installed.
func Programs(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			Missing(t, "this test runs "+name+", which is not installed")
		}
	}
}

// Missing skips a test with a reason, or fails it where everything has to run.
func Missing(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv(RequireTools) != "" {
		t.Fatalf("%s; %s is set, so this is a failure", reason, RequireTools)
	}
	t.Skip(reason)
}
