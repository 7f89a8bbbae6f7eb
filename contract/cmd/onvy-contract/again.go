package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report"
)

func (a *app) againCommand() *cobra.Command {
	var live liveFlags
	var script bool
	cmd := &cobra.Command{
		Use:   "again CAUSE REPORT.json",
		Short: "See whether a cause of a report is still there",
		Long: `Runs the cases that found a cause, with the seed of the report and with fresh tokens
and users, and says whether it is still there. If these cases no longer show a
cause that several cases can show together, all cases run before it is said to
be gone. The server is named as for "run".

It runs cases rather than sending the recorded steps again, which are of users and
ids that are gone: another answer to them would say nothing.

--script sends nothing: it writes the curl lines that show the cause.

Exit status: 0 it is gone, 1 it is still there, 2 that cannot be said.`,
		Example: indented("onvy-contract again F1 report.json", "onvy-contract again F1 report.json --script | sh"),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage(cmd, "again takes a cause, such as F1, and a report of --json")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := live.check(); err != nil {
				return err
			}
			old, err := readReport(args[1])
			if err != nil {
				return err
			}
			cause, err := causeOf(old, args[0])
			switch {
			case err != nil:
				return err
			case script && cause.Script() == "":
				return fmt.Errorf("the report has no script for %s", cause.ID)
			case script:
				_, err = fmt.Fprint(a.stdout, cause.Script())
				return err
			case old.Kind == contract.Recordings:
				return errors.New("the report is about recordings, which cannot be asked again; --script writes curl lines for a server")
			}
			spec, err := a.spec()
			if err != nil {
				return err
			}
			if spec.SHA256() != old.Spec {
				return fmt.Errorf("%s is about another openapi.yaml; name that with --spec, or make the report anew", args[1])
			}
			_, found, err := a.liveTarget(&live)
			switch {
			case err != nil:
				return err
			case !found && !live.sandbox && old.Kind != contract.Sandbox:
				return fmt.Errorf("the report is about %s, and no ONVY_* variables and no flags name a server", old.Target)
			}
			return a.again(cmd, spec, &live, old, cause)
		},
	}
	cmd.Flags().BoolVar(&script, "script", false, "write the curl lines that show the cause, and send nothing")
	// The report says what to run, and the terminal what came of it.
	cmd.Flags().SortFlags = false
	live.registerServer(cmd.Flags())
	live.registerLimits(cmd.Flags())
	cmd.Flags().BoolVar(&live.output.quiet, "quiet", false, "no progress bar")
	return cmd
}

// again runs the cases of a cause, and all cases where these do not show it and
// the rule is of what many exchanges say together.
func (a *app) again(cmd *cobra.Command, spec *contract.Spec, live *liveFlags, old *contract.Report, cause *contract.Cause) error {
	var cases []string
	for _, f := range cause.Findings {
		if name := regexp.QuoteMeta(f.Exchange); f.Exchange != "" && !slices.Contains(cases, name) {
			cases = append(cases, name)
		}
	}
	if len(cases) == 0 {
		return fmt.Errorf("the report does not say which case found %s", cause.ID)
	}
	live.options.Seed = old.Seed
	for _, expression := range []string{"^(" + strings.Join(cases, "|") + ")$", ""} {
		live.options.Run = expression
		r, err := a.live(cmd.Context(), spec, live, nil)
		if err != nil {
			return err
		}
		if r.Target != old.Target && r.Kind != contract.Sandbox {
			a.note("The report is about %s; this is %s.", old.Target, r.Target)
		}
		if now := sameCause(r, cause); now != nil {
			_, err = fmt.Fprintf(a.stdout, "%s is still there: %s\n%s", cause.ID, report.Line(now), now.Script())
			return errors.Join(err, exit(1))
		}
		if s := r.Summary; s.Errors+s.NotRun > 0 || s.Passed+s.Failed == 0 {
			return fmt.Errorf("whether %s is still there cannot be said: %s", cause.ID, whyNot(r))
		}
		if !together(cause) {
			break
		}
	}
	_, err := fmt.Fprintf(a.stdout, "%s is gone: %s\n", cause.ID, report.Line(cause))
	return err
}

// together reports whether exchanges of several cases can show a cause.
func together(c *contract.Cause) bool {
	r, _ := contract.RuleByID(c.Head().Rule)
	return r.Kind == contract.KindHistory
}

// sameCause is the cause of a report that has a finding of another one's; nil if
// there is none.
func sameCause(r *contract.Report, old *contract.Cause) *contract.Cause {
	prints := map[string]bool{}
	for _, f := range old.Findings {
		prints[f.Print()] = true
	}
	var all []*contract.Cause
	for _, c := range r.Causes() {
		all = append(append(all, c), c.Follows...)
	}
	for _, c := range all {
		if slices.ContainsFunc(c.Findings, func(f *contract.Finding) bool { return prints[f.Print()] }) {
			return c
		}
	}
	return nil
}

// whyNot is the first reason for which a case did not run.
func whyNot(r *contract.Report) string {
	for _, o := range r.Outcomes {
		if o.Status != contract.Pass && o.Status != contract.Fail {
			return o.Case + ": " + o.Reason
		}
	}
	return "nothing ran"
}
