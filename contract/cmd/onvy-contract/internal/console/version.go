package console

import (
	"runtime/debug"
)

// Version is that of the module where it was installed from one, else the
// commit of the checkout it was built in.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return versionOf(info)
}

func versionOf(info *debug.BuildInfo) string {
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "devel"
		settings := map[string]string{}
		for _, s := range info.Settings {
			settings[s.Key] = s.Value
		}
		if revision := settings["vcs.revision"]; len(revision) >= 12 {
			v += " " + revision[:12]
		}
		if settings["vcs.modified"] == "true" {
			v += " (modified)"
		}
	}
	return v + ", " + info.GoVersion
}
