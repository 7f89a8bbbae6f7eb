package html

import (
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/coverage"
	"github.com/onvy-health/onvy-go/contract/internal/history"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/report/internal/spectext"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// lawView is a rule about several exchanges, drawn as what client and server
// say to each other.
type lawView struct {
	Rule, Title, State, Chip, Says, Note, Aria string
	Arrows                                     []arrowView
	Height, Foot, NoteY, NoteTextY             int
}

type arrowView struct {
	Text     string
	Y, TextY int
	Back     bool
}

// turn is a request and its answer. The method, and the class of the status,
// say whether a run has tried it.
type turn struct{ sent, answer string }

// lawTurns are the exchanges that laws are about, in their order.
var lawTurns = map[string][]turn{
	history.PageRepeatsBetween.ID:    {{"GET ?limit=2", "200 a, b  next_page"}, {"GET ?page=…", "200 c, d"}},
	history.PageLoop.ID:              {{"GET", "200 next_page: p"}, {"GET ?page=p", "200 next_page: q"}},
	history.PageLosesUsers.ID:        {{"POST a", "201"}, {"GET, every page", "200 …, a, …"}},
	history.PageTotalAgrees.ID:       {{"GET, every page", "200 a, b, c  total: 3"}},
	history.PageEmptyWithNext.ID:     {{"GET", "200 items, next_page"}},
	history.PageOrder.ID:             {{"GET, every page", "200 a, b, c"}, {"GET, every page", "200 a, b, c"}},
	history.TokenExpired.ID:          {{"POST token", "200 expires_in: 900"}, {"GET, 900 s later", "401"}},
	history.TokenRefreshReuse.ID:     {{"POST refresh r", "200 new tokens"}, {"POST refresh r", "400 invalid_grant"}},
	history.TokenReused.ID:           {{"POST token", "200 t1"}, {"POST token", "200 t2, not t1"}},
	history.TokenJTIUnique.ID:        {{"POST token", "200 jti: 1"}, {"POST token", "200 jti: 2"}},
	history.WriteAnswer.ID:           {{`POST {"firstname": "Avery"}`, `201 {"firstname": "Avery"}`}},
	history.StaleAnswer.ID:           {{`PATCH {"language": "de"}`, `200 {"language": "de"}`}},
	history.ReadBack.ID:              {{`PATCH {"language": "de"}`, "200"}, {"GET", `200 {"language": "de"}`}},
	history.AnswersAgree.ID:          {{"GET", "200 a, b, c"}, {"GET", "200 a, b, c"}},
	history.ListAgrees.ID:            {{"GET /users/a", "200 user a"}, {"GET /users", "200 […, user a, …]"}},
	history.CreatedReadable.ID:       {{"POST a", "201"}, {"GET a", "200"}},
	history.UniqueID.ID:              {{"POST a", "201"}, {"POST a", "409"}},
	history.CreatedAtFixed.ID:        {{"POST", "201 created_at: t"}, {"PATCH", "200 created_at: t"}},
	history.UpdatedAtMoves.ID:        {{"GET", "200 updated_at: t"}, {"PATCH", "200 updated_at: later"}},
	history.ReadIsSafe.ID:            {{"GET", "200 updated_at: t"}, {"GET", "200 updated_at: t"}},
	history.PatchKeeps.ID:            {{`PATCH {"lastname": "Jones"}`, "200"}, {"GET", "200 all else as before"}},
	history.PatchMerges.ID:           {{`PATCH {"thresholds": {"ftp": 250}}`, "200"}, {"GET", "200 lthr and mhr as before"}},
	history.PatchClears.ID:           {{`PATCH {"gender": null}`, "200"}, {"GET", "200 no gender"}},
	history.PutReplaces.ID:           {{`PUT {"lastname": "Jones"}`, "200"}, {"GET", "200 lastname and defaults"}},
	history.PutUnknown.ID:            {{"GET", "404"}, {"PUT", "404"}},
	history.DeletedGone.ID:           {{"DELETE a", "204"}, {"GET a", "404"}},
	history.DeletedListed.ID:         {{"DELETE a", "204"}, {"GET, every page", "200 without a"}},
	history.RecreatedClean.ID:        {{"POST a", "201"}, {"DELETE a", "204"}, {"POST a", "201 nothing of before"}},
	history.DeletedFreesID.ID:        {{"POST a", "201"}, {"DELETE a", "204"}, {"POST a", "201"}},
	history.TokenFresh.ID:            {{"POST token", "200 expires_in: 900"}, {"GET, at once", "200"}},
	history.RefusedChangesNothing.ID: {{"PATCH, wrong", "400"}, {"GET", "200 as before"}},
}

// addLaws draws the rules about several exchanges, broken ones first.
func addLaws(p *page, r *contract.Report, text *spectext.Text) {
	worst := worstByRule(r)
	for _, rule := range rulesOf(r, text) {
		if rule.Kind != contract.KindHistory || r.Summary.Exchanges == 0 {
			continue
		}
		v := lawView{Rule: words.Visible(rule.ID), Title: words.Visible(rule.Title)}
		switch f := worst[rule.ID]; {
		case f != nil && f.Waived != "":
			v.State, v.Says, v.Note = "broken", "waived", words.Line(f.Waived)
		case f != nil && f.Level == contract.Violation:
			v.State, v.Chip, v.Says, v.Note = "broken", "violation", "broken", words.Line(f.Message)
		case f != nil:
			v.State, v.Chip, v.Says, v.Note = "broken", words.Line(string(f.Level)), words.Line(string(f.Level)), words.Line(f.Message)
		case untried(p, r, &rule):
			v.State, v.Says, v.Note = "untried", "not tried", "this run did not get that far"
		default:
			v.State, v.Chip, v.Says, v.Note = "held", "held", "held", "held in this run"
		}
		v.draw(turnsOf(rule.ID))
		p.Laws = append(p.Laws, v)
	}
	order := []string{"broken", "untried", "held"}
	slices.SortStableFunc(p.Laws, func(a, b lawView) int { return slices.Index(order, a.State) - slices.Index(order, b.State) })
}

// draw places the arrows, one under the other.
func (v *lawView) draw(turns []turn) {
	y := 24
	said := make([]string, 0, 2*len(turns))
	for _, t := range turns {
		for i, text := range []string{t.sent, t.answer} {
			y += 24
			v.Arrows = append(v.Arrows, arrowView{Text: text, Y: y, TextY: y - 5, Back: i == 1})
			said = append(said, text)
		}
	}
	v.Foot = y + 8
	v.NoteY = v.Foot + 4
	v.NoteTextY = v.NoteY + 15
	v.Height = v.NoteY + 24
	if runes := []rune(v.Note); len(runes) > 52 {
		v.Note = string(runes[:51]) + "…"
	}
	v.Aria = strings.Join(said, ", then ") + ". " + v.Note
}

// causeOrder is the rank of a finding; what is waived is last.
func causeOrder(f *contract.Finding) int {
	if f.Waived != "" {
		return 3
	}
	return f.Level.Rank()
}

// worstByRule is the finding of the highest level of each rule.
func worstByRule(r *contract.Report) map[string]*contract.Finding {
	worst := map[string]*contract.Finding{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if first := worst[f.Rule]; first == nil || causeOrder(f) < causeOrder(first) {
			worst[f.Rule] = f
		}
	}
	return worst
}

// lawNeeds are what a law needs beside the answers of its turns.
var lawNeeds = map[string]string{history.TokenExpired.ID: string(coverage.ExpiredToken), history.TokenRefreshReuse.ID: refreshed}

// refreshed is that tokens were asked for with a refresh token.
const refreshed = "refreshed"

// turnsOf are the exchanges of a law; those of other resources are those of users.
func turnsOf(id string) []turn {
	if turns, ok := lawTurns[id]; ok {
		return turns
	}
	_, name, _ := strings.Cut(id, "/")
	return lawTurns["users/"+name]
}

// triedLaw reports whether the run had answers such as those of the law's turns, as
// many of a kind as it has: of tokens, of lists, of the resource that the law is of.
func triedLaw(p *page, rule string) bool {
	family, _, _ := strings.Cut(rule, "/")
	resource := family + " "
	if family == "page" || family == "token" {
		resource = "" // a law of all resources
	}
	needed := map[string]int{}
	for _, t := range turnsOf(rule) {
		key, had := resource+t.does(family)+" ", 0
		if needed[key+t.answer[:3]]++; t.answer[0] == '2' {
			had = p.answers[key+"2"]
		} else {
			had = p.answers[key+"4XX"]
			for _, status := range like(t.answer[:3]) {
				had += p.answers[key+status]
			}
		}
		if had < needed[key+t.answer[:3]] {
			return false
		}
	}
	needs, known := lawNeeds[rule]
	return !known || p.answers[needs] > 0
}

// like are the statuses that say what one does that laws speak of.
func like(status string) []string {
	switch status {
	case "400": // refused for what was sent
		return []string{"400", "409", "413", "415", "422"}
	case "404":
		return []string{"404", "410"}
	}
	return []string{status}
}

// does is the role of a turn's operation in a law of a family, or the method where
// any operation will do.
func (t turn) does(family string) string {
	method, rest, _ := strings.Cut(strings.ReplaceAll(t.sent, ",", " "), " ")
	switch {
	case method == "POST" && (rest == "token" || strings.HasPrefix(rest, "refresh ")):
		return spec.Token.String()
	case method == "GET" && family == "token":
		return method
	case method == "GET" && (family == "page" || rest == "/users" || strings.HasSuffix(rest, "every page")):
		return spec.List.String()
	}
	return map[string]spec.Role{"GET": spec.Read, "POST": spec.Create, "PUT": spec.Replace, "PATCH": spec.Patch, "DELETE": spec.Delete}[method].String()
}

// doubtAbsence leaves out requests without credentials where none has any: a
// recorder may have left them out.
func doubtAbsence(answers map[string]int) {
	for _, kinds := range [][]coverage.Credential{coverage.TokenCredentials, coverage.ClientCredentials} {
		none, others := coverage.NoToken, 0
		for _, kind := range kinds {
			if kind == coverage.NoToken || kind == coverage.NoClient {
				none = kind
			} else {
				others += answers[string(kind)]
			}
		}
		if others == 0 {
			delete(answers, string(none))
		}
	}
}

// answersOf counts answers: by method and by what does what, "PATCH 4", "list 2", the
// same of each resource, "users list 2", without the role, "users 4", and without the
// status, "token"; statuses are there as documented too, "GET 404" and "GET 4XX". With
// them are the credentials that were tried.
func answersOf(text *spectext.Text, c *coverage.Counts) map[string]int {
	answers := map[string]int{}
	points := text.Model.Points()
	for i := range points {
		o := text.ByID[points[i].Operation]
		if o == nil {
			continue
		}
		n, op := c.Hits(&points[i]), text.API.Operation(o.ID)
		switch points[i].Kind {
		case coverage.KindStatus:
			status := points[i].Place
			whats := []string{o.Method}
			if op != nil {
				answers[op.Role.String()] += n
				whats = append(whats, op.Role.String())
			}
			if op == nil || op.Role != spec.Token {
				whats = append(whats, protected)
			}
			if op != nil && op.Resource != nil {
				whats = append(whats, op.Resource.Name, op.Resource.Name+" "+op.Role.String())
			}
			for _, what := range whats {
				answers[what+" "+status] += n
				answers[what+" "+status[:1]] += n
			}
		case coverage.KindCredential:
			answers[points[i].Name] += n
		case coverage.KindEnum:
			if op != nil && op.Role == spec.Token && points[i].Place == "request" && strings.Contains(points[i].Name, " =refresh") {
				answers[refreshed] += n
			}
		}
	}
	return answers
}
