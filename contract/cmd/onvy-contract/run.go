package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/outputs"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/targetflags"
	"github.com/onvy-health/onvy-go/contract/internal/selftest"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

func runCommand(a *console.App) *cobra.Command {
	var live liveFlags
	var list bool
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run the live suite against a server",
		Long: `Runs the live suite against the server that ONVY_* variables or flags name, or,
where there are none, against the embedded sandbox.

  ONVY_BASE_URL             base URL of the server
  ONVY_PROJECT_ID           project
  ONVY_CLIENT_ID            its confidential client
  ONVY_CLIENT_SECRET        the client's secret
  ONVY_ID_TOKEN             optional: token of the identity provider, for user flows
  ONVY_SDK_CLIENT_ID        optional: public client for them; "sdk" if not set
  ONVY_OTHER_PROJECT_ID     optional, all three: a second project, for isolation
  ONVY_OTHER_CLIENT_ID
  ONVY_OTHER_CLIENT_SECRET

Every user that it creates has an id that starts with "contract_", is entered in a
ledger before it is created, and is deleted at the end. Other users are never
touched. After a crash, "onvy-contract clean" deletes what is left.`,
		Example: console.Indented(
			"onvy-contract run",
			"onvy-contract run --run '^users/' --seed 7",
			"onvy-contract run --base-url https://staging.api.onvy.health --project proj_123 \\",
			"    --client-id server --secret-file secret.txt --junit report.xml",
		),
		Args: console.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runSuite(cmd, a, &live, list)
		},
	}
	live.register(cmd.Flags())
	console.Group(cmd.Flags(), "What runs", func(set *pflag.FlagSet) {
		set.BoolVar(&list, "list", false, "list the cases that would run, and send nothing")
	})
	return cmd
}

// runSuite runs the suite, or lists its cases.
func runSuite(cmd *cobra.Command, a *console.App, live *liveFlags, list bool) error {
	if err := live.check(); err != nil {
		return err
	}
	spec, err := a.SpecFor(live.options.OnlyRules, live.options.SkipRules)
	if err != nil {
		return err
	}
	if list && live.output.ToFile() {
		return console.Usage(cmd, "--list runs nothing, so that there is no report to write and no gate to hold")
	}
	if list {
		return listCases(a, spec, live)
	}
	out, err := live.output.Open(a)
	if err != nil {
		return err
	}
	defer out.Discard()
	r, err := runLive(cmd.Context(), a, spec, live, nil)
	if err != nil {
		return err
	}
	return out.Finish(r)
}

// listCases names the cases that --run and --shard choose.
func listCases(a *console.App, spec *contract.Spec, f *liveFlags) error {
	server, err := sandbox.New()
	if err != nil {
		return err
	}
	suite, err := contract.NewSuite(spec, selftest.Target(server, "http://127.0.0.1:1"), f.options)
	if err != nil {
		return err
	}
	for _, name := range suite.Cases() {
		if _, err := fmt.Fprintln(a.Stdout, name); err != nil {
			return err
		}
	}
	return nil
}

// liveFlags are those of commands that run the live suite.
type liveFlags struct {
	target  targetflags.Flags
	options contract.Options
	output  outputs.Flags
	sandbox bool // asked for, so that there is nothing to say about it
}

func (f *liveFlags) register(set *pflag.FlagSet) {
	o := &f.options
	console.Group(set, "Server", f.registerServer)
	console.Group(set, "What runs", func(set *pflag.FlagSet) {
		set.StringVar(&o.Run, "run", "", "run only the cases that match this regular `EXPRESSION`")
		set.StringVar(&o.Shard, "shard", "", "run this `PART` of the cases: 2/5 is the second of five; merge makes one report of them all")
		console.RuleFlags(set, &o.OnlyRules, &o.SkipRules)
		set.Uint64Var(&o.Seed, "seed", 0, "seed `N` of the generated data; 0 picks one at random")
	})
	console.Group(set, "Limits", f.registerLimits)
	console.Group(set, "What fails the run", func(set *pflag.FlagSet) {
		set.BoolVar(&o.Strict, "strict", false, "let assumptions, drift and what was not exercised fail the run too")
	})
	f.output.Register(set)
}

// registerServer adds the flags that name the server.
func (f *liveFlags) registerServer(set *pflag.FlagSet) {
	f.target.Register(set)
	set.BoolVar(&f.sandbox, "sandbox", false, "test the embedded sandbox, whatever ONVY_* variables say; has to be given in CI, and to write reports about it")
}

// registerLimits adds the flags that say how far the suite may go.
func (f *liveFlags) registerLimits(set *pflag.FlagSet) {
	o := &f.options
	set.BoolVar(&o.Risky, "risky", false, "also send huge bodies and many wrong secrets")
	set.BoolVar(&o.AllowProduction, "allow-production", false, "allow api.onvy.health as the server")
	set.IntVar(&o.Parallel, "parallel", 8, "run `N` cases at once")
	set.DurationVar(&o.Timeout, "timeout", 10*time.Second, "give up on an exchange after this `DURATION`")
	set.DurationVar(&o.Slow, "slow", 2*time.Second, "report an answer that takes longer than this `DURATION`")
	set.IntVar(&o.MaxRequests, "max-requests", 5000, "send at most `N` requests in the whole run")
	set.DurationVar(&o.MaxDuration, "max-duration", 10*time.Minute, "run for this `DURATION` at most")
	set.DurationVar(&o.MaxWait, "max-wait", 15*time.Second, "wait this `DURATION` at most for a token to expire")
	set.StringVar(&o.LedgerDir, "ledger", "", "keep the ledgers in this `DIRECTORY`, not in the user's cache directory")
}

// check refuses limits that would stop a run before it begins.
func (f *liveFlags) check() error {
	o := &f.options
	for flag, wrong := range map[string]bool{
		"parallel": o.Parallel < 1, "timeout": o.Timeout <= 0, "slow": o.Slow <= 0, "max-requests": o.MaxRequests < 1,
		"max-duration": o.MaxDuration <= 0, "max-wait": o.MaxWait < 0,
	} {
		if wrong {
			return fmt.Errorf("--%s must be more than 0", flag)
		}
	}
	return nil
}

// liveTarget is the server to test; found is false for the embedded sandbox.
// Where a machine reads the result, the sandbox has to be asked for: a green
// that was meant for staging and checked the sandbox says nothing.
func liveTarget(a *console.App, f *liveFlags) (t contract.Target, found bool, err error) {
	if f.sandbox {
		if flag := f.target.Given(); flag != "" {
			return t, false, fmt.Errorf("--sandbox and --%s name two servers; leave one out", flag)
		}
		return t, false, nil
	}
	t, found, err = f.target.Target(a.Lookup)
	if err != nil || found {
		return t, found, err
	}
	const say = "no ONVY_* variables and no flags name a server, and %s; if you mean the embedded sandbox, say --sandbox"
	switch {
	case a.Getenv("CI") != "":
		return t, false, fmt.Errorf(say, "this is CI (the variable CI is set)")
	case f.output.ToFile():
		return t, false, fmt.Errorf(say, "a report is to be written")
	}
	return t, false, nil
}

// reachable is liveTarget, with the embedded sandbox started where no server is
// named. The returned function ends it.
func reachable(a *console.App, f *liveFlags) (t contract.Target, found bool, end func(), err error) {
	if t, found, err = liveTarget(a, f); err != nil || found {
		return t, found, func() {}, err
	}
	server, err := newSandbox(a, sandboxTTL)
	if err != nil {
		return t, false, nil, err
	}
	if err := server.Listen("127.0.0.1:0"); err != nil {
		return t, false, nil, err
	}
	return selftest.Target(server, server.URL), false, func() { _ = server.Close() }, nil // nobody waits for its last answers
}

// runLive runs the suite. Errors are of what keeps it from beginning; what
// happens after that is in the report.
//
// each, if not nil, gets every exchange.
func runLive(ctx context.Context, a *console.App, spec *contract.Spec, f *liveFlags, each func(*contract.Exchange)) (*contract.Report, error) {
	target, found, end, err := reachable(a, f)
	if err != nil {
		return nil, err
	}
	defer end()
	var bar *console.Progress
	ended := int64(0)
	f.options.OnExchange = f.output.Watching(each)
	f.options.OnOutcome = func(contract.Outcome) {
		ended++
		bar.Set(ended)
	}
	suite, err := contract.NewSuite(spec, target, f.options)
	if err != nil {
		return nil, err
	}
	if !found && !f.sandbox {
		a.Note("No ONVY_* variables and no flags name a server: this is the embedded sandbox.")
	}
	said := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(said)
		a.Note("Interrupted: deleting the users of this run, then the report. Interrupt again to stop at once.")
	})
	defer func() {
		if !stop() {
			<-said // it is not to write into the report
		}
	}()
	bar = console.NewProgress(a, int64(len(suite.Cases())), "cases", false, f.output.Quiet)
	defer bar.End()
	r := suite.Run(ctx)
	if !found {
		r.Kind = contract.Sandbox
	}
	return r, nil
}
