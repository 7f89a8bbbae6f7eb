package speclint_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/internal/needs"
)

const spec = "../../../../openapi.yaml" // from testdata

// tool is a program of testdata/node_modules, run in testdata.
func tool(t *testing.T, ctx context.Context, name string, args ...string) *exec.Cmd {
	t.Helper()
	if testing.Short() {
		t.Skip("the programs are not ours: no race to be found; the whole tests run them")
	}
	program, err := filepath.Abs(filepath.Join("testdata", "node_modules", ".bin", name))
	require.NoError(t, err)
	if _, err := os.Stat(program); err != nil {
		needs.Missing(t, name+" is not installed; make spec-lint installs it")
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = "testdata"
	cmd.Env = append(os.Environ(), "REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true", "NO_COLOR=1")
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

func TestRedoclyFindsNothingByItsStrictRules(t *testing.T) {
	out, err := tool(t, t.Context(), "redocly", "lint", "--config", "redocly.yaml", spec).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

func TestSpectralFindsNothing(t *testing.T) {
	out, err := tool(t, t.Context(), "spectral", "lint", "--fail-severity=hint", "-r", "spectral.yaml", spec).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// A mock by another team's reading of the file takes what the file documents:
// each example of each operation, and null for each field that may be cleared.
func TestPrismAcceptsEveryDocumentedRequest(t *testing.T) {
	base := prism(t)
	doc, err := openapi3.NewLoader().LoadFromData(onvy.Spec)
	require.NoError(t, err)
	sent := 0
	for _, path := range doc.Paths.InMatchingOrder() {
		for method, op := range doc.Paths.Value(path).Operations() {
			for name, body := range bodies(t, op) {
				status, answer := ask(t, method, base+filled(path), op, body)
				require.Equal(t, 2, status/100, "%s %s with %s: %d %s", method, path, name, status, answer)
				sent++
			}
		}
	}
	require.Greater(t, sent, 25)
	// That it looks at bodies at all; not those of PATCH, since it has no check for
	// a schema with null in an enum, which OpenAPI 3.0.3 asks for.
	status, _ := ask(t, "POST", base+"/users", doc.Paths.Value("/users").Post, body{"application/json", `{"id":"user_123","height":"tall"}`})
	require.Equal(t, 422, status)
}

type body struct{ contentType, text string }

// bodies are the documented ones of an operation, by name.
func bodies(t *testing.T, op *openapi3.Operation) map[string]body {
	if op.RequestBody == nil {
		return map[string]body{"no body": {}}
	}
	all := make(map[string]body)
	for contentType, media := range op.RequestBody.Value.Content {
		for name, example := range media.Examples {
			all[name] = body{contentType, encoded(t, contentType, example.Value.Value)}
		}
		for name, property := range media.Schema.Value.Properties {
			if property.Value.Nullable {
				all["null for "+name] = body{contentType, encoded(t, contentType, map[string]any{name: nil})}
			}
		}
	}
	return all
}

func encoded(t *testing.T, contentType string, value any) string {
	if contentType == "application/x-www-form-urlencoded" {
		form := url.Values{}
		for name, v := range value.(map[string]any) {
			form.Set(name, fmt.Sprint(v))
		}
		return form.Encode()
	}
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return string(text)
}

// filled is a path with values for its parameters.
func filled(path string) string {
	return strings.NewReplacer("{project_id}", "proj_your_project", "{user_id}", "user_123").Replace(path)
}

func ask(t *testing.T, method, to string, op *openapi3.Operation, b body) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, to, strings.NewReader(b.text))
	require.NoError(t, err)
	if b.contentType != "" {
		req.Header.Set("Content-Type", b.contentType)
	}
	switch {
	case op.Security == nil:
		req.Header.Set("Authorization", "Bearer made-up")
	case slices.ContainsFunc(*op.Security, func(r openapi3.SecurityRequirement) bool {
		_, basic := r["clientBasic"]
		return basic
	}):
		req.SetBasicAuth("server", "your_client_secret")
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(text)
}

// prism starts the mock on the loopback and returns its URL. Somebody else may
// take the port before prism does: it ends then, and gets another.
func prism(t *testing.T) string {
	t.Helper()
	for range 5 {
		if base, listens := prismAt(t, freePort(t)); listens {
			return base
		}
	}
	t.Fatal("prism ends before it listens")
	return ""
}

func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return port
}

// prismAt starts prism on a port; false if it ends without having listened.
func prismAt(t *testing.T, port string) (base string, listens bool) {
	ctx, cancel := context.WithCancel(context.Background())
	cmd := tool(t, ctx, "prism", "mock", "-h", "127.0.0.1", "-p", port, spec)
	said := make(chan string, 1)
	cmd.Stdout = &until{text: "Prism is listening", said: said}
	cmd.Stderr = cmd.Stdout
	require.NoError(t, cmd.Start())
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // it is killed, or its port is taken
		close(ended)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	select {
	case <-said:
		return "http://127.0.0.1:" + port, true
	case <-ended:
		t.Logf("prism ended: %s", cmd.Stdout)
		return "", false
	case <-time.After(2 * time.Minute):
		t.Fatalf("prism does not listen: %s", cmd.Stdout)
		return "", false
	}
}

// until tells once that a text was written.
type until struct {
	text string
	said chan<- string

	mu  sync.Mutex
	out bytes.Buffer
}

func (u *until) Write(p []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.out.Write(p)
	if strings.Contains(u.out.String(), u.text) {
		select {
		case u.said <- u.text:
		default:
		}
	}
	return len(p), nil
}

func (u *until) String() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.out.String()
}
