package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report"
)

func (a *app) rulesCommand() *cobra.Command {
	var markdown, asJSON bool
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules that are checked",
		Long:  "Lists every rule: its id, level and source, and what must hold.",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.specFile != "" {
				return errors.New("rules takes no --spec: the rules are those of the program, whatever is checked")
			}
			rules := contract.Rules()
			switch {
			case markdown && asJSON:
				return usage(cmd, "--markdown and --json exclude each other")
			case markdown:
				return report.RulesMarkdown(a.stdout, rules)
			case asJSON:
				enc := json.NewEncoder(a.stdout)
				enc.SetIndent("", "  ")
				enc.SetEscapeHTML(false)
				return enc.Encode(rules)
			}
			w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
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
