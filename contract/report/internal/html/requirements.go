package html

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/coverage"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/report/internal/spectext"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// requirementsView traces what is stated somewhere to what checks it.
type requirementsView struct {
	Text string
	Rows []requirementRow
}

type requirementRow struct {
	Source, Link, Asks, Rule, Chip, Says string
	Span                                 int // rows of this source; 0 for all but the first

	key string
}

// addRequirements lists every clause and page, the rules that check it, and
// what became of them in this run.
func addRequirements(p *page, r *contract.Report, spec *spectext.Text) {
	if r.Summary.Exchanges == 0 && len(r.Findings) == 0 {
		return
	}
	worst := worstByRule(r)
	v := &requirementsView{}
	counts := map[string]int{}
	for _, rule := range rulesOf(r, spec) {
		row := requirementRow{Asks: words.Visible(rule.Title), Rule: words.Visible(rule.ID)}
		row.from(rule.Source)
		switch f := worst[rule.ID]; {
		case f != nil && f.Waived != "":
			row.Says = "waived"
		case f != nil && f.Level == contract.Violation:
			row.Chip, row.Says = "violation", "broken"
		case f != nil:
			row.Chip, row.Says = words.Line(string(f.Level)), words.Line(string(f.Level))
		case untried(p, r, &rule):
			row.Says = "not tried"
		default:
			row.Chip, row.Says = "held", "held"
		}
		counts[row.Says]++
		v.Rows = append(v.Rows, row)
	}
	if spec != nil && p.Coverage != nil {
		v.addStatements(p, r, spec, counts)
	}
	slices.SortStableFunc(v.Rows, func(a, b requirementRow) int {
		return cmp.Or(cmp.Compare(standing(a.key), standing(b.key)), strings.Compare(a.key, b.key), strings.Compare(a.Rule, b.Rule))
	})
	for i := range v.Rows {
		first := slices.IndexFunc(v.Rows, func(row requirementRow) bool { return row.key == v.Rows[i].key })
		v.Rows[first].Span++
	}
	v.Text = fmt.Sprintf("Every page and clause that is checked, and what became of it: %d held, %d broken, %d not tried.",
		counts["held"], counts["broken"], counts["not tried"])
	p.Requirements = v
}

// rulesOf are the rules of the suite, for each resource of the spec, the user's
// own, and those that only findings name: of another spec or version.
func rulesOf(r *contract.Report, spec *spectext.Text) []contract.Rule {
	all := append(contract.Rules(), r.OwnRules...)
	if spec != nil {
		all = append(all, pass.OfResources(spec.API, all)...)
	}
	had := map[string]bool{}
	for i := range all {
		had[all[i].ID] = true
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if had[f.Rule] || len(had) > mostCauses {
			continue
		}
		had[f.Rule] = true
		all = append(all, words.RuleOf(r, f))
	}
	return all
}

func (row *requirementRow) from(source string) {
	row.key, row.Source, row.Link = source, words.SourceName(source), words.SourcePage(source)
	switch source {
	case "policy":
		row.Source = "this suite"
	case "assumed":
		row.Source = "assumed"
	}
}

// standing orders sources: the API's own pages, standards, and the rest.
func standing(source string) int {
	switch {
	case strings.HasPrefix(source, words.Docs), words.SourcePage(source) != "" && !strings.HasPrefix(source, "rfc"):
		return 0
	case strings.HasPrefix(source, "rfc"):
		return 1
	}
	return 2
}

// addStatements adds the operations, each as a statement of its page.
func (v *requirementsView) addStatements(p *page, r *contract.Report, spec *spectext.Text, counts map[string]int) {
	for i := range spec.Operations {
		o := &spec.Operations[i]
		row := requirementRow{Asks: o.Method + " " + o.Path + " is as documented", Rule: "schema/*, status/*, http/*"}
		source, _ := o.Spec.Extensions["x-onvy-source"].(string)
		row.from(cmp.Or(source, "api-reference"))
		switch level, found := worstAbout(r, o.ID); {
		case found && level == contract.Violation:
			row.Chip, row.Says = "violation", "broken"
		case found:
			row.Chip, row.Says = string(level), string(level)
		case p.Coverage.seen[o.ID] == 0:
			row.Says = "not tried"
		default:
			row.Chip, row.Says = "held", "held"
		}
		counts[row.Says]++
		v.Rows = append(v.Rows, row)
	}
}

// worstAbout is the highest level that schema, status and header rules have about
// an operation.
func worstAbout(r *contract.Report, operation string) (worst contract.Level, found bool) {
	for i := range r.Findings {
		f := &r.Findings[i]
		family, _, _ := strings.Cut(f.Rule, "/")
		if f.Operation != operation || family != "schema" && family != "status" && family != "http" {
			continue
		}
		if !found || f.Level.Rank() < worst.Rank() {
			worst, found = f.Level, true
		}
	}
	return worst, found
}

// untried reports whether a rule had nothing to look at: a law whose exchanges did
// not happen, a probe whose cases were not carried out, an exchange rule without an
// answer of its kind. Without coverage nothing is known of answers, and a run with
// exchanges is taken to have had them.
func untried(p *page, r *contract.Report, rule *contract.Rule) bool {
	switch {
	case rule.Kind == contract.KindProbe:
		family, _, _ := strings.Cut(rule.ID, "/")
		return !slices.ContainsFunc(r.Outcomes, func(o contract.Outcome) bool {
			ran := o.Status == contract.Pass || o.Status == contract.Fail
			return ran && (slices.Contains(o.Rules, rule.ID) || family == "operation" && r.Seed != 0)
		})
	case r.Summary.Exchanges == 0:
		return true
	case p.answers == nil:
		return false
	case rule.Kind == contract.KindHistory:
		return !triedLaw(p, rule.ID)
	}
	return !looked(p, rule.ID)
}

// lookAt are the answers, or the requests, that exchange rules look at: all of a
// family, or one.
var lookAt = map[string]string{
	"jwt": "token 2", "oauth": "token 2", "client": "token", "page": "list 2", "auth": protected + " 401",
	"auth/credentials-needed": string(coverage.NoToken), "auth/unauthenticated-status": string(coverage.NoToken), "auth/no-error-without-token": string(coverage.NoToken),
	"client/missing": string(coverage.NoClient), "oauth/error-code": "token 4", "oauth/basic-challenge": "token 401",
	"scope/challenge": protected + " 403", "scope/exceeded": string(coverage.LittleScope), "scope/granted": "token 2",
	"http/location": "create 2",
}

// protected is what takes an access token.
const protected = "protected"

// looked reports whether the run had an answer that an exchange rule looks at: of
// tokens, of lists, of a resource. Any other rule looks at all of them.
func looked(p *page, id string) bool {
	family, name, _ := strings.Cut(id, "/")
	answer := cmp.Or(lookAt[id], lookAt[family])
	if _, ok := contract.RuleByID("users/" + name); answer == "" && ok {
		answer = family + " 2"
	}
	return answer == "" || p.answers[answer] > 0
}
