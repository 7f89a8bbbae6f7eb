package main

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/internal/example"
	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/internal/history"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases"
	"github.com/onvy-health/onvy-go/contract/internal/near"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/rules"
	"github.com/onvy-health/onvy-go/contract/report"
)

func explainCommand(a *console.App) *cobra.Command {
	return &cobra.Command{
		Annotations: console.NoSpec,
		Use:         "explain RULE",
		Short:       "Say what a rule wants, where that is stated, and what breaks it",
		Example:     console.Indented("onvy-contract explain users/read-back"),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return console.Usage(cmd, "explain takes the id of one rule; onvy-contract rules lists them")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.RefuseSpec(cmd, "the rules are those of the program, whatever is checked"); err != nil {
				return err
			}
			if r, ok := contract.RuleByID(args[0]); ok {
				return explain(a, &r)
			}
			var ids []string
			for _, r := range contract.Rules() {
				ids = append(ids, r.ID)
			}
			return fmt.Errorf("there is no such rule%s; onvy-contract rules lists them", near.DidYouMean(args[0], ids))
		},
	}
}

func explain(a *console.App, r *contract.Rule) error {
	looks := map[contract.Kind]string{
		contract.KindExchange: "one exchange at a time, live and recorded",
		contract.KindHistory:  "what several exchanges say together, live and recorded",
		contract.KindProbe:    "traffic that the live suite makes for it",
	}
	means := map[contract.Level]string{
		contract.Violation:  "a documented statement or a standard is contradicted: it fails the run",
		contract.Assumption: "openapi.yaml assumes it where the public pages are silent: the server may be right",
		contract.Drift:      "nothing is contradicted: the server does something that is not mentioned",
	}
	shipped := shippedID(r.ID)
	var planted []string
	for _, f := range faults.All() {
		if f.Rule == shipped {
			planted = append(planted, fmt.Sprintf("           %s: %s", f.Name, f.Title))
		}
	}
	text := fmt.Sprintf("%s\n\n%s\n\nlevel      %s: %s\nsource     %s\nlooks at   %s\nbreaks it  %s\nholds it   %s\n",
		r.ID, r.Title, r.Level, means[r.Level], strings.TrimSpace(r.Source+"  "+report.SourcePage(r.Source)), looks[r.Kind], r.Breaks, r.Holds)
	tried, err := triedBy(r)
	if err != nil {
		return err
	}
	text += tried
	if len(planted) > 0 {
		text += "planted    faults of \"onvy-contract selftest\" that it has to find:\n" + strings.Join(planted, "\n") + "\n"
	}
	examples, err := examplesOf(r)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(a.Stdout, text+examples)
	return err
}

// builtIn is the built-in openapi.yaml, loaded once.
var builtIn = sync.OnceValues(func() (*pass.Spec, error) { return pass.Load(onvy.Spec) })

// triedBy names the cases of the suite that make the traffic of a probe rule; ""
// for any other rule.
func triedBy(r *contract.Rule) (string, error) {
	if r.Kind != contract.KindProbe {
		return "", nil
	}
	spec, err := builtIn()
	if err != nil {
		return "", err
	}
	var names []string
	for _, lc := range cases.All(spec) {
		if slices.ContainsFunc(lc.Rules, func(tried *contract.Rule) bool { return tried.ID == shippedID(r.ID) }) && !slices.Contains(names, lc.Name) {
			names = append(names, lc.Name)
		}
	}
	switch n := len(names); {
	case n == 0:
		return "tried by   every case\n", nil
	case n > 6: // one for each field
		names = append(names[:6], fmt.Sprintf("%d more", n-6))
	}
	return "tried by   " + strings.Join(names, ", ") + "\n", nil
}

// examplesOf are the first example of a rule that breaks it and the first that does
// not, as they stand in its file; "" for a rule that makes traffic of its own.
func examplesOf(r *contract.Rule) (string, error) {
	var files fs.FS
	folder := "contract/internal/rules/"
	switch r.Kind {
	case contract.KindExchange:
		files = rules.Examples
	case contract.KindHistory:
		files, folder = history.Examples, "contract/internal/history/"
	default:
		return "", nil
	}
	id := shippedID(r.ID)
	file, err := example.Read(files, id)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("examples   of %d that break it and %d that do not, in %s; the lines are marked as curl -v marks them\n\nbreaks it\n%s\nholds it\n%s",
		len(file.Bad), len(file.Good), folder+example.Path(files, id), shown(&file.Bad[0]), shown(&file.Good[0])), nil
}

// shippedID is the id that the rule of a resource has in the suite: the rules of
// users hold for every resource.
func shippedID(id string) string {
	if slices.ContainsFunc(contract.Rules(), func(known contract.Rule) bool { return known.ID == id }) {
		return id
	}
	_, name, _ := strings.Cut(id, "/")
	return "users/" + name
}

// What is shown of an example, in lines and characters.
const shownLines, shownWidth = 60, 300

func shown(e *example.Example) string {
	var b strings.Builder
	n := 0
	for line := range strings.Lines(e.Text + "\n") {
		if n++; n > shownLines {
			fmt.Fprintf(&b, "    … %s more\n", read.Plural(strings.Count(e.Text, "\n")+1-shownLines, "line"))
			break
		}
		if text := []rune(strings.TrimSuffix(line, "\n")); len(text) > shownWidth {
			line = string(text[:shownWidth]) + "…\n"
		}
		b.WriteString(strings.TrimRight("    "+line, " \n") + "\n")
	}
	return b.String()
}
