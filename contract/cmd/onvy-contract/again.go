package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/outputs"
	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/report"
)

func againCommand(a *console.App) *cobra.Command {
	var live liveFlags
	var script bool
	cmd := &cobra.Command{
		Use:   "again CAUSE REPORT.json",
		Short: "See whether a cause of a report is still so",
		Long: `Sends the requests that show a cause again, with fresh tokens and ids, checks the
answers against the rules, and says whether it is still so. What they create is
deleted again. The server is named as for "run".

If these steps do not show it, the cases that found it run too, with the seed of
the report; and then all cases, if it takes several to show it. Only if these find
nothing either was it "not seen again". Some causes take their cases anyway: what
happens when requests overlap, what a rule concludes from several answers, bodies
that the report does not have in full. The output says which way was taken.

A report about recordings has steps but no cases. They are sent, with pseudonyms in
them, if the report has the request that created what they are about.

--script sends nothing: it prints the curl lines that show the cause.

Exit status: 0 it was not seen again, 1 it is still so, 2 that cannot be said.`,
		Example: console.Indented("onvy-contract again F1 report.json", "onvy-contract again F1 report.json --script | sh"),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return console.Usage(cmd, "again takes a cause, such as F1, and a JSON report")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return runAgain(cmd, a, &live, script, args[0], args[1])
		},
	}
	cmd.Flags().BoolVar(&script, "script", false, "print the curl lines that show the cause, and send nothing")
	// The report says what to run, and the terminal what came of it.
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVar(&live.output.Quiet, "quiet", false, "show no progress bar")
	console.Group(cmd.Flags(), "Server", live.registerServer)
	console.Group(cmd.Flags(), "Limits", live.registerLimits)
	return cmd
}

// runAgain sees whether a cause of a report file is still so.
func runAgain(cmd *cobra.Command, a *console.App, live *liveFlags, script bool, id, name string) error {
	if err := live.check(); err != nil {
		return err
	}
	old, err := outputs.ReadReport(name)
	if err != nil {
		return err
	}
	cause, err := causeOf(old, id)
	switch {
	case err != nil:
		return err
	case script && cause.Script() == "":
		return fmt.Errorf("the report has no script for %s", cause.ID)
	case script:
		_, err = io.WriteString(a.Stdout, console.Script(a, cause.Script()))
		return err
	}
	spec, err := a.Spec()
	if err != nil {
		return err
	}
	if spec.SHA256() != old.Spec {
		return fmt.Errorf("%s is about another openapi.yaml; name it with --spec, or create the report again", name)
	}
	_, found, err := liveTarget(a, live)
	switch {
	case err != nil:
		return err
	case !found && !live.sandbox && old.Kind != contract.Sandbox:
		return fmt.Errorf("the report is about %s, and no ONVY_* variables and no flags name a server", old.Target)
	}
	steps, err := againSteps(cmd.Context(), a, live, old, cause)
	if err != nil {
		return err
	}
	return sayAgain(a, cmd, spec, live, old, cause, steps)
}

// againSteps sends the steps of a cause.
func againSteps(ctx context.Context, a *console.App, live *liveFlags, old *contract.Report, cause *contract.Cause) (*played, error) {
	text, err := a.SpecText()
	if err != nil {
		return nil, err
	}
	target, found, end, err := reachable(a, live)
	if err != nil {
		return nil, err
	}
	defer end()
	switch {
	case !found && old.Kind == contract.Server:
		a.Note("The report is about %s; this is the embedded sandbox.", old.Target)
	case !found && !live.sandbox:
		a.Note("The report is about the embedded sandbox, and no ONVY_* variables and no flags name a server: this is the sandbox again.")
	case found && old.Kind == contract.Server && strings.TrimRight(target.BaseURL, "/") != old.Target:
		a.Note("The report is about %s; this is %s.", old.Target, target.BaseURL)
	}
	live.sandbox = live.sandbox || !found // which has been said
	return playSteps(ctx, text, target, live.options, old, cause)
}

// sayAgain says what came of the steps of a cause. Where they do not show it, its
// cases run, and all cases where these do not show it either and others can.
func sayAgain(a *console.App, cmd *cobra.Command, spec *contract.Spec, live *liveFlags, old *contract.Report, cause *contract.Cause, steps *played) error {
	switch {
	case steps.still:
		return stillSo(a, cause, cause, "its steps")
	case cmd.Context().Err() != nil:
		return fmt.Errorf("whether %s is still so cannot be said: interrupted", cause.ID)
	case steps.down:
		return fmt.Errorf("whether %s is still so cannot be said: %s", cause.ID, steps.why)
	}
	cases := casesOf(cause)
	switch {
	case old.Kind == contract.Recordings && steps.lines == nil:
		return fmt.Errorf("whether %s is still so cannot be said: %s, and a report about recordings has no cases; --script writes curl lines", cause.ID, steps.why)
	case old.Kind == contract.Recordings:
		return gone(a, cause, steps, "")
	case len(cases) == 0:
		return fmt.Errorf("whether %s is still so cannot be said: %s, and the report does not say which case found it", cause.ID, steps.why)
	}
	live.options.Seed = old.Seed
	ran := strings.Join(cases, ", ")
	for _, expression := range []string{"^(" + quotedAll(cases) + ")$", ""} {
		live.options.Run = expression
		r, err := runLive(cmd.Context(), a, spec, live, nil)
		if err != nil {
			return err
		}
		if now := sameCause(r, cause); now != nil {
			return stillSo(a, cause, now, "its cases ("+steps.missed()+")")
		}
		if s := r.Summary; s.Errors+s.NotRun > 0 || s.Passed+s.Failed == 0 {
			return fmt.Errorf("whether %s is still so cannot be said: %s", cause.ID, whyNot(r))
		}
		if !together(cause) {
			break
		}
		ran = "all of them"
	}
	return gone(a, cause, steps, fmt.Sprintf("its cases, with seed %d: nothing of the kind (%s)", old.Seed, ran))
}

// stillSo says that a cause is still so, as it was found now.
func stillSo(a *console.App, cause, now *contract.Cause, by string) error {
	_, err := fmt.Fprintf(a.Log(a.Stdout), "%s still so, by %s: %s\n", cause.ID, by, report.Line(now))
	_, scriptErr := io.WriteString(a.Stdout, console.Script(a, now.Script()))
	return errors.Join(err, scriptErr, console.Exit(1))
}

// gone says that a cause was not seen again, and what is different.
func gone(a *console.App, cause *contract.Cause, steps *played, cases string) error {
	text := fmt.Sprintf("%s not seen again: %s\n", cause.ID, report.Line(cause))
	for _, line := range steps.lines {
		text += "    its steps: " + line + "\n"
	}
	if steps.lines == nil {
		text += "    its steps: not sent, or not to the end: " + mask.Printable(steps.why) + "\n"
	}
	if cases != "" {
		text += "    " + cases + "\n"
	}
	_, err := io.WriteString(a.Log(a.Stdout), text)
	return err
}

// casesOf are the cases that found a cause.
func casesOf(cause *contract.Cause) (cases []string) {
	for _, f := range cause.Findings {
		if f.Exchange != "" && !slices.Contains(cases, f.Exchange) {
			cases = append(cases, f.Exchange)
		}
	}
	return cases
}

func quotedAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = regexp.QuoteMeta(name)
	}
	return strings.Join(quoted, "|")
}

// together reports whether other cases can show a cause than those that a report
// names: exchanges of several show it together, or several have shown it and the
// first one has its name there.
func together(c *contract.Cause) bool {
	r, _ := contract.RuleByID(c.Head().Rule)
	seen := 0
	for _, f := range c.Findings {
		seen += f.Count
	}
	return r.Kind == contract.KindHistory || r.Kind == contract.KindExchange && seen > len(c.Findings)
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
