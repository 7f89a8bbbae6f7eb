package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// Every line of shell in the documentation that calls onvy-contract runs as it is
// pasted, in order: against a server with two faults, with recordings of the
// names that are used there. None may be refused (exit status 2).
func TestTheShellLinesOfTheDocumentationRun(t *testing.T) {
	needs.Programs(t, "sh", "sort", "openssl")
	bin := onPath(t)
	server := twoFaults(t)
	dir := folderOfTheDocumentation(t)
	env := append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "XDG_CACHE_HOME="+t.TempDir())
	for name, value := range in(server.sandbox).env {
		env = append(env, name+"="+value)
	}
	env = append(env, "ONVY_BASE_URL="+server.URL, "ONVY_SHARD_KEY=00112233445566778899aabbccddeeff", "CI=", "GITHUB_ACTIONS=")

	whole := needs.Whole(t)
	lines := shellLines(t, "README.md", "docs/*.md", "CONTRIBUTING.md")
	require.GreaterOrEqual(t, len(lines), 13)
	for _, line := range lines {
		t.Run(line, func(t *testing.T) {
			line := regexp.MustCompile(` +#.*`).ReplaceAllString(line, "")
			line = strings.ReplaceAll(line, "https://staging.api.onvy.health", server.URL)
			line = regexp.MustCompile(`--until \S+`).ReplaceAllString(line, time.Now().AddDate(0, 1, 0).Format("--until 2006-01-02"))
			if live := regexp.MustCompile("^onvy-contract (run|record) "); !whole && !strings.Contains(line, "--run") {
				line = live.ReplaceAllString(line+" ", "${0}--run '^(auth/server|users/(create|fields))$' ")
			}
			proxy := strings.HasPrefix(line, "onvy-contract proxy")
			if proxy {
				line += " --addr 127.0.0.1:0"
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			cmd := exec.CommandContext(ctx, "sh", "-c", "exec "+line)
			if strings.Contains(line, "|") {
				cmd = exec.CommandContext(ctx, "sh", "-c", line)
			}
			var printed bytes.Buffer
			cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, &printed, &printed
			cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
			if proxy { // it serves until it is stopped
				said := &stopper{stop: cancel, word: "Passing http://127.0.0.1:"}
				cmd.Stdout, cmd.Stderr = said, said
				_ = cmd.Run()
				require.Contains(t, said.said.String(), said.word)
				return
			}
			_ = cmd.Run()
			require.Contains(t, []int{0, 1}, cmd.ProcessState.ExitCode(), printed.String())
		})
	}
}

// shellLines are those that call onvy-contract in blocks of shell.
func shellLines(t *testing.T, patterns ...string) (lines []string) {
	t.Helper()
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```")
	for _, pattern := range patterns {
		pages, err := filepath.Glob("../../../" + pattern)
		require.NoError(t, err)
		require.NotEmpty(t, pages, pattern)
		for _, page := range pages {
			text, err := os.ReadFile(page)
			require.NoError(t, err)
			for _, block := range blocks.FindAllSubmatch(text, -1) {
				for _, line := range strings.Split(strings.ReplaceAll(string(block[1]), "\\\n", ""), "\n") {
					if strings.HasPrefix(line, "onvy-contract ") {
						lines = append(lines, line)
					}
				}
			}
		}
	}
	return lines
}

// folderOfTheDocumentation has the recordings that the lines name.
func folderOfTheDocumentation(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	clean, err := os.ReadFile("../../testdata/recordings/clean.har")
	require.NoError(t, err)
	lines, err := os.ReadFile("../../testdata/recordings/documentation.jsonl")
	require.NoError(t, err)
	var zipped bytes.Buffer
	packed := gzip.NewWriter(&zipped)
	_, err = packed.Write(lines)
	require.NoError(t, err)
	require.NoError(t, packed.Close())
	encoder, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	for name, content := range map[string][]byte{
		"session.har": clean, "raw.har": clean, "gateway/one.jsonl.gz": zipped.Bytes(), "logs/one.jsonl.zst": encoder.EncodeAll(lines, nil),
	} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, content, 0o600))
	}
	return dir
}

type faultyServer struct {
	*httptest.Server

	sandbox *sandbox.Server
}

// twoFaults is a server that lets tokens be cached, and writes a unit in capitals.
func twoFaults(t *testing.T) faultyServer {
	t.Helper()
	srv, err := sandbox.New()
	require.NoError(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		srv.Handler().ServeHTTP(answer, r)
		for name, values := range answer.Header() {
			if name != "Cache-Control" && name != "Content-Length" {
				w.Header()[name] = values
			}
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(bytes.ReplaceAll(answer.Body.Bytes(), []byte(`"metric"`), []byte(`"METRIC"`)))
	}))
	t.Cleanup(server.Close)
	return faultyServer{server, srv}
}

// stopper stops what is running as soon as it has said a word.
type stopper struct {
	said bytes.Buffer
	stop context.CancelFunc
	word string
}

func (s *stopper) Write(p []byte) (int, error) {
	s.said.Write(p)
	if strings.Contains(s.said.String(), s.word) {
		s.stop()
	}
	return len(p), nil
}
