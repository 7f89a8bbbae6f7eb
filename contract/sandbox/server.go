package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// Server is an ONVY server in memory. All its methods may be called from many
// goroutines.
type Server struct {
	// URL is the base URL once the server listens: "http://127.0.0.1:41234".
	URL string
	// Project is the project to use, Other a second one that must never see
	// the first one's users. Other is the zero Project where there is only one.
	Project, Other Project

	grants
	cursors  *cursors
	troubles troubles
	counts   counters
	now      func() time.Time
	spec     *spec.Model
	router   router
	http     *http.Server
}

// tenant is a project with its state.
type tenant struct {
	Project
	store   *store
	refresh *refreshTokens
}

// New returns a server that does not listen: use [Server.Handler] to embed it,
// or [Server.Listen]. It fails only for a bad option or spec.
func New(opts ...Option) (*Server, error) {
	c := config{projects: []Project{defaultProject, otherProject}, ttl: 900 * time.Second, now: time.Now}
	for _, o := range opts {
		if err := o(&c); err != nil {
			return nil, err
		}
	}
	if c.spec == nil {
		var err error
		if c.spec, err = shipped(); err != nil {
			return nil, fmt.Errorf("sandbox: %w", err)
		}
	}
	s := &Server{
		spec: c.spec,
		grants: grants{
			scopes:   c.spec.Scopes(),
			projects: make(tenants, len(c.projects)),
			tokens:   newIssuer(c.ttl, c.now),
			idp:      newIdentityProvider(c.now),
		},
		cursors: newCursors(),
		now:     c.now,
	}
	for i, p := range c.projects {
		if p.Scopes == nil {
			p.Scopes = append(slices.Clone(s.scopes), examples...)
		}
		p.Scopes = slices.Clone(p.Scopes)
		s.projects[p.ID] = &tenant{Project: p, store: newStore(c.now), refresh: newRefreshTokens(c.now)}
		switch i {
		case 0:
			s.Project = p
		case 1:
			s.Other = p
		}
	}
	var err error
	if s.router, err = newRouter(s.spec); err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	return s, nil
}

// Handler returns the server as a handler, for a listener or a transport of
// one's own. [Trouble] that drops the connection panics with
// [http.ErrAbortHandler], as net/http asks for.
func (s *Server) Handler() http.Handler { return front{s} }

// Listen starts to serve on addr, "127.0.0.1:8080" or, for a free port,
// "127.0.0.1:0", and sets URL. Addresses that are not loopback are refused:
// the secrets of the sandbox are known to all.
func (s *Server) Listen(addr string) error {
	if s.http != nil {
		return errors.New("sandbox: already listening")
	}
	tcp, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	if !tcp.IP.IsLoopback() {
		return fmt.Errorf("sandbox: %s is not a loopback address", addr)
	}
	l, err := net.ListenTCP("tcp", tcp)
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	s.URL = "http://" + l.Addr().String()
	s.http = &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 30 * time.Second,
		// OPTIONS * belongs to the API as everything else does.
		DisableGeneralOptionsHandler: true,
	}
	go func() { _ = s.http.Serve(l) }() // ends with ErrServerClosed, by Close
	return nil
}

// Close ends all connections and stops listening. A server that does not
// listen ignores it.
func (s *Server) Close() error {
	if s.http == nil {
		return nil
	}
	return s.http.Close()
}

// Shutdown stops listening and waits for the requests under way, or for ctx.
func (s *Server) Shutdown(ctx context.Context) error {
	if s.http == nil {
		return nil
	}
	return s.http.Shutdown(ctx)
}

// TB is what [Start] needs of a [testing.TB]. It is an interface so that a
// program that embeds the sandbox does not link package testing and its flags.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Start returns a server that listens on a free loopback port and is closed
// when the test has ended.
func Start(tb TB, opts ...Option) *Server {
	tb.Helper()
	s, err := New(opts...)
	if err == nil {
		err = s.Listen("127.0.0.1:0")
	}
	if err != nil {
		tb.Fatalf("%v", err)
		return nil
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}
