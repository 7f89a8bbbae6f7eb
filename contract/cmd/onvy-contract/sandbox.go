package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/traffic"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

func sandboxCommand(a *console.App) *cobra.Command {
	var addr string
	var ttl time.Duration
	var remote bool
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve an ONVY Health API in memory, to try things with",
		Long: `Serves an ONVY Health API that keeps everything in memory, and prints curl lines
to paste. Ctrl-C ends it, and everything in it is gone.`,
		Example: console.Indented(
			"onvy-contract sandbox",
			"onvy-contract sandbox --addr 127.0.0.1:9000 --ttl 30s",
			"onvy-contract sandbox --spec openapi-next.yaml",
		),
		Args: console.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if ttl < time.Second || ttl%time.Second != 0 {
				return console.Usage(cmd, "--ttl takes whole seconds, at least 1s")
			}
			server, err := newSandbox(a, ttl)
			if err != nil {
				return err
			}
			if err := traffic.CheckAddress(addr, remote); err != nil {
				return err
			}
			return serveSandbox(cmd.Context(), a, server, addr)
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "listen on this `ADDRESS`; port 0 is any free one")
	cmd.Flags().DurationVar(&ttl, "ttl", sandboxTTL, "access tokens live for this `DURATION`")
	cmd.Flags().BoolVar(&remote, "allow-remote", false, "allow an address that other machines can reach; everyone knows the secrets of the sandbox")
	return cmd
}

// sandboxTTL is how long its tokens live if nobody says otherwise.
const sandboxTTL = 15 * time.Minute

// newSandbox makes a sandbox of the spec of --spec.
func newSandbox(a *console.App, ttl time.Duration) (*sandbox.Server, error) {
	options := []sandbox.Option{sandbox.WithTTL(ttl)}
	if a.SpecFile != "" {
		text, err := a.SpecText()
		if err != nil {
			return nil, err
		}
		options = append(options, sandbox.WithSpec(text))
	}
	server, err := sandbox.New(options...)
	if err != nil && a.SpecFile != "" {
		return nil, fmt.Errorf("--spec %s: %w", a.SpecFile, err)
	}
	return server, err
}

// serveSandbox serves until ctx ends. It does not use Listen, which allows loopback
// addresses only.
func serveSandbox(ctx context.Context, a *console.App, s *sandbox.Server, addr string) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("--addr: %w", err)
	}
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 30 * time.Second, DisableGeneralOptionsHandler: true}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	s.URL = "http://" + l.Addr().String()
	tryThis(a, s)
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	a.Note("The sandbox has ended.")
	return nil
}

// tryThis prints what one can paste into another terminal: the variables that
// name this sandbox, and the lines of the quickstart with them. The curl lines
// of findings use the same variables.
func tryThis(a *console.App, s *sandbox.Server) {
	// Identity tokens live for minutes, which is short for reading and pasting.
	idToken := s.MintIDToken("user_123", func(claims map[string]any) { claims["exp"] = time.Now().Add(24 * time.Hour).Unix() })
	_, _ = fmt.Fprintf(a.Stdout, `The sandbox is at %s. Paste this into another terminal:

export ONVY_BASE_URL=%[1]s
export ONVY_PROJECT_ID=%s ONVY_CLIENT_ID=%s ONVY_CLIENT_SECRET=%s
export ONVY_OTHER_PROJECT_ID=%s ONVY_OTHER_CLIENT_ID=%s ONVY_OTHER_CLIENT_SECRET=%s
export ONVY_SDK_CLIENT_ID=%s ONVY_ID_TOKEN=%s
ACCESS_TOKEN=$(curl -sS -X POST "$ONVY_BASE_URL/v1/projects/$ONVY_PROJECT_ID/auth/server" \
  -u "$ONVY_CLIENT_ID:$ONVY_CLIENT_SECRET" -H "Content-Type: application/json" \
  -d '{"scope":"users:create users:read"}' | sed 's/.*"access_token" *: *"\([^"]*\)".*/\1/')
curl -sS -X POST "$ONVY_BASE_URL/users" -H "Authorization: Bearer $ACCESS_TOKEN" \
  -H "Content-Type: application/json" -d '{"id":"user_123","firstname":"Avery","language":"en"}'
curl -sS "$ONVY_BASE_URL/users?limit=10" -H "Authorization: Bearer $ACCESS_TOKEN"

Then "onvy-contract run" checks this sandbox. Ctrl-C ends it, and all that is in it.
`, s.URL, s.Project.ID, s.Project.ClientID, s.Project.ClientSecret.Reveal(),
		s.Other.ID, s.Other.ClientID, s.Other.ClientSecret.Reveal(),
		s.Project.SDKClientID, idToken.Reveal())
}
