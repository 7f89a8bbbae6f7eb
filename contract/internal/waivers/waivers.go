// Package waivers reads and writes contract-waivers.yaml: what is known to be
// wrong, why it is accepted, and until when.
//
//   - rule: users/read-back
//     operation: updateUserPatch
//     pointer: /language
//     why: the language is stored by a nightly job
//     ticket: API-123
//     until: 2027-01-31
//
// A waiver holds until the end of its day, UTC. After that it fails the run, and
// so does one that matches nothing: a list of what is wrong stays true only if
// it has to.
package waivers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/near"
)

// File is the name that a command looks for.
const File = "contract-waivers.yaml"

// Waiver accepts findings for a while.
type Waiver struct {
	Rule      string `yaml:"rule"`
	Operation string `yaml:"operation,omitempty"` // operationId; "" for all
	Pointer   string `yaml:"pointer,omitempty"`   // as findings have it; "" for all
	Why       string `yaml:"why"`
	Ticket    string `yaml:"ticket,omitempty"`
	Until     Day    `yaml:"until"`

	line int
}

// Day is a date without a time.
type Day struct{ time.Time }

// ParseDay reads "2027-01-31".
func ParseDay(text string) (Day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Day{}, errors.New("write the date like 2027-01-31")
	}
	return Day{t}, nil
}

// String is the date as it is in the file.
func (d Day) String() string { return d.Format(time.DateOnly) }

// MarshalYAML writes a date without quotes and without a time.
func (d Day) MarshalYAML() (any, error) {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!timestamp", Value: d.String()}, nil
}

// UnmarshalYAML reads a date.
func (d *Day) UnmarshalYAML(n *yaml.Node) (err error) {
	*d, err = ParseDay(n.Value)
	return err
}

// mostBytes is far more than anybody accepts by hand.
const mostBytes = 4 << 20

// Read reads a file of waivers. Its errors name the line.
func Read(r io.Reader) ([]Waiver, error) {
	text, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > mostBytes {
		return nil, errors.New("the file has more than 4 MiB")
	}
	var nodes []yaml.Node
	if err := yaml.Unmarshal(text, &nodes); err != nil {
		return nil, fmt.Errorf("the file is not a list of waivers: %w", firstLine(err))
	}
	var all []Waiver
	for i := range nodes {
		w, err := decode(&nodes[i])
		if err == nil {
			err = w.check()
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", nodes[i].Line, err)
		}
		w.line = nodes[i].Line
		all = append(all, w)
	}
	return all, nil
}

func firstLine(err error) error {
	text := strings.Join(strings.Fields(strings.TrimPrefix(err.Error(), "yaml: ")), " ")
	return errors.New(text)
}

// decode reads one entry and refuses keys that there are not: a misspelled
// "operation" would accept what nobody meant.
func decode(n *yaml.Node) (w Waiver, err error) {
	if n.Kind != yaml.MappingNode {
		return w, errors.New("an entry is not a mapping of rule, why and until")
	}
	for i := 0; i < len(n.Content); i += 2 {
		switch key := n.Content[i].Value; key {
		case "rule", "operation", "pointer", "why", "ticket", "until":
		default:
			return w, fmt.Errorf("there is no key %q; there are rule, operation, pointer, why, ticket and until", key)
		}
	}
	if err := n.Decode(&w); err != nil {
		return w, firstLine(err)
	}
	return w, nil
}

func (w *Waiver) check() error {
	switch {
	case w.Rule == "":
		return errors.New("a waiver names no rule")
	case !known(w.Rule):
		return fmt.Errorf("there is no rule %q%s", w.Rule, near.DidYouMean(w.Rule, ruleIDs()))
	case strings.TrimSpace(w.Why) == "":
		return errors.New("a waiver has no why")
	case w.Until.IsZero():
		return errors.New("a waiver has no until")
	}
	return nil
}

// known reports whether there may be a rule of an id: one of the suite, or one of
// somebody's own, whose family the suite does not have.
func known(id string) bool {
	if _, ok := contract.RuleByID(id); ok {
		return true
	}
	family, name, _ := strings.Cut(id, "/")
	return name != "" && !slices.ContainsFunc(ruleIDs(), func(known string) bool { return strings.HasPrefix(known, family+"/") }) &&
		near.DidYouMean(id, ruleIDs()) == ""
}

func ruleIDs() (ids []string) {
	for _, r := range contract.Rules() {
		ids = append(ids, r.ID)
	}
	return ids
}

// text is a waiver as an entry of the file.
func (w *Waiver) text() ([]byte, error) {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode([]Waiver{*w}); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

// intro begins a file that was not there.
const intro = `# What is known to be wrong and accepted for now. An entry that has expired and
# one that matches nothing fail the run.
`

// Append adds entries to the text of a file, the rest of which stays as it is.
func Append(file []byte, added []Waiver) ([]byte, error) {
	if len(bytes.TrimSpace(file)) == 0 {
		file = []byte(intro)
	}
	out := slices.Clone(file)
	if out[len(out)-1] != '\n' {
		out = append(out, '\n')
	}
	for i := range added {
		text, err := added[i].text()
		if err != nil {
			return nil, err
		}
		out = append(out, text...)
	}
	if _, err := Read(bytes.NewReader(out)); err != nil {
		return nil, fmt.Errorf("entries cannot be added to this file: %w", err)
	}
	return out, nil
}
