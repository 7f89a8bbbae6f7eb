package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/report"
)

func rulesCommand(a *console.App) *cobra.Command {
	var markdown, asJSON bool
	cmd := &cobra.Command{
		Annotations: console.NoSpec,
		Use:         "rules",
		Short:       "List the rules that are checked",
		Long:        "Lists every rule: its id, level and source, and what must hold.",
		Args:        console.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.RefuseSpec(cmd, "the rules are those of the program, whatever is checked"); err != nil {
				return err
			}
			rules := contract.Rules()
			switch {
			case markdown && asJSON:
				return console.Usage(cmd, "--markdown and --json exclude each other")
			case markdown:
				return report.RulesMarkdown(a.Stdout, rules)
			case asJSON:
				enc := json.NewEncoder(a.Stdout)
				enc.SetIndent("", "  ")
				enc.SetEscapeHTML(false)
				return enc.Encode(rules)
			}
			w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
			for _, r := range rules {
				if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.ID, r.Kind, r.Level, r.Source, r.Title); err != nil {
					return err
				}
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&markdown, "markdown", false, "write the page contract/RULES.md")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write a JSON list")
	return cmd
}
