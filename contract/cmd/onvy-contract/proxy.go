package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/outputs"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/traffic"
)

func proxyCommand(a *console.App) *cobra.Command {
	var upstream, addr, record string
	var remote, strict bool
	var output outputs.Flags
	cmd := &cobra.Command{
		Use:   "proxy --upstream URL",
		Short: "Check the traffic of any client, as a reverse proxy",
		Long: `Passes requests on to a server and checks the exchanges on the way. Point a client
at the proxy instead of the server. Findings are shown when they are first seen,
and the report when Ctrl-C ends the proxy. --record also writes the exchanges as a
HAR, without people's data and secrets.`,
		Example: console.Indented("onvy-contract proxy --upstream https://staging.api.onvy.health --record session.har"),
		Args:    console.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			to, err := traffic.ParseUpstream(upstream)
			if err != nil {
				return err
			}
			if err := traffic.CheckAddress(addr, remote); err != nil {
				return err
			}
			if traffic.Itself(to, addr) {
				return errors.New("--upstream: the upstream is this proxy itself; name the server, or another --addr")
			}
			spec, err := a.Spec()
			if err != nil {
				return err
			}
			var har *traffic.HAR
			if cmd.Flags().Changed("record") {
				if err := traffic.OneOutput(cmd, []string{record}); err != nil {
					return err
				}
				if har, err = traffic.Create(a, record, spec); err != nil {
					return fmt.Errorf("--record: %w", err)
				}
				defer har.Discard()
			}
			output.Beside = record
			out, err := output.Open(a)
			if err != nil {
				return err
			}
			defer out.Discard()
			r, err := (&traffic.Proxy{App: a, Spec: spec, Upstream: to, Strict: strict, HAR: har, Watch: output.Watching(nil)}).Serve(cmd.Context(), addr)
			if err != nil {
				return err
			}
			return har.Finish(out.Finish(r))
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&upstream, "upstream", "", "base `URL` of the server")
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "listen on this `ADDRESS`; port 0 is any free one")
	cmd.Flags().BoolVar(&remote, "allow-remote", false, "allow an address that other machines can reach")
	cmd.Flags().StringVar(&record, "record", "", "write the exchanges to `FILE`, redacted")
	cmd.Flags().BoolVar(&strict, "strict", false, "let assumptions and drift fail too")
	output.Register(cmd.Flags())
	return cmd
}
