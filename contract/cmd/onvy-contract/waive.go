package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/outputs"
	"github.com/onvy-health/onvy-go/contract/internal/atomicfile"
	"github.com/onvy-health/onvy-go/contract/internal/near"
	"github.com/onvy-health/onvy-go/contract/internal/waivers"
)

func waiveCommand(a *console.App) *cobra.Command {
	var why, until, ticket, file string
	cmd := &cobra.Command{
		Annotations: console.NoSpec,
		Use:         "waive CAUSE [REPORT.json]",
		Short:       "Accept a cause of a report for a while",
		Long: `Adds a cause of a JSON report to contract-waivers.yaml, together with what follows
from it. run, replay, proxy and merge read that file and do not fail because of
what is in it. An entry that has expired fails the run, and so does one that
matches nothing although the run looked for it.

REPORT.json defaults to report.json in the working directory.`,
		Example: console.Indented("onvy-contract waive F2 --why 'mended in release 12' --ticket API-123 --until 2027-01-31"),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return console.Usage(cmd, "waive takes a cause, such as F2, and a report")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.RefuseSpec(cmd, "the report says which it is about"); err != nil {
				return err
			}
			day, err := checkWaiver(why, until)
			if err != nil {
				return err
			}
			name := "report.json"
			if len(args) == 2 {
				name = args[1]
			}
			r, err := outputs.ReadReport(name)
			if err != nil {
				return err
			}
			c, err := causeOf(r, args[0])
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			added := waivers.For(c, why, ticket, day)
			if len(added) == 0 {
				return fmt.Errorf("%s is waived already", c.ID)
			}
			if err := addWaivers(file, added); err != nil {
				return err
			}
			a.Note("%s (%s) is waived until %s: %d entries in %s", c.ID, c.Head().Rule, day, len(added), file)
			return nil
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&why, "why", "", "`REASON` why it is accepted (required)")
	cmd.Flags().StringVar(&until, "until", "", "last `DAY` on which it is accepted, such as 2027-01-31 (required)")
	cmd.Flags().StringVar(&ticket, "ticket", "", "`TICKET` that tracks the fix")
	cmd.Flags().StringVar(&file, "waivers", waivers.File, "add it to this `FILE`")
	return cmd
}

func checkWaiver(why, until string) (day waivers.Day, err error) {
	switch {
	case strings.TrimSpace(why) == "":
		return day, errors.New("--why is missing: why is it accepted?")
	case until == "":
		return day, errors.New("--until is missing: until when is it accepted?")
	}
	if day, err = waivers.ParseDay(until); err != nil {
		return day, fmt.Errorf("--until: %w", err)
	}
	if !time.Now().Before(day.AddDate(0, 0, 1)) {
		return day, fmt.Errorf("--until: %s is in the past", day)
	}
	return day, nil
}

// causeOf finds a cause by its id, also among those that follow from others.
func causeOf(r *contract.Report, id string) (*contract.Cause, error) {
	var ids []string
	for _, c := range r.Causes() {
		if strings.EqualFold(c.ID, id) {
			return c, nil
		}
		ids = append(ids, c.ID)
	}
	if len(ids) == 0 {
		return nil, errors.New("the report has no causes")
	}
	slices.Sort(ids)
	return nil, fmt.Errorf("the report has no cause of this name; it has %s%s", strings.Join(ids[:min(len(ids), 20)], ", "), near.DidYouMean(id, ids))
}

func addWaivers(name string, added []waivers.Waiver) error {
	text, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("--waivers: %w", err)
	}
	if text, err = waivers.Append(text, added); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	f, err := atomicfile.Create(name)
	if err != nil {
		return fmt.Errorf("--waivers: %w", err)
	}
	defer f.Discard() //nolint:errcheck // nothing is left after Commit
	if _, err := f.Write(text); err != nil {
		return fmt.Errorf("--waivers: %w", err)
	}
	return f.Commit()
}
