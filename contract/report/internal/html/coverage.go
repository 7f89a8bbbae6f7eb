package html

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/coverage"
	"github.com/onvy-health/onvy-go/contract/report/internal/spectext"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// coverageView is what of the spec the run exercised.
type coverageView struct {
	Text    string
	Meters  []meter
	Columns []string
	Rows    []coverageRow
	Misses  *missesView

	seen map[string]int // exchanges by operation
}

type meter struct {
	Name, Percent, Of, Text string
	Fill                    int // of 1000
	Side                    bool
}

type coverageRow struct {
	ID, Method, Path, Score string
	Cells                   []matrixCell
	Places                  []placeView
}

type matrixCell struct{ Link, State, Text, Title string }

type placeView struct {
	ID, Name, Score string
	Groups          []pointGroup
}

type pointGroup struct {
	Name   string
	Points []pointView
}

type pointView struct {
	Name, Title string
	Hit         bool
}

type missesView struct {
	Title string
	Rows  []missRow
}

type missRow struct {
	Reason, Example string
	Count           int
}

var meterTexts = map[coverage.Class][2]string{
	coverage.Required: {"Documented", "of what is documented and a valid request can cause"},
	coverage.Negative: {"Refusals", "of what a wrong request must cause"},
	coverage.Assumed:  {"Assumed", "of what openapi.yaml assumes; never demanded"},
	coverage.Server:   {"Only the server", "seen of what no client can cause; never demanded"},
}

func addCoverage(p *page, r *contract.Report, spec *spectext.Text) {
	if r.Coverage == nil || r.Spec != "" && r.Spec != spec.Sum {
		return // counted by other points
	}
	points := spec.Model.Points()
	v := &coverageView{seen: map[string]int{}}
	v.Text = fmt.Sprintf("%s points, derived from openapi.yaml. A cell leads to what is behind it.", group(len(points)))
	v.addMeters(points, r.Coverage)
	byOperation := map[string][]*coverage.Point{}
	for i := range points {
		byOperation[points[i].Operation] = append(byOperation[points[i].Operation], &points[i])
		if points[i].Kind == coverage.KindOperation {
			v.seen[points[i].Operation] = r.Coverage.Hits(&points[i])
		}
	}
	found := findingsByCell(r)
	v.Columns = columns(points, found)
	for i := range spec.Operations {
		o := &spec.Operations[i]
		v.Rows = append(v.Rows, coverageRowOf(o, byOperation[o.ID], r.Coverage, v.Columns, found))
	}
	v.addMisses(points, r.Coverage)
	p.Coverage = v
	p.answers = answersOf(spec, r.Coverage)
	if r.Kind == contract.Recordings {
		doubtAbsence(p.answers)
	}
}

func (v *coverageView) addMeters(points []coverage.Point, c *coverage.Counts) {
	scores := coverage.Scores(points, c)
	for _, class := range []coverage.Class{coverage.Required, coverage.Negative, coverage.Assumed, coverage.Server} {
		s := scores[class]
		m := meter{Name: meterTexts[class][0], Text: meterTexts[class][1], Of: s.String(), Percent: strconv.Itoa(s.Percent()) + " %"}
		m.Side = class != coverage.Required && class != coverage.Negative
		if s.Of > 0 {
			m.Fill = 1000 * s.Hit / s.Of
		}
		v.Meters = append(v.Meters, m)
	}
}

// cellKey is a place of the matrix.
type cellKey struct{ operation, status string }

// findingsByCell is the worst level of the findings about an operation and a
// status.
func findingsByCell(r *contract.Report) map[cellKey]contract.Level {
	found := map[cellKey]contract.Level{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Operation == "" || f.Status == 0 {
			continue
		}
		k := cellKey{f.Operation, strconv.Itoa(f.Status)}
		if level, known := found[k]; !known || f.Level.Rank() < level.Rank() {
			found[k] = f.Level
		}
	}
	return found
}

// columns are the statuses that are documented, and those that findings are
// about.
func columns(points []coverage.Point, found map[cellKey]contract.Level) []string {
	var all []string
	for i := range points {
		if points[i].Kind == coverage.KindStatus {
			all = append(all, points[i].Place)
		}
	}
	for k := range found {
		if !slices.Contains(all, k.status) && !slices.Contains(all, k.status[:1]+"XX") {
			all = append(all, k.status)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func coverageRowOf(o *spectext.Operation, points []*coverage.Point, c *coverage.Counts, columns []string, found map[cellKey]contract.Level) coverageRow {
	row := coverageRow{ID: "op-" + slug(o.ID), Method: o.Method, Path: words.Visible(o.Path)}
	places := map[string][]*coverage.Point{}
	var order []string
	var required, negative coverage.Score
	for _, point := range points {
		if places[point.Place] == nil {
			order = append(order, point.Place)
		}
		places[point.Place] = append(places[point.Place], point)
		switch point.Class {
		case coverage.Required:
			required.Add(c.Hits(point) > 0)
		case coverage.Negative:
			negative.Add(c.Hits(point) > 0)
		}
	}
	var score []string
	if required.Of > 0 {
		score = append(score, "documented "+required.String())
	}
	if negative.Of > 0 {
		score = append(score, "refusals "+negative.String())
	}
	row.Score = cmp.Or(strings.Join(score, " · "), "assumed")
	for _, status := range columns {
		row.Cells = append(row.Cells, cellOf(o, status, places[status], c, found))
	}
	for _, name := range order {
		row.Places = append(row.Places, placeOf(o, name, places[name], c))
	}
	return row
}

func cellOf(o *spectext.Operation, status string, points []*coverage.Point, c *coverage.Counts, found map[cellKey]contract.Level) matrixCell {
	level, wrong := found[cellKey{o.ID, status}]
	if strings.HasSuffix(status, "XX") {
		for k, l := range found {
			if k.operation == o.ID && k.status[:1] == status[:1] && (!wrong || l.Rank() < level.Rank()) {
				level, wrong = l, true
			}
		}
	}
	i := slices.IndexFunc(points, func(p *coverage.Point) bool { return p.Kind == coverage.KindStatus })
	if i < 0 {
		if !wrong {
			return matrixCell{}
		}
		return matrixCell{"op-" + slug(o.ID), stateOf(level), mark1(level) + " !", status + " is not documented here, and was seen"}
	}
	point := points[i]
	hits := c.Hits(point)
	out := matrixCell{Link: placeID(o, status)}
	switch {
	case wrong:
		out.State, out.Text, out.Title = stateOf(level), mark1(level)+" "+strconv.Itoa(max(hits, 1)), fmt.Sprintf("%s: seen %d times, with a finding", status, max(hits, 1))
	case hits > 0:
		out.State, out.Text, out.Title = "seen", strconv.Itoa(hits), fmt.Sprintf("%s: seen %d times, as documented", status, hits)
	case point.Class == coverage.Server || point.Class == coverage.Infeasible:
		out.State, out.Text, out.Title = "server", "·", status+": not seen; "+point.Reason
	case point.Class == coverage.Assumed:
		out.State, out.Text, out.Title = "miss", "○", status+": assumed, and not seen"
	default:
		out.State, out.Text, out.Title = "miss", "○", status+": documented, and not seen"
	}
	return out
}

func stateOf(level contract.Level) string {
	if level == contract.Violation {
		return "found"
	}
	return "noted"
}

func mark1(level contract.Level) string {
	if level == contract.Violation {
		return "▲"
	}
	return "△"
}

// placeOf is the drill-down of one place: its points by kind.
func placeOf(o *spectext.Operation, name string, points []*coverage.Point, c *coverage.Counts) placeView {
	v := placeView{ID: placeID(o, name), Name: name}
	if name == "request" {
		v.Name = "Request"
	}
	var score coverage.Score
	for _, kind := range coverage.Kinds {
		g := pointGroup{Name: string(kind)}
		for _, point := range points {
			if point.Kind != kind {
				continue
			}
			hits := c.Hits(point)
			score.Add(hits > 0)
			g.Points = append(g.Points, pointViewOf(point, hits))
		}
		if g.Points != nil && kind != coverage.KindOperation && kind != coverage.KindStatus {
			v.Groups = append(v.Groups, g)
		}
	}
	v.Score = score.String()
	return v
}

func pointViewOf(point *coverage.Point, hits int) pointView {
	v := pointView{Name: words.Visible(cmp.Or(point.Name, point.Place)), Hit: hits > 0}
	title := string(point.Class)
	if point.Reason != "" {
		title += ": " + point.Reason
	}
	if !v.Hit && point.Class != coverage.Required && point.Class != coverage.Negative {
		v.Title = words.Visible(title)
	}
	return v
}

func placeID(o *spectext.Operation, place string) string {
	return "at-" + slug(o.ID) + "-" + slug(place)
}

// slug keeps what may stand in an id of HTML.
func slug(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, s)
}

// addMisses groups what was missed by its reason.
func (v *coverageView) addMisses(points []coverage.Point, c *coverage.Counts) {
	rows := map[string]*missRow{}
	total := 0
	for i := range points {
		point := &points[i]
		if c.Hits(point) > 0 {
			continue
		}
		total++
		reason := cmp.Or(point.Reason, map[coverage.Class]string{
			coverage.Required: "documented, and not exercised", coverage.Negative: "a refusal that was not provoked", coverage.Assumed: "assumed, and not exercised",
		}[point.Class])
		row := rows[reason]
		if row == nil {
			row = &missRow{Reason: reason, Example: words.Visible(point.ID())}
			rows[reason] = row
		}
		row.Count++
	}
	if total == 0 {
		return
	}
	m := &missesView{Title: words.Number(total, "point") + " not hit, by reason"}
	for _, row := range rows {
		m.Rows = append(m.Rows, *row)
	}
	slices.SortFunc(m.Rows, func(a, b missRow) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Reason, b.Reason)) })
	v.Misses = m
}
