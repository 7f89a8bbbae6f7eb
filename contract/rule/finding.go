package rule

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Level says how sure it is that the server is wrong.
type Level string

const (
	// Violation: the server contradicts a documented statement or a standard.
	Violation Level = "violation"
	// Assumption: the server contradicts what openapi.yaml assumes where the
	// public pages are silent. The server may be right; then openapi.yaml is to
	// be corrected.
	Assumption Level = "assumption"
	// Drift: the server does something that openapi.yaml does not mention.
	Drift Level = "drift"
)

// Rank is 0 for a violation, 1 for an assumption, 2 for drift and -1 for what is
// no level: the lower, the surer.
func (l Level) Rank() int { return slices.Index([]Level{Violation, Assumption, Drift}, l) }

// Finding is one thing that is not as the contract says. It never holds a
// secret or a value of a person: types, shapes, places and counts, and values
// that the suite made up itself; Steps, Expected and Actual of recorded traffic
// have pseudonyms.
type Finding struct {
	Rule      string `json:"rule"`                // stable id, as in [contract.Rules]
	Level     Level  `json:"level"`               // violation, assumption or drift
	Operation string `json:"operation,omitempty"` // operationId, "" where none matched
	Status    int    `json:"status,omitempty"`    // HTTP status of the response, 0 where none came
	Pointer   string `json:"pointer,omitempty"`   // JSON pointer into the body, with "*" for array indexes
	Message   string `json:"message"`             // what was wrong, and what was expected
	Spec      string `json:"spec,omitempty"`      // "openapi.yaml:411:9"
	Source    string `json:"source"`              // the page or clause that makes it wrong
	Curl      string `json:"curl,omitempty"`      // a shell script that shows it again; secrets are the ONVY_* variables
	Count     int    `json:"count"`               // how often it was seen
	Exchange  string `json:"exchange,omitempty"`  // the Name of the first exchange that shows it

	Expected string `json:"expected,omitempty"` // what was due at Pointer, where one value was
	Actual   string `json:"actual,omitempty"`   // what was there
	// Steps are the exchanges that show it, the last one being that which is
	// wrong. Only the first finding of those that are equal has them.
	Steps []Step `json:"steps,omitempty"`
	// Follows is the fingerprint of the finding of which this one is a
	// consequence: a value that was not readable cannot be the same.
	Follows string `json:"follows,omitempty"`
	// Fingerprint names the finding over runs: it depends on rule, operation,
	// status and pointer, and on no line, count, host or text.
	Fingerprint string `json:"fingerprint,omitempty"`
	// Waived is why the finding is accepted for now; "" if it is not.
	Waived string `json:"waived,omitempty"`
	// New says that a report that was compared with does not have the finding.
	New bool `json:"new,omitempty"`

	At string `json:"-"` // Pointer with the indexes of arrays
}

// FindingKey is what makes two findings the same.
type FindingKey struct {
	rule, operation, pointer, message, spec, source string
	level                                           Level
	status                                          int
}

// Key is what makes two findings the same.
func (f *Finding) Key() FindingKey {
	return FindingKey{f.Rule, f.Operation, f.Pointer, f.Message, f.Spec, f.Source, f.Level, f.Status}
}

// Print returns the Fingerprint of a finding, computed from its parts.
func (f *Finding) Print() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{f.Rule, f.Operation, strconv.Itoa(f.Status), f.Pointer}, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// Fold joins equal findings: the first keeps its place, Count adds up.
func Fold(findings []Finding) []Finding {
	fo := newFolder()
	for _, f := range findings {
		f.Count = max(f.Count, 1)
		fo.add(f)
	}
	return fo.findings
}

// folder is Fold, one finding at a time.
type folder struct {
	at       map[FindingKey]int
	findings []Finding
}

func newFolder() *folder { return &folder{at: make(map[FindingKey]int)} }

// add reports whether the finding is the first of its kind.
func (fo *folder) add(f Finding) bool {
	if i, ok := fo.at[f.Key()]; ok {
		first := &fo.findings[i]
		first.Count += f.Count
		if first.Steps == nil && f.Steps != nil {
			first.Steps, first.Expected, first.Actual, first.Curl = f.Steps, f.Expected, f.Actual, f.Curl
		}
		return false
	}
	fo.at[f.Key()] = len(fo.findings)
	if f.Fingerprint == "" {
		f.Fingerprint = f.Print()
	}
	fo.findings = append(fo.findings, f)
	return true
}

// String writes a finding in a few lines, as a test log shows it.
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", f.Level, f.Message)
	if f.Pointer != "" {
		fmt.Fprintf(&b, " (at %s)", f.Pointer)
	}
	if f.Count > 1 {
		fmt.Fprintf(&b, " ×%d", f.Count)
	}
	fmt.Fprintf(&b, "\n    rule %s, by %s", f.Rule, f.Source)
	if f.Operation != "" {
		fmt.Fprintf(&b, "\n    %s", f.Operation)
		if f.Status != 0 {
			fmt.Fprintf(&b, " answered %d", f.Status)
		}
		if f.Spec != "" {
			fmt.Fprintf(&b, ", see %s", f.Spec)
		}
	}
	if f.Curl != "" {
		fmt.Fprintf(&b, "\n    %s", f.Curl)
	}
	return b.String()
}
