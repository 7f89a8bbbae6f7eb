package onvy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A snippet of the README names the Example that it is, and is its body.
func TestReadmeSnippetsAreTheExamples(t *testing.T) {
	var readme []byte
	for _, page := range []string{"README.md", "docs/client.md"} {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		readme = append(readme, text...)
	}
	files, err := filepath.Glob("example*_test.go")
	require.NoError(t, err)
	var examples strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		examples.Write(text)
	}
	snippets := regexp.MustCompile("(?s)<!-- (Example\\w+) -->\n```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	require.GreaterOrEqual(t, len(snippets), 5)
	for _, snippet := range snippets {
		name, want := snippet[1], snippet[2]
		body := regexp.MustCompile(`(?sm)^func ` + name + `\(\) \{\n(.*?)^\}\n`).FindStringSubmatch(examples.String())
		require.NotNil(t, body, "there is no %s", name)
		require.Equal(t, strings.ReplaceAll("\n"+body[1], "\n\t", "\n")[1:], want, "%s differs from its snippet in README.md", name)
	}
}
