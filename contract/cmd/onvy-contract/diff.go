package main

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/outputs"
	"github.com/onvy-health/onvy-go/contract/internal/baseline"
	"github.com/onvy-health/onvy-go/contract/report"
)

func diffCommand(a *console.App) *cobra.Command {
	return &cobra.Command{
		Annotations: console.NoSpec,
		Use:         "diff OLD.json NEW.json",
		Short:       "Say what is new, gone and still there between two reports",
		Long: `Compares two reports of --json by the fingerprints of their findings, which depend on
no line, count, host or text. What got worse counts as new.

Exit status: 0 nothing is new, 1 something is that is not waived, 2 a report
cannot be read.`,
		Example: console.Indented("onvy-contract diff yesterday.json report.json"),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return console.Usage(cmd, "diff takes two reports")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.RefuseSpec(cmd, "the reports say which they are about"); err != nil {
				return err
			}
			old, err := outputs.ReadReport(args[0])
			if err != nil {
				return err
			}
			now, err := outputs.ReadReport(args[1])
			if err != nil {
				return err
			}
			if old.Spec != now.Spec {
				a.Note("The reports are of different openapi.yaml files.")
			}
			return writeDiff(a, baseline.Compare(old, now))
		},
	}
}

// writeDiff names causes: what is new, then what is gone. What is still there
// is counted.
func writeDiff(a *console.App, d baseline.Diff) error {
	out := bufio.NewWriter(a.Log(a.Stdout))
	status := 0
	for _, part := range []struct {
		name     string
		findings []contract.Finding
	}{{"new", d.New}, {"gone", d.Gone}} {
		r := &contract.Report{Findings: part.findings}
		for _, c := range r.Causes() {
			f := c.Head()
			if part.name == "new" && f.Waived == "" {
				status = 1
			}
			// The bufio.Writer keeps the first error, and Flush returns it.
			_, _ = fmt.Fprintf(out, "%-4s  %s\n", part.name, report.Line(c))
			for _, follower := range c.Follows {
				_, _ = fmt.Fprintf(out, "%-4s    follows: %s\n", part.name, report.Line(follower))
			}
		}
	}
	_, _ = fmt.Fprintln(out, strings.Join([]string{
		fmt.Sprintf("%d new", len(d.New)), fmt.Sprintf("%d gone", len(d.Gone)), fmt.Sprintf("%d still there", len(d.Still)),
	}, ", "))
	if err := out.Flush(); err != nil {
		return err
	}
	if status != 0 {
		return console.Exit(status)
	}
	return nil
}
