package main

import (
	"errors"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/internal/selftest"
)

func selftestCommand(a *console.App) *cobra.Command {
	var options selftest.Options
	var all, quiet bool
	var expression string
	cmd := &cobra.Command{
		Use:   "selftest",
		Short: "Plant faults into the sandbox and see whether the suite finds them",
		Long: `Runs the live suite against the sandbox with one fault at a time. Each fault has
to be reported by the rule that is for it, and harmless variants by no rule. That
the suite finds nothing on a server means no more than this shows that it can find.

Exit status: 0 every fault is found by its own rule and nothing else is reported,
1 something else, 2 it could not run.`,
		Example: console.Indented(
			"onvy-contract selftest",
			"onvy-contract selftest --all --run '^patch-'",
		),
		Args: console.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if options.Parallel < 0 {
				return console.Usage(cmd, "--parallel must not be negative")
			}
			spec, err := a.Spec()
			if err != nil {
				return err
			}
			wanted, err := regexp.Compile(expression)
			if err != nil {
				return errors.New("--run: the expression cannot be read")
			}
			if expression != "" {
				options.Select = wanted.MatchString
			}
			return runSelftest(cmd, a, spec, options, all, quiet)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&expression, "run", "", "plant only the faults whose names match this regular `EXPRESSION`")
	cmd.Flags().BoolVar(&all, "all", false, "show every fault, not only those that were not found as they should be")
	cmd.Flags().BoolVar(&options.Recorded, "recorded", false, "also record each run, and count what the recordings alone show")
	cmd.Flags().Uint64Var(&options.Seed, "seed", 1, "seed `N` of the generated data")
	cmd.Flags().IntVar(&options.Parallel, "parallel", 0, "run `N` servers at once; 0 means one for each core")
	cmd.Flags().BoolVar(&quiet, "quiet", false, "no progress bar")
	return cmd
}

// runSelftest plants faults, and says of each how it was found.
func runSelftest(cmd *cobra.Command, a *console.App, spec *contract.Spec, options selftest.Options, all, quiet bool) error {
	bar := console.NewProgress(a, int64(len(faults.All())+len(faults.Controls())), "planting faults", false, quiet)
	done := int64(0)
	var unwritten error
	options.OnResult = func(r selftest.Result) { // at once, so that whatever happens later loses nothing
		if err := r.Print(a.Stdout, all); err != nil && unwritten == nil {
			unwritten = err
		}
		done++
		bar.Set(done)
	}
	matrix, err := selftest.Run(cmd.Context(), spec, options)
	bar.End()
	if err != nil {
		return err
	}
	if len(matrix.Faults)+len(matrix.Controls) == 0 {
		return errors.New("no fault matches --run")
	}
	if err := errors.Join(unwritten, matrix.Print(a.Stdout)); err != nil {
		return err
	}
	if !matrix.OK() {
		return console.Exit(1)
	}
	return nil
}
