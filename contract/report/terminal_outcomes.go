package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// named is how many cases or paths are named before the rest is counted.
const named = 5

// outcomes writes the cases that ended with a status. Cases with the same
// reason share a line: a server that is down gives one reason for all.
func outcomes(p *page, title string, colour style, r *contract.Report, status contract.Status) {
	var reasons []string
	names := map[string][]string{}
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		if o.Status != status {
			continue
		}
		if _, ok := names[o.Reason]; !ok {
			reasons = append(reasons, o.Reason)
		}
		names[o.Reason] = append(names[o.Reason], o.Case)
	}
	if len(reasons) == 0 {
		return
	}
	p.section(title)
	for _, reason := range reasons {
		text := cmp.Or(reason, "no reason given")
		limit := named
		if p.Full {
			limit = len(r.Outcomes)
		}
		p.printf("  %s\n    %s\n", p.paint(colour, mask.Printable(text)), mask.Printable(words.List(names[reason], limit)))
	}
}

// notExercised names what of the spec the run did not come to. A part of a run
// is not blamed for it.
func notExercised(p *page, r *contract.Report) {
	gaps, fails := r.Summary.NotExercised, r.Strict && len(r.Part) == 0
	if len(gaps) == 0 || p.Quiet && !fails {
		return
	}
	if len(r.Part) > 0 {
		p.section(fmt.Sprintf("Only a part of a run (%s): not exercised are %s of openapi.yaml", mask.Printable(words.List(r.Part, named)), words.Number(len(gaps), "statement")))
		return
	}
	colour := yellow
	if fails {
		colour = red
	}
	p.section("Not exercised")
	for i, gap := range gaps {
		if i == 4*named && !p.Full {
			p.printf("  and %d more; --full shows them\n", len(gaps)-i)
			return
		}
		p.printf("  %s\n", p.paint(colour, mask.Printable(gap)))
	}
}

// counted writes how many exchanges of a recording were not checked, or not
// whole, by host and path or by the reason, the most frequent first.
func counted(p *page, title, kind string, counts map[string]int) {
	if len(counts) == 0 {
		return
	}
	total := 0
	for _, n := range counts {
		total += n
	}
	places := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b))
	})
	p.section(title + words.Number(total, "exchange"))
	for i, place := range places {
		if i == named && !p.Full {
			p.printf("  and %d more %s; --full shows them\n", len(places)-i, kind)
			return
		}
		p.printf("  %6d  %s\n", counts[place], mask.Printable(place))
	}
}

// notJudged shows what a replay could not hold against the server.
func notJudged(p *page, n *contract.NotJudged) {
	if n == nil {
		return
	}
	p.section("Not judged")
	for _, row := range []struct {
		n    int
		what string
	}{
		{n.OutOfOrder, "exchanges came after others that ended later; replay --sort puts them in order"},
		{n.Repeated, "exchanges are there twice, and count once"},
		{n.Overlapping, "recordings overlap in time, and were taken together as one"},
		{n.Timeless, "exchanges without a time stand beside others, which may lie anywhere between them: --complete is not enough"},
		{n.Untied, "views of users that a write which is not in the record may lie between (if it has every write: --complete)"},
		{n.Forgotten, "users or tokens that were not met for so long that they were forgotten"},
	} {
		if row.n > 0 {
			p.printf("  %6d  %s\n", row.n, row.what)
		}
	}
}

// stale names the waivers that fail the run themselves.
func stale(p *page, r *contract.Report) {
	if len(r.Stale) == 0 {
		return
	}
	p.section("Waivers that are not true any more")
	for i, text := range r.Stale {
		if i == mostLines && !p.Full {
			p.printf("  and %d more\n", len(r.Stale)-i)
			return
		}
		p.wrapped("  ", mask.Printable(text))
	}
}
