package cases

import (
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases/access"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases/resources"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases/users"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// All is the live suite for a spec, in the order of a reader: sign in, use,
// refuse.
func All(s *pass.Spec) []live.Case {
	if !s.SignsIn() || s.Users() == nil {
		return resourceCases(s) // it is of another API
	}
	return slices.Concat(writtenCases, resourceCases(s))
}

// writtenCases are those that are written by hand, for sign-in and users.
var writtenCases = slices.Concat(
	access.SignInCases,
	users.UserCases,
	users.ValueCases,
	access.ClientCases,
	access.GrantCases,
	access.BearerCases,
	access.ScopeCases,
	access.IsolationCases,
	users.InputCases,
	users.HTTPCases,
)

// resourceCases are those of any resource of the spec. What answers have to
// agree with those before is the business of the history.
func resourceCases(s *pass.Spec) (cases []live.Case) {
	for _, r := range s.API.Resources {
		add := func(can bool, name, why string, run func(*live.Probe, *spec.Resource), rules ...*rule.Rule) *live.Case {
			if !can || r.Create == nil {
				return new(live.Case)
			}
			cases = append(cases, live.Case{Name: name, Why: why, Rules: rules, Resource: r, Run: func(p *live.Probe) { run(p, r) }})
			return &cases[len(cases)-1]
		}
		add(true, r.Name+"/create", "a field that is lost at the start is lost for good", resources.CreateOne, users.HTTPLocationLeads)
		add(resources.RefusesTaken(r), r.Name+"/create-twice", "a second create must not overwrite a person's data", resources.CreateTwice, users.DuplicateStatus)
		add(true, r.Name+"/read-only", "an audit trail that clients can write is none", resources.ReadOnlyOne, users.ReadOnly)
		add(r.Replace != nil, r.Name+"/replace", "PUT takes the whole of it", resources.ReplaceOne)
		add(r.Patch != nil, r.Name+"/patch", "an app that changes one field must not lose the others", resources.PatchOne)
		add(r.Delete != nil, r.Name+"/delete", "deleted means deleted, by law too", resources.DeleteOne, users.NotFound)
		add(r.Item != "", r.Name+"/unknown", "an app has to tell what is not there from a failure", resources.UnknownOne, users.NotFound)
		add(r.Parent != nil && r.Read != nil, r.Name+"/elsewhere", "what one person has must not be found at another's", resources.ElsewhereOne, access.IsolationDelete, access.IsolationRead, access.IsolationWrite)
		add(true, r.Name+"/body", "bad input is everyday life; a server that falls over it is not fit for it", resources.BodyOne, users.InputInvalid, users.InputMalformed, users.InputContentType)
		add(true, r.Name+"/large", "one request must not take the server down", resources.RefuseLarge, users.InputLarge).Needs = []live.Need{live.NeedsRisky}
		// A listing is judged where nobody else writes.
		add(r.List != nil, r.Name+"/pages", "what is on no page gets no report, no bill and no deletion", resources.PagesOf, users.PageFullWalk, users.PageShort, users.PagePageEcho).When = live.Alone
		add(r.List != nil && r.List.Page.SizeParam != "", r.Name+"/pages-limits", "clients page by what the pages say", resources.LimitsOf, users.InputInvalid, users.PageLimitsWork).When = live.Alone
		add(r.List != nil && r.List.Page.Next != nil, r.Name+"/pages-cursors", "a cursor comes back from anywhere, in any state", resources.CursorsOf, users.PageInvalidCursor, users.PageCursorAgain).When = live.Alone
		add(resources.Paged(r), r.Name+"/pages-while-writing", "nobody stops the world to list it", resources.StableOf, users.PageStable).When = live.Alone
		add(r.Read != nil && s.SignsIn(), r.Name+"/stranger", "customers must never see what other customers' people have", resources.StrangerOne, access.IsolationDelete, access.IsolationList, access.IsolationRead, access.IsolationWrite, access.IsolationCursor).Needs = []live.Need{live.NeedsOther}
		add(resources.RefusesTaken(r), r.Name+"/concurrent-create", "two servers of a customer may greet the same one at once", resources.RaceCreates, users.ConcurrentCreate)
		add(r.Read != nil && r.Patch != nil && len(resources.Racing(r)) > 1, r.Name+"/concurrent-patch", "a watch and a phone of one person report at once", resources.RacePatches, users.ConcurrentPatch)
		add(true, r.Name+"/fields", "every documented value is a value", resources.FieldEdges)
		for _, f := range r.Fields {
			add(len(resources.WrongOf(f)) > 0, r.Name+"/input-"+f.Name, "what is taken in a wrong form comes out in a wrong form", func(p *live.Probe, r *spec.Resource) { resources.TryWrongValues(p, r, f) }, users.InputInvalid)
		}
	}
	return cases
}

// Rules are reported by the cases of the live suite, which make the
// traffic that shows them.
var Rules = slices.Concat(users.EverydayRules, users.UnknownRules, access.ClientRules, access.GrantRules, access.BearerProbeRules, access.ScopeRules, access.IsolationRules, users.InputRules, users.PageProbeRules, users.HTTPProbeRules)
