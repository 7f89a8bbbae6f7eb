// Command verdicts measures what the suite says about things that are honest,
// and writes docs/verdicts.md: the sandbox over many seeds, several suites at
// once, servers of other stacks, and logs whole, split, disordered and lossy.
// It fails if there is a violation without a reason why it is true.
//
//	go run ./contract/internal/verdicts -matrix bin/selftest.txt -o docs/verdicts.md
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "verdicts:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	seeds := flag.Int("seeds", 20, "runs on the sandbox, each with a seed of its own")
	first := flag.Int("first", 1, "the first of these seeds")
	rounds := flag.Int("rounds", 3, "rounds of four suites at once on one server")
	matrix := flag.String("matrix", "", "`FILE` with the output of onvy-contract selftest, to be put beside")
	out := flag.String("o", "docs/verdicts.md", "`FILE` to write")
	flag.Parse()

	spec, err := contract.Load(onvy.Spec)
	if err != nil {
		return err
	}
	ledgers, err := os.MkdirTemp("", "onvy-verdicts-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(ledgers) }() // of servers that are gone
	j := &judge{spec: spec, ledgers: ledgers}
	err = errors.Join(
		j.sandbox(ctx, *first, *seeds),
		j.together(ctx, *rounds),
		j.outsiders(ctx),
		j.logs(ctx),
	)
	if err != nil {
		return err
	}
	var killed []byte
	if *matrix != "" {
		if killed, err = os.ReadFile(*matrix); err != nil {
			return err
		}
	}
	if err := os.WriteFile(*out, []byte(page(j.verdicts, string(killed))), 0o644); err != nil {
		return err
	}
	var wrong []string
	for _, v := range j.verdicts {
		wrong = append(wrong, v.unexplained()...)
	}
	if len(wrong) > 0 {
		return fmt.Errorf("violations without a reason:\n%s", strings.Join(wrong, "\n"))
	}
	return nil
}
