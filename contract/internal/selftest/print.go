package selftest

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Print writes a line about a result: verdict, name, class, its rule, and the
// other rules that spoke, or of a noisy one those that should not have. Without
// all, it writes only what is not as it should be.
func (r *Result) Print(w io.Writer, all bool) error {
	fine := r.Verdict == Killed || r.Verdict == Quiet
	if fine && !all {
		return nil
	}
	name := r.Fault.Name
	if name == "" {
		name = "(the clean sandbox)"
	}
	others := slices.DeleteFunc(slices.Clone(r.Rules), func(rule string) bool {
		return rule == r.Fault.Rule || r.Verdict == Noisy && r.Fault.Allows(rule)
	})
	line := fmt.Sprintf("%-8s  %-36s  %-10s  %-28s  %s", r.Verdict, name, r.Fault.Class, r.Fault.Rule, strings.Join(others, " "))
	_, err := fmt.Fprintln(w, strings.TrimRight(line, " "))
	return err
}

// Print writes what is to be said of all results together.
func (m *Matrix) Print(w io.Writer) error {
	for _, rule := range m.Unproven {
		if _, err := fmt.Fprintf(w, "unproven  no fault is for the rule %s\n", rule); err != nil {
			return err
		}
	}
	_, err := fmt.Fprint(w, m.summary())
	return err
}

func (m *Matrix) summary() string {
	var b strings.Builder
	n := len(m.Faults)
	rate := 100.0
	if n > 0 {
		rate = 100 * float64(m.Count(Killed)) / float64(n)
	}
	fmt.Fprintf(&b, "%d faults: %d killed by their own rule (%.1f %%), %d noisy, %d by another only, %d survived, %d broken\n",
		n, m.Count(Killed), rate, m.Count(Noisy), m.Count(Other), m.Count(Survived), m.Count(Broken))
	if again := m.Again(); again > 0 {
		fmt.Fprintf(&b, "%d of them took a second run\n", again)
	}
	if recorded := m.FromRecordings(); recorded > 0 {
		fmt.Fprintf(&b, "%d faults found from a recording of the run alone (%.1f %%)\n", recorded, 100*float64(recorded)/float64(n))
	}
	fmt.Fprintf(&b, "%d harmless variants and the clean sandbox: %d false alarms\n", len(m.Controls), m.FalseAlarms())
	fmt.Fprintf(&b, "%d rules without a fault\n", len(m.Unproven))
	if c := m.Clean.Report; c != nil {
		fmt.Fprintf(&b, "clean run: %d exchanges in %v\n", c.Summary.Exchanges, m.Clean.Duration.Round(time.Millisecond))
	}
	return b.String()
}
