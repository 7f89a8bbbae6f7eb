package outputs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/baseline"
	"github.com/onvy-health/onvy-go/contract/internal/waivers"
)

// judgeFlags say what fails a run.
type judgeFlags struct {
	waivers, failOn, baseline string
	set                       *pflag.FlagSet
}

func (f *judgeFlags) register(set *pflag.FlagSet) {
	f.set = set
	set.StringVar(&f.waivers, "waivers", waivers.File, "`FILE` of known deviations, read if it is there; \"\" for none")
	set.StringVar(&f.failOn, "fail-on", "violation", "`LEVELS` that fail the run: violation, assumption, drift; with new, only what --baseline does not have")
	set.StringVar(&f.baseline, "baseline", "", "JSON report `FILE` to compare with: what it has is not new")
}

// judge is what the flags ask for, read before anything runs.
type judge struct {
	waivers  []waivers.Waiver
	given    bool // the file of waivers was named
	found    bool
	failOn   []contract.Level
	newOnly  bool
	baseline *contract.Report
}

func (f *judgeFlags) open() (*judge, error) {
	j := &judge{given: f.set != nil && f.set.Changed("waivers")}
	if err := j.parse(f.failOn); err != nil {
		return nil, err
	}
	var err error
	switch {
	case f.baseline != "":
		if j.baseline, err = ReadReport(f.baseline); err != nil {
			return nil, fmt.Errorf("--baseline: %w", err)
		}
	case j.newOnly:
		return nil, errors.New("--fail-on new needs --baseline FILE, the report that says what is not new")
	}
	if f.waivers == "" {
		return j, nil
	}
	file, err := os.Open(f.waivers)
	if errors.Is(err, fs.ErrNotExist) && !j.given {
		return j, nil
	}
	if err != nil {
		return nil, fmt.Errorf("--waivers: %w", err)
	}
	defer file.Close() //nolint:errcheck // it is only read
	if j.waivers, err = waivers.Read(file); err != nil {
		return nil, fmt.Errorf("%s: %w", f.waivers, err)
	}
	j.found = true
	return j, nil
}

func (j *judge) parse(failOn string) error {
	for word := range strings.SplitSeq(failOn, ",") {
		switch word = strings.TrimSpace(word); word {
		case "violation", "":
		case "assumption", "drift":
			j.failOn = append(j.failOn, contract.Level(word))
		case "new":
			j.newOnly = true
		default:
			return fmt.Errorf("--fail-on: unknown word %q; it takes violation, assumption, drift and new", word)
		}
	}
	return nil
}

// settle applies it to a report. The file that was not named is about servers
// and recordings, not about the embedded sandbox.
func (j *judge) settle(r *contract.Report) {
	if j.baseline != nil {
		baseline.Mark(r, j.baseline)
	}
	r.FailOn, r.NewOnly = j.failOn, j.newOnly
	if j.found && (j.given || r.Kind != contract.Sandbox) {
		waivers.Apply(r, j.waivers, time.Now())
	}
	r.Settle()
}
