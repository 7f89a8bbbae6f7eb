package outsiders

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
)

// ErrMissing says that what a server needs is not installed.
var ErrMissing = errors.New("is not installed; run: make outsiders")

// Server is a server to start.
type Server struct {
	Name    string // "Express 5"
	Users   bool   // it has users and project tokens; others have /oauth/token alone
	Project contract.Project
	Other   *contract.Project
	// Cases are those that make sense for it, as [contract.Options.Run] has it.
	Cases string
	// Explained are its violations that are true, by the rule, each with the
	// reason why.
	Explained map[string]string

	env     []string
	command func() []string
	dir     string
}

// startLimit is how long a server may take until it listens; a busy machine
// compiles and imports slowly.
const startLimit = 2 * time.Minute

// Start starts the server on a free port of the loopback interface, until ctx
// ends or stop is called.
func (s *Server) Start(ctx context.Context) (target contract.Target, stop func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	line := s.command()
	if _, err := exec.LookPath(line[0]); err != nil {
		cancel()
		return target, nil, fmt.Errorf("%s: %s %w", s.Name, filepath.Base(line[0]), ErrMissing)
	}
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Dir, cmd.Env = filepath.Join(testdata(), s.dir), append(os.Environ(), s.env...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		cancel()
		return target, nil, err
	}
	if err := cmd.Start(); err != nil {
		cancel()
		return target, nil, fmt.Errorf("%s: %w", s.Name, err)
	}
	stop = func() {
		cancel()
		_ = cmd.Wait() // it was killed
	}
	port, err := listening(bufio.NewScanner(out), startLimit)
	if err != nil {
		stop()
		if missing(said.String()) {
			return target, nil, fmt.Errorf("%s: a library %w", s.Name, ErrMissing)
		}
		return target, nil, fmt.Errorf("%s does not start: %w\n%s", s.Name, err, said.String())
	}
	return contract.Target{BaseURL: "http://127.0.0.1:" + port, Project: s.Project, Other: s.Other}, stop, nil
}

// listening waits for the line in which a server says its port, and then reads
// on, so that the server can write.
func listening(lines *bufio.Scanner, limit time.Duration) (port string, err error) {
	found := make(chan string, 1)
	go func() {
		defer close(found)
		for lines.Scan() {
			if port, ok := strings.CutPrefix(lines.Text(), "listening "); ok {
				found <- port
			}
		}
	}()
	select {
	case port, ok := <-found:
		if !ok {
			return "", errors.New("it ended before it listened")
		}
		return port, nil
	case <-time.After(limit):
		return "", errors.New("it does not listen")
	}
}

// missing reports whether a program ended because a library is not there.
func missing(stderr string) bool {
	return strings.Contains(stderr, "ModuleNotFoundError") || strings.Contains(stderr, "Cannot find module") ||
		strings.Contains(stderr, "ERR_MODULE_NOT_FOUND")
}

// testdata is where the programs are.
func testdata() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "testdata")
}

func project(id, client, secret string) contract.Project {
	return contract.Project{ID: id, ClientID: client, ClientSecret: onvy.NewSecret(secret)}
}

func python(script string) func() []string {
	return func() []string {
		return []string{filepath.Join(testdata(), "python", ".venv", "bin", "python"), script}
	}
}

func node(script string) func() []string {
	return func() []string { return []string{"node", script} }
}

// golang is a program of the module in testdata/golang, which is built anew:
// its libraries are no business of the main module.
func golang(name string) func() []string {
	return func() []string { return []string{filepath.Join(testdata(), "golang", ".bin", name)} }
}
