package onvy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What an import of this package puts into the go.mod and the go.sum of a
// program. Everything that is only for tests, tools and the contract suite stays
// out.
func TestImportCostsFourIndirectModules(t *testing.T) {
	if testing.Short() {
		t.Skip("go mod tidy of a program of its own takes a while")
	}
	here, err := os.Getwd()
	require.NoError(t, err)
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	write("main.go", `package main

import onvy "github.com/onvy-health/onvy-go"

func main() { _, _ = onvy.FromEnv() }
`)
	write("go.mod", `module example.com/program

go 1.26

require github.com/onvy-health/onvy-go v0.0.0

replace github.com/onvy-health/onvy-go => `+here+`
`)
	tidy := exec.Command("go", "mod", "tidy")
	tidy.Dir = dir
	tidy.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	out, err := tidy.CombinedOutput()
	require.NoError(t, err, string(out))
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		return string(text)
	}
	require.LessOrEqual(t, strings.Count(read("go.mod"), "// indirect"), 4, read("go.mod"))
	require.LessOrEqual(t, strings.Count(read("go.sum"), "\n"), 38, read("go.sum"))
}
