package outputs

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/internal/coverage"
)

// coverFlags ask for coverage, and for enough of it.
type coverFlags struct {
	file, min, baseline string
	added               []string
}

func (f *coverFlags) register(set *pflag.FlagSet) {
	set.StringVar(&f.file, "cover", "", "write what of openapi.yaml was exercised as JSON to `FILE`")
	set.StringArrayVar(&f.added, "cover-add", nil, "add what earlier runs exercised, from their --cover or --json `FILE`; may be repeated")
	set.StringVar(&f.min, "cover-min", "", "fail if coverage is below this `PERCENT`, such as documented=90,negative=60")
	set.StringVar(&f.baseline, "cover-baseline", "", "fail if a point that was hit in this `FILE` is no longer hit")
}

// cover is what the flags ask for, read before anything runs. nil asks for
// nothing.
type cover struct {
	app      *console.App
	file     *atomicFile
	added    []*coverage.Counts
	gate     coverage.Gate
	baseline *coverage.Counts
	points   []contract.CoveragePoint
}

func (f *coverFlags) open(a *console.App) (*cover, error) {
	if f.file == "" && f.min == "" && f.baseline == "" && len(f.added) == 0 {
		return nil, nil
	}
	spec, err := a.Spec()
	if err != nil {
		return nil, err
	}
	c := &cover{app: a, points: spec.CoveragePoints()}
	for _, name := range f.added {
		counts, err := readCounts(name)
		if err != nil {
			return nil, fmt.Errorf("--cover-add: %w", err)
		}
		if counts.Spec != spec.SHA256() {
			return nil, fmt.Errorf("--cover-add: %s is of another openapi.yaml, which has other points", name)
		}
		c.added = append(c.added, counts)
	}
	if f.min != "" {
		if c.gate, err = coverage.ParseGate(f.min); err != nil {
			return nil, fmt.Errorf("--cover-min: %w", err)
		}
	}
	if f.baseline != "" {
		if c.baseline, err = readCounts(f.baseline); err != nil {
			return nil, fmt.Errorf("--cover-baseline: %w", err)
		}
	}
	if f.file != "" {
		if c.file, err = createAtomic(f.file); err != nil {
			return nil, fmt.Errorf("--cover: %w", err)
		}
	}
	return c, nil
}

func readCounts(name string) (*coverage.Counts, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it is only read
	counts, err := coverage.Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return counts, nil
}

func (c *cover) discard() {
	if c != nil {
		c.file.discard()
	}
}

// add adds what earlier runs exercised to the report.
func (c *cover) add(r *contract.Report) error {
	if c == nil || len(c.added) == 0 {
		return nil
	}
	if r.Coverage == nil {
		return errors.New("--cover-add: this command counts no coverage")
	}
	for _, counts := range c.added {
		if err := r.Coverage.Merge(counts); err != nil {
			return fmt.Errorf("--cover-add: %w", err)
		}
	}
	return nil
}

func (c *cover) write(r *contract.Report) error {
	if c == nil {
		return nil
	}
	return c.file.commit(func(w io.Writer) error {
		if r.Coverage == nil {
			return errors.New("this command counts no coverage")
		}
		return r.Coverage.Write(w)
	})
}

// mostLost is how many points that were lost are named.
const mostLost = 10

// fails says what is below what was asked for, and reports whether anything is.
func (c *cover) fails(r *contract.Report) bool {
	if c == nil {
		return false
	}
	misses := c.gate.Misses(c.points, r.Coverage)
	for _, miss := range misses {
		c.app.Note("onvy-contract: %s", miss)
	}
	var lost []string
	if c.baseline != nil {
		lost = coverage.Lost(c.points, c.baseline, r.Coverage)
	}
	if len(lost) > 0 {
		c.app.Note("onvy-contract: %d points that were hit before are not hit any more:", len(lost))
		for _, id := range lost[:min(len(lost), mostLost)] {
			c.app.Note("  %s", id)
		}
		if rest := len(lost) - mostLost; rest > 0 {
			c.app.Note("  and %d more", rest)
		}
	}
	return len(misses)+len(lost) > 0
}
