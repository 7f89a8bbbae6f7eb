package main

import (
	"context"
	"fmt"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/again"
	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
)

// mostPlayed is how many findings of a cause are tried one by one.
const mostPlayed = 5

// played is what the steps of a cause have come to.
type played struct {
	still bool
	lines []string // the answers then and now, of each finding that was tried
	why   string   // the steps say nothing: the reason
	down  bool     // the server cannot be reached
}

// missed is why the steps do not say that a cause is still so.
func (p *played) missed() string {
	if p.lines != nil {
		return "its steps alone do not show it"
	}
	return "its steps say nothing: " + mask.Printable(p.why)
}

// playSteps sends the steps of the findings of a cause again, until one is there
// again.
func playSteps(ctx context.Context, specText []byte, target contract.Target, o contract.Options, old *contract.Report, cause *contract.Cause) (*played, error) {
	spec, err := pass.Load(specText)
	if err != nil {
		return nil, err
	}
	prints := map[string]bool{}
	for _, f := range cause.Findings {
		prints[f.Print()] = true
	}
	result := &played{why: "the report has no steps for it"}
	tried := 0
	for _, f := range cause.Findings {
		if len(f.Steps) == 0 || tried == mostPlayed {
			continue
		}
		tried++
		plan, err := again.NewPlan(spec, &target, f, old.Kind == contract.Recordings, o.MaxWait)
		if err != nil {
			result.why = err.Error()
			continue
		}
		seen, err := plan.Play(ctx, o, prints)
		switch {
		case err != nil:
			return nil, err
		case seen.Still:
			result.still = true
			return result, nil
		case seen.Error != "":
			result.why, result.down = seen.Error, seen.Down
			if seen.Down {
				return result, nil
			}
			continue
		}
		step := f.Steps[len(f.Steps)-1]
		result.lines = append(result.lines, mask.Printable(fmt.Sprintf("%s %s answered %s then, and %s now", step.Method, f.Operation, seen.Then, seen.Now)))
	}
	return result, nil
}
