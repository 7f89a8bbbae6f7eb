package console

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVersionIsThatOfTheModuleOrElseTheCommit(t *testing.T) {
	require.Equal(t, "v1.2.3, go1.26", versionOf(&debug.BuildInfo{GoVersion: "go1.26", Main: debug.Module{Version: "v1.2.3"}}))
	require.Equal(t, "devel 0123456789ab (modified), go1.26", versionOf(&debug.BuildInfo{GoVersion: "go1.26", Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123456789abcdef0123"}, {Key: "vcs.modified", Value: "true"},
	}}))
	require.Equal(t, "devel, go1.26", versionOf(&debug.BuildInfo{GoVersion: "go1.26", Main: debug.Module{Version: "(devel)"}}))
}
