package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/traffic"
)

// shardKeyVariable has the key of the digests.
const shardKeyVariable = "ONVY_SHARD_KEY"

func shardCommand(a *console.App) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "shard",
		Short: "Replay archives on many machines: map, then reduce, then merge",
		Long: `Spreads a replay over whatever sorts and groups lines: GNU sort, Spark, Hadoop
streaming.

  onvy-contract shard map      recordings in, lines out
  (sort)                       by the bytes of the lines, one partition together
  onvy-contract shard reduce   sorted lines of whole partitions in, a partial report out
  onvy-contract merge          partial reports in, the report out

Each step reads and writes only what is named here, and may be repeated. Lines
hold keyed digests of ids, tokens and values; the key is 32 hexadecimal digits in
` + shardKeyVariable + `, the same for all steps: openssl rand -hex 16`,
		Example: console.Indented(
			"export "+shardKeyVariable+"=$(openssl rand -hex 16)",
			"onvy-contract shard map gateway/*.jsonl.zst | LC_ALL=C sort | onvy-contract shard reduce >part.json",
			"onvy-contract merge part.json",
		),
		Args: console.CommandMissing,
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	cmd.AddCommand(shardMapCommand(a), shardReduceCommand(a))
	return cmd
}

func shardOptions(set *pflag.FlagSet, o *contract.ShardOptions) {
	set.SortFlags = false
	set.BoolVar(&o.Complete, "complete", false, "the recordings have every write, by anybody")
	console.RuleFlags(set, &o.OnlyRules, &o.SkipRules)
}

// shardKey reads the key and the spec, and looks at what both steps were told.
func shardKey(a *console.App, o *contract.ShardOptions) (*contract.Spec, error) {
	text := a.Getenv(shardKeyVariable)
	key, err := hex.DecodeString(strings.TrimSpace(text))
	switch {
	case text == "":
		return nil, fmt.Errorf("%s is not set: it is to be 32 hexadecimal digits, the same for all steps (openssl rand -hex 16)", shardKeyVariable)
	case err != nil || len(key) != contract.ShardKeySize:
		return nil, fmt.Errorf("%s is not 32 hexadecimal digits", shardKeyVariable)
	}
	copy(o.Key[:], key)
	o.Version = console.Version()
	return a.SpecFor(o.OnlyRules, o.SkipRules)
}

func shardMapCommand(a *console.App) *cobra.Command {
	var o contract.ShardOptions
	cmd := &cobra.Command{
		Use:   "map [FILE...]",
		Short: "Check exchanges, and write what the history needs as lines",
		RunE: func(cmd *cobra.Command, args []string) error {
			spendMemory()
			spec, err := shardKey(a, &o)
			if err != nil {
				return err
			}
			if o.Partitions < 1 || o.Partitions > 999_999 {
				return errors.New("--partitions is to be from 1 to 999999")
			}
			if o.Slow <= 0 {
				return errors.New("--slow must be more than 0")
			}
			if len(args) == 0 {
				args = []string{"-"}
			}
			names, err := traffic.Recordings(args)
			if err != nil {
				return err
			}
			opened := traffic.OpenAll(a, names)
			defer opened.Close()
			for i := range names {
				if names[i] == "-" {
					opened.Recordings[i].Name = a.StdinName
				}
			}
			w := bufio.NewWriterSize(a.Stdout, 1<<20)
			if err := spec.MapShard(cmd.Context(), opened.Recordings, o, func(line []byte) error {
				_, err := w.Write(line)
				return err
			}); err != nil {
				return err
			}
			return w.Flush()
		},
	}
	shardOptions(cmd.Flags(), &o)
	cmd.Flags().StringVar(&a.StdinName, "name", "-", "`NAME` of standard input in findings")
	cmd.Flags().IntVar(&o.Partitions, "partitions", 1, "spread users over `N` partitions")
	cmd.Flags().StringSliceVar(&o.Hosts, "host", nil, "a `HOST` that is this API too, beside those of openapi.yaml and loopback; may be repeated")
	cmd.Flags().StringVar(&o.BasePath, "base-path", "", "`PATH` of the API at its hosts, if it is not at the root")
	cmd.Flags().DurationVar(&o.Slow, "slow", 2*time.Second, "report an answer that took longer than this `DURATION`")
	return cmd
}

func shardReduceCommand(a *console.App) *cobra.Command {
	var o contract.ShardOptions
	cmd := &cobra.Command{
		Use:   "reduce",
		Short: "Hold the lines of whole partitions, sorted, from standard input against each other",
		Args:  console.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			spendMemory()
			spec, err := shardKey(a, &o)
			if err != nil {
				return err
			}
			p, err := spec.ReduceShard(linesOf(a.Stdin), o)
			if err != nil {
				return err
			}
			return json.NewEncoder(a.Stdout).Encode(p)
		},
	}
	shardOptions(cmd.Flags(), &o)
	return cmd
}

// linesOf yields lines with their ends.
func linesOf(r io.Reader) func(func([]byte, error) bool) {
	return func(yield func([]byte, error) bool) {
		b := bufio.NewReaderSize(r, 1<<20)
		for {
			line, err := b.ReadBytes('\n')
			if err == io.EOF && len(line) > 0 {
				err = errors.New("it is cut off")
			}
			if err == io.EOF || !yield(line, err) || err != nil {
				return
			}
		}
	}
}
