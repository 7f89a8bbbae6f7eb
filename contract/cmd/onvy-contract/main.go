// Command onvy-contract checks ONVY Health API servers, and recordings of
// their traffic, against openapi.yaml.
//
//	onvy-contract run                    # the embedded sandbox, or the server that ONVY_* names
//	onvy-contract replay session.har     # a recording
//	onvy-contract sandbox                # a server to try things with
//	onvy-contract rules                  # what is checked
//
// It exits with 0 where everything is as the contract says, 1 where a
// violation was found, and 2 where it could not run or nothing ran.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), ending()...)
	// The first signal ends the run in order; after it the default is back, so
	// that a second one ends the process.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr))
}

// ending are the signals that end a run: Ctrl-C, the wish of a supervisor, and
// the end of the terminal, unless the program was started with nohup.
func ending() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}
