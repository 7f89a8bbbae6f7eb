package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract/sandbox"
)

func (a *app) sandboxCommand() *cobra.Command {
	var addr string
	var ttl time.Duration
	var remote bool
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve an ONVY Health API in memory, to try things with",
		Long: `Serves an ONVY Health API that keeps everything in memory, and prints curl lines
to paste. It ends with Ctrl-C, and everything in it ends too.`,
		Example: indented(
			"onvy-contract sandbox",
			"onvy-contract sandbox --addr 127.0.0.1:9000 --ttl 30s",
		),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			server, err := sandbox.New(sandbox.WithTTL(ttl))
			if err != nil {
				return fmt.Errorf("--ttl: %w", err)
			}
			if remote {
				return a.serveRemote(cmd.Context(), server, addr)
			}
			if err := checkLoopback(addr); err != nil {
				return err
			}
			if err := server.Listen(addr); err != nil {
				return fmt.Errorf("--addr: %w", err)
			}
			a.tryThis(server, server.URL)
			<-cmd.Context().Done()
			a.note("The sandbox has ended.")
			return server.Close()
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "listen on this `ADDRESS`; port 0 is any free one")
	cmd.Flags().DurationVar(&ttl, "ttl", 15*time.Minute, "how long access tokens live")
	cmd.Flags().BoolVar(&remote, "allow-remote", false, "allow an address that other machines can reach; everyone knows the secrets of the sandbox")
	return cmd
}

// checkLoopback refuses addresses that other machines can reach.
func checkLoopback(addr string) error {
	tcp, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return fmt.Errorf("--addr: %q is not HOST:PORT: %w", addr, err)
	}
	if !tcp.IP.IsLoopback() {
		return fmt.Errorf("--addr: other machines can reach %s, and everyone knows the secrets of the sandbox; use 127.0.0.1, or say --allow-remote", addr)
	}
	return nil
}

// serveRemote serves on any address until ctx ends.
func (a *app) serveRemote(ctx context.Context, s *sandbox.Server, addr string) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("--addr: %w", err)
	}
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 30 * time.Second, DisableGeneralOptionsHandler: true}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	a.tryThis(s, "http://"+l.Addr().String())
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	a.note("The sandbox has ended.")
	return nil
}

// tryThis prints what one can paste into another terminal: the lines of the
// quickstart, with the values of this sandbox.
func (a *app) tryThis(s *sandbox.Server, url string) {
	p := s.Project
	_, _ = fmt.Fprintf(a.stdout, `The sandbox is at %[1]s. Paste this into another terminal:

BASE_URL=%[1]s
PROJECT_ID=%[2]s
CLIENT_ID=%[3]s
CLIENT_SECRET=%[4]s
ACCESS_TOKEN=$(curl -sS -X POST "$BASE_URL/v1/projects/$PROJECT_ID/auth/server" \
  -u "$CLIENT_ID:$CLIENT_SECRET" -H "Content-Type: application/json" \
  -d '{"scope":"users:create users:read"}' | sed 's/.*"access_token" *: *"\([^"]*\)".*/\1/')
curl -sS -X POST "$BASE_URL/users" -H "Authorization: Bearer $ACCESS_TOKEN" \
  -H "Content-Type: application/json" -d '{"id":"user_123","firstname":"Avery","language":"en"}'
curl -sS "$BASE_URL/users?limit=10" -H "Authorization: Bearer $ACCESS_TOKEN"

The suite, against it:

ONVY_BASE_URL=%[1]s ONVY_PROJECT_ID=%[2]s ONVY_CLIENT_ID=%[3]s ONVY_CLIENT_SECRET=%[4]s \
  ONVY_OTHER_PROJECT_ID=%[5]s ONVY_OTHER_CLIENT_ID=%[6]s ONVY_OTHER_CLIENT_SECRET=%[7]s \
  ONVY_SDK_CLIENT_ID=%[8]s ONVY_ID_TOKEN=%[9]s \
  onvy-contract run

Ctrl-C ends it, and with it all that is in it.
`, url, p.ID, p.ClientID, p.ClientSecret.Reveal(), s.Other.ID, s.Other.ClientID, s.Other.ClientSecret.Reveal(),
		p.SDKClientID, s.MintIDToken("user_123").Reveal())
}
