package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/outputs"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/traffic"
)

func mergeCommand(a *console.App) *cobra.Command {
	var output outputs.Flags
	var strict bool
	var partitions int
	cmd := &cobra.Command{
		Use:   "merge FILE...",
		Short: "Make one report of several: of shards, of runs, of machines",
		Long: `Merges partial reports of shard reduce, or JSON reports of run, replay and proxy,
into one report. The order of the files does not matter. Reports of another
openapi.yaml, set of rules or version are refused, and so are two partial reports of
the same partition: its findings would count twice.`,
		Example: console.Indented(
			"onvy-contract merge --partitions 400 'partial-*.json'",
			"onvy-contract merge --junit report.xml shard-1.json shard-2.json",
		),
		Args: console.Some("report"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if partitions < 0 {
				return console.Usage(cmd, "--partitions must be more than 0")
			}
			names, err := traffic.Recordings(args)
			if err != nil {
				return err
			}
			r, err := mergeFiles(names, strict, partitions)
			if err != nil {
				return err
			}
			out, err := output.Open(a)
			if err != nil {
				return err
			}
			defer out.Discard()
			return out.Finish(r)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().BoolVar(&strict, "strict", false, "let assumptions and drift fail it too")
	cmd.Flags().IntVar(&partitions, "partitions", 0, "fail unless all `N` partitions are there")
	output.Register(cmd.Flags())
	return cmd
}

// mergeFiles merges reports of one kind.
func mergeFiles(names []string, strict bool, partitions int) (*contract.Report, error) {
	var partial contract.Partial
	var whole *contract.Report
	for _, name := range names {
		p, r, err := readMerged(name)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s: %w", name, err)
		case p != nil && whole != nil, r != nil && partial.Format != 0:
			return nil, fmt.Errorf("%s: partial reports and reports do not mix", name)
		case p != nil:
			err = partial.Merge(p)
		case whole == nil:
			whole = r
		default:
			err = whole.Merge(r)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if whole != nil && partitions != 0 {
		return nil, errors.New("--partitions is about partial reports, and these are whole ones")
	}
	if whole != nil {
		whole.Strict = whole.Strict || strict
		return whole, nil
	}
	if partitions > 0 && partial.Of > 0 && partitions != partial.Of {
		return nil, fmt.Errorf("--partitions: the reports are of %d partitions, not of %d", partial.Of, partitions)
	}
	if missing := partial.Missing(partitions); len(missing) > 0 {
		return nil, fmt.Errorf("%d of %d partitions are missing, the first is %d", len(missing), partitions, missing[0])
	}
	r := partial.Report(strict)
	if len(partial.Missing(partial.Of)) > 0 || partial.Of == 0 {
		r.Part = []string{fmt.Sprintf("%d of %d partitions", len(partial.Partitions), partial.Of)}
	}
	return r, nil
}

func readMerged(name string) (*contract.Partial, *contract.Report, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		var path *os.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return nil, nil, err
	}
	var kind struct {
		Partial int     `json:"partial"`
		Target  *string `json:"target"`
		Spec    string  `json:"spec"`
	}
	if json.Unmarshal(text, &kind) != nil {
		return nil, nil, errors.New("not a report")
	}
	switch {
	case kind.Partial != 0:
		p, err := contract.ReadPartial(bytes.NewReader(text))
		return p, nil, err
	case kind.Target == nil || kind.Spec == "":
		return nil, nil, errors.New("not a report")
	}
	r, err := outputs.ParseReport(text)
	return nil, r, err
}
