package html

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// Timeline keeps when the exchanges of a run were: no more of them
// than a page can show. Its zero value is empty. It is safe for concurrent use.
type Timeline struct {
	mu    sync.Mutex
	marks []mark
	more  int
}

type mark struct {
	start, end time.Time
	status     int
	method     string
	name       string // of the case or the entry
}

// mostMarks is how many exchanges a page shows.
const mostMarks = 2000

// Add takes an exchange. It keeps nothing of its content.
func (t *Timeline) Add(x *contract.Exchange) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if x.Started.IsZero() || len(t.marks) == mostMarks {
		t.more++
		return
	}
	m := mark{start: x.Started, end: x.Started.Add(x.Duration), method: x.Request.Method, name: x.Name}
	if x.Response != nil {
		m.status = x.Response.Status
	}
	t.marks = append(t.marks, m)
}

type timelineView struct {
	Text, Aria string
	Height     int
	Lanes      []box
	Ticks      []tick
	Marks      []box
	Legend     []legend
}

type box struct {
	Class, Title        string
	X, Y, Width, Height string
}

type tick struct{ X, Y, Text, TextX, TextY string }

type legend struct{ Class, Text string }

const (
	laneHeight = 12
	laneGap    = 3
	mostLanes  = 16
)

// addTimeline draws each exchange as a bar in the first lane that is free.
func addTimeline(p *page, r *contract.Report, t *Timeline) {
	if t == nil {
		return
	}
	t.mu.Lock()
	marks := slices.Clone(t.marks)
	more := t.more
	t.mu.Unlock()
	if len(marks) == 0 {
		return
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return a.start.Compare(b.start) })
	first := marks[0].start
	last := slices.MaxFunc(marks, func(a, b mark) int { return a.end.Compare(b.end) }).end
	whole := max(last.Sub(first), time.Millisecond)
	scale := func(at time.Time) float64 { return 1000 * float64(at.Sub(first)) / float64(whole) }

	v := &timelineView{}
	failed := failedCases(r)
	var free []float64 // where each lane is free again
	for _, m := range marks {
		x, end := scale(m.start), scale(m.end)
		width := max(end-x, 0.6)
		lane := slices.IndexFunc(free, func(at float64) bool { return at <= x })
		switch {
		case lane >= 0:
		case len(free) < mostLanes:
			lane = len(free)
			free = append(free, 0)
		default:
			lane = slices.Index(free, slices.Min(free))
		}
		free[lane] = x + width + 0.2
		y := lane * (laneHeight + laneGap)
		b := box{Class: "t" + fmt.Sprint(m.status/100), X: coord(x), Y: fmt.Sprint(y), Width: coord(width), Height: fmt.Sprint(laneHeight)}
		b.Title = words.Line(fmt.Sprintf("%s %s: %d, %s", m.name, m.method, m.status, words.Took(m.end.Sub(m.start))))
		v.Marks = append(v.Marks, b)
		if failed[m.name] {
			v.Marks = append(v.Marks, box{Class: "flag", X: coord(x), Y: fmt.Sprint(y + laneHeight - 2), Width: coord(width), Height: "2"})
		}
	}
	for lane := range free {
		v.Lanes = append(v.Lanes, box{Y: fmt.Sprint(lane * (laneHeight + laneGap)), Height: fmt.Sprint(laneHeight)})
	}
	foot := len(free)*(laneHeight+laneGap) + 2
	v.Height = foot + 14
	v.addTicks(whole, foot)
	v.Legend = []legend{{"t2", "2xx"}, {"t3", "3xx"}, {"t4", "4xx"}, {"t5", "5xx"}, {"t0", "no answer"}, {"flag", "in a case that failed"}}
	v.Text = fmt.Sprintf("%s in %s, as they overlapped.", words.Number(len(marks), "exchange"), words.Took(whole))
	if more > 0 {
		v.Text += fmt.Sprintf(" %s more are not shown.", group(more))
	}
	v.Aria = v.Text
	p.Timeline = v
}

func failedCases(r *contract.Report) map[string]bool {
	failed := map[string]bool{}
	for i := range r.Outcomes {
		if r.Outcomes[i].Status == contract.Fail {
			failed[r.Outcomes[i].Case] = true
		}
	}
	return failed
}

// addTicks marks round times, some six of them.
func (v *timelineView) addTicks(whole time.Duration, foot int) {
	step := time.Millisecond
	for _, next := range []time.Duration{2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 3_600_000} {
		if whole/step <= 8 {
			break
		}
		step = next * time.Millisecond
	}
	for at := time.Duration(0); at < whole && len(v.Ticks) < 20; at += step {
		x := 1000 * float64(at) / float64(whole)
		v.Ticks = append(v.Ticks, tick{
			X: coord(x), Y: fmt.Sprint(foot), TextX: coord(x + 3), TextY: fmt.Sprint(foot + 10), Text: cmp.Or(at, 0).String(),
		})
	}
}

func coord(f float64) string { return fmt.Sprintf("%.1f", f) }
