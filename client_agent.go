package onvy

import (
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
)

const modulePath = "github.com/onvy-health/onvy-go"

// defaultUserAgent names this package, its version and that of Go:
// "onvy-go/0.3.1 go1.26.1". The version is "devel" where the build does not
// know it.
var defaultUserAgent = sync.OnceValue(func() string {
	version := "devel"
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, m := range append(build.Deps, &build.Main) {
			if m.Path == modulePath && strings.HasPrefix(m.Version, "v") {
				version = strings.TrimPrefix(m.Version, "v")
			}
		}
	}
	compiler, _, _ := strings.Cut(runtime.Version(), " ")
	return "onvy-go/" + version + " " + compiler
})
