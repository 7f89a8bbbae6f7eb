// Package ruletest holds rules against their examples: see package example.
package ruletest

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"testing"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/internal/example"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Judge says what is wrong with the exchanges of an example.
type Judge func(s *pass.Spec, xs []*wire.Exchange) []rule.Finding

// Run reads the examples of rules, a file each, and holds them against the judges.
// The first one has to report what is bad by the rule of the file, and by no other
// than those that the example names; none may report what is good by any other than
// those. A rule without a file, and a file without a rule, are errors.
func Run(t *testing.T, examples fs.FS, rules []rule.Rule, judges ...Judge) {
	ids := make([]string, len(rules))
	for i, r := range rules {
		ids[i] = r.ID
	}
	files, err := example.ReadAll(examples, ids)
	if err != nil {
		t.Error(err)
	}
	shipped, err := pass.Load(onvy.Spec)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		t.Run(f.Rule, func(t *testing.T) {
			spec := shipped
			if f.Spec != nil {
				if spec, err = pass.Load(f.Spec); err != nil {
					t.Fatalf("%s: %v", example.Path(examples, f.Rule), err)
				}
			}
			for _, err := range problems(spec, f, rules, judges) {
				t.Error(err)
			}
		})
	}
}

// problems are the examples of a file that the judges see otherwise.
func problems(s *pass.Spec, f *example.File, rules []rule.Rule, judges []Judge) (all []error) {
	for i, e := range f.Bad {
		findings := judges[0](s, e.Exchanges)
		want := slices.Sorted(slices.Values(append([]string{f.Rule}, e.Also...)))
		if got := rulesOf(findings); !slices.Equal(got, want) {
			all = append(all, fmt.Errorf("%s: bad %d is reported by %q, not by %q:\n%s", f.Rule, i+1, got, want, e.Text))
		}
		for _, finding := range findings {
			if what := incomplete(&finding, rules); what != "" {
				all = append(all, fmt.Errorf("%s: bad %d: %s:\n%s", f.Rule, i+1, what, finding))
			}
		}
	}
	for i, e := range f.Good {
		for n, judge := range judges {
			if got := rulesOf(judge(s, e.Exchanges)); !slices.Equal(got, e.Also) {
				all = append(all, fmt.Errorf("%s: good %d is reported by %q, not by %q, by judge %d:\n%s", f.Rule, i+1, got, e.Also, n+1, e.Text))
			}
		}
	}
	return all
}

var place = regexp.MustCompile(`^openapi\.yaml:\d+:\d+$`)

// incomplete says what a finding lacks; "" for nothing. It says where, by what and
// at most as sure as its rule.
func incomplete(f *rule.Finding, rules []rule.Rule) string {
	i := slices.IndexFunc(rules, func(r rule.Rule) bool { return r.ID == f.Rule })
	switch {
	case i >= 0 && f.Level.Rank() < rules[i].Level.Rank():
		return "it is surer than its rule"
	case f.Message == "", f.Source == "", f.Exchange == "", f.Level.Rank() < 0:
		return "it has no message, source, exchange or level"
	case f.Count != 1:
		return "it counts more than one"
	case f.Operation != "" && !place.MatchString(f.Spec):
		return "it does not say where the spec says so"
	}
	return ""
}

// rulesOf are the ids of the rules of findings, sorted, each once.
func rulesOf(findings []rule.Finding) []string {
	ids := make(map[string]bool)
	for _, f := range findings {
		ids[f.Rule] = true
	}
	return slices.Sorted(maps.Keys(ids))
}
