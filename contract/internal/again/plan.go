package again

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Plan is what is to be sent for a finding.
type Plan struct {
	spec       *pass.Spec
	target     *run.Target
	finding    *rule.Finding
	recorded   bool
	maxWait    time.Duration
	statements []statement
	made       map[string]bool // ids that the script creates
	named      bool            // one of its requests is of the operation of the finding
}

// partial begins the line in which a script says that it is not all.
const partial = "# Not all of it can be made again: "

// NewPlan reads the script of a finding. Its error says why the script cannot be
// sent again as it stands; then nothing was sent. Recorded is for a finding of
// recordings, whose ids are pseudonyms.
func NewPlan(s *pass.Spec, t *run.Target, f *rule.Finding, recorded bool, maxWait time.Duration) (*Plan, error) {
	script := f.Curl
	if script == "" || len(f.Steps) == 0 {
		return nil, errors.New("the report has no script for it")
	}
	for line := range strings.Lines(script) {
		if why, ok := strings.CutPrefix(line, partial); ok && !recorded {
			return nil, errors.New(strings.TrimSuffix(strings.TrimSpace(why), "."))
		}
	}
	p := &Plan{spec: s, target: t, finding: f, recorded: recorded, maxWait: maxWait, made: map[string]bool{}}
	var err error
	if p.statements, err = parse(script); err != nil {
		return nil, err
	}
	return p, p.rehearse()
}

// variables are those that scripts take from the environment. A header of
// --header-file is sent with every request anyway.
func (p *Plan) variables() *values {
	v := map[string]string{
		"URL": base, "ONVY_HEADER_FILE": "", "ONVY_PROJECT_ID": p.target.Project.ID,
		"ONVY_CLIENT_ID": p.target.Project.ClientID, "ONVY_CLIENT_SECRET": p.target.Project.ClientSecret.Reveal(),
	}
	if id := p.target.IDToken.Reveal(); id != "" {
		v["ONVY_ID_TOKEN"] = id
	}
	if o := p.target.Other; o != nil {
		v["ONVY_OTHER_CLIENT_SECRET"] = o.ClientSecret.Reveal()
	}
	return &values{of: v}
}

// rehearse goes through all statements without sending anything.
func (p *Plan) rehearse() error {
	v, sent := p.variables(), false
	for _, s := range p.statements {
		a, err := actionOf(s, v)
		switch {
		case err != nil:
			return err
		case a.wait > p.maxWait:
			return fmt.Errorf("a token expires after %v, which is longer than --max-wait", a.wait)
		case a.wait > 0:
			continue
		}
		if err := p.allowed(a.request); err != nil {
			return err
		}
		p.named = p.named || p.about(a.request) && p.names(a.request)
		if a.keep != "" {
			v.of[a.keep] = "a.b.c"
			continue
		}
		sent = true
	}
	if !sent {
		return errors.New("its script sends nothing")
	}
	return nil
}

// ours begins the ids that runs of the suite create.
var ours = regexp.MustCompile(`(?i)^` + run.IDPrefix)

// allowed refuses what could change what is not of the suite: a report is a file
// of which nobody knows who has written it.
func (p *Plan) allowed(r live.Request) error {
	if r.Path == "" || r.Path[0] != '/' {
		return errForm
	}
	where, _, _ := strings.Cut(r.Path, "?")
	op, vars := p.spec.Match(r.Method, where)
	if op != nil && op.Token {
		return p.sameProject(vars)
	}
	if (r.Method == "GET" || r.Method == "HEAD" || r.Method == "TRACE" || r.Method == "OPTIONS") && !overridden(r.Header) {
		return p.known(op, vars)
	}
	switch plain, err := url.PathUnescape(where); {
	case err != nil, path.Clean(plain) != plain, op == nil && strings.Contains(plain, "/"+run.IDPrefix) != strings.Contains(plain, "/users/"):
		return errors.New("it writes to a path that can be read in more than one way")
	case op == nil:
		return nil
	}
	outer := outermost(op.API.Resource)
	if outer == nil || !outer.ClientKeys {
		return errors.New("it is about what the server gives ids to")
	}
	id := vars[outer.Param]
	if op.API.Resource == outer && op.API.Role == spec.Create {
		if id = idOf(r, outer.Key); id == "" && !p.recorded {
			return nil // the server has to refuse it
		}
		p.made[id] = true
	}
	switch {
	case id == "":
		return errors.New("the id of what it creates cannot be read")
	case p.recorded && len(id) < 6:
		return errors.New("the id of what it creates is too short to be told from other text")
	case p.recorded && !p.made[id]:
		return errors.New("the report does not have the request that created what it writes to")
	case !p.recorded && !ours.MatchString(id):
		return errors.New("it writes to what no run of this suite has created")
	}
	return nil
}

// outermost is what holds a resource, and is held by nothing: whoever may write to
// one may write to what it holds.
func outermost(r *spec.Resource) *spec.Resource {
	for r != nil && r.Parent != nil {
		r = r.Parent
	}
	return r
}

// known refuses to read what only a recording has seen.
func (p *Plan) known(op *pass.Operation, vars map[string]string) error {
	if !p.recorded || op == nil || op.API.Resource == nil {
		return nil
	}
	outer := outermost(op.API.Resource)
	if id, one := vars[outer.Param]; one && !p.made[id] {
		return errors.New("the report does not have the request that created what it reads")
	}
	return nil
}

// sameProject refuses the tokens of a project that the target does not have.
func (p *Plan) sameProject(vars map[string]string) error {
	id, named := vars["project_id"]
	switch {
	case !named, id == p.target.Project.ID, p.target.Other != nil && id == p.target.Other.ID:
		return nil
	case strings.Contains(p.finding.Rule, "project"), strings.HasPrefix(p.finding.Rule, "isolation/"):
		return nil // it may be meant
	}
	return errors.New("it is about another project than that of the target")
}

func overridden(h wire.Header) bool {
	for _, f := range h {
		if strings.Contains(strings.ToLower(f.Name), "override") {
			return true
		}
	}
	return false
}

// idOf is the id that a create has in its body.
func idOf(r live.Request, key string) string {
	value, _ := read.Value(r.Body)
	object, _ := value.(map[string]any)
	id, _ := object[key].(string)
	return id
}

// runOf is the part of an id that names the run.
var runOf = regexp.MustCompile(`(?i)\b` + run.IDPrefix + `([0-9a-z]{8,16}|again)_`)

// renamed gives the ids of a text to this run: those of the suite, and those that
// a recording has created.
func (p *Plan) renamed(text string, fresh func(old string) string) string {
	text = runOf.ReplaceAllStringFunc(text, func(old string) string {
		this := runOf.FindString(fresh(""))
		if old == strings.ToUpper(old) {
			this = strings.ToUpper(this)
		}
		return this
	})
	if !p.recorded {
		return text
	}
	var pairs []string
	// The longest first: one may begin as another one does.
	for _, id := range slices.SortedFunc(maps.Keys(p.made), func(a, b string) int { return len(b) - len(a) }) {
		pairs = append(pairs, read.EscapeSegment(id), fresh(id), id, fresh(id))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
