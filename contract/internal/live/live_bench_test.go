//go:build unix

package live_test

import (
	"context"
	"net/http/httptest"
	"net/url"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/internal/evidence"
	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/rules"
	"github.com/onvy-health/onvy-go/contract/internal/selftest"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// BenchmarkCosts says what coverage and evidence cost, of checking exchanges and of
// a whole run with its server in the same process, in CPU time. The ways take turns,
// so that the load of the machine is the same for all; each ratio is to the first
// one, without both.
//
//	go test -run='^$' -bench=Costs -benchtime=10x ./contract/internal/live
func BenchmarkCosts(b *testing.B) {
	spec, err := pass.Load(onvy.Spec)
	require.NoError(b, err)
	for _, name := range []string{"right", "measurement-unit-enum"} {
		w := newWorld(b, spec, name)
		b.Run("check/"+name, func(b *testing.B) { takeTurns(b, w.check, len(w.exchanges)) })
		b.Run("run/"+name, func(b *testing.B) { takeTurns(b, w.run, len(w.exchanges)) })
	}
}

// ways are what is there beside the checks.
var ways = []struct {
	name              string
	covered, evidence bool
}{{"none", false, false}, {"coverage", true, false}, {"evidence", false, true}, {"both", true, true}}

// takeTurns does a thing in each way, and reports the CPU time of an exchange in the
// first one and the ratios of the others to it.
func takeTurns(b *testing.B, do func(b *testing.B, covered, evidence bool), exchanges int) {
	spent := make([]time.Duration, len(ways))
	n := 0
	for b.Loop() {
		for i := range ways {
			way := (i + n) % len(ways) // each is the first one at times
			before := cpu(b)
			do(b, ways[way].covered, ways[way].evidence)
			spent[way] += cpu(b) - before
		}
		n++
	}
	b.ReportMetric(float64(spent[0].Nanoseconds())/float64(n*exchanges), "cpu-ns/exchange")
	for i := 1; i < len(ways); i++ {
		b.ReportMetric(float64(spent[i])/float64(spent[0]), ways[i].name+"/none")
	}
}

func cpu(b *testing.B) time.Duration {
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// world is a server, and what a run of it was like.
type world struct {
	spec      *pass.Spec
	target    run.Target
	base      *url.URL
	exchanges []*wire.Exchange
	findings  []rule.Finding
}

func newWorld(b *testing.B, spec *pass.Spec, fault string) *world {
	srv, err := sandbox.New()
	require.NoError(b, err)
	handler := srv.Handler()
	if fault != "right" {
		handler = faults.Named(fault).Handler(srv)
	}
	server := httptest.NewServer(handler)
	b.Cleanup(server.Close)
	w := &world{spec: spec, target: selftest.Target(srv, server.URL)}
	w.base, err = url.Parse(server.URL)
	require.NoError(b, err)
	r := w.suite(b, nil, func(x *wire.Exchange) { w.exchanges = append(w.exchanges, x) }).Run(context.Background())
	require.Zero(b, r.Summary.Errors+r.Summary.NotRun, "%+v", r.Outcomes)
	require.Equal(b, fault != "right", r.Summary.Violations > 0)
	w.findings = r.Findings
	return w
}

func (w *world) suite(b *testing.B, extra []live.Case, each func(*wire.Exchange)) *live.Suite {
	all := append(extra[:len(extra)/2:len(extra)/2], cases.All(w.spec)...)
	all = append(all, extra[len(extra)/2:]...)
	s, err := live.NewSuite(w.spec, w.target, run.Options{Seed: 7, MaxWait: time.Millisecond, LedgerDir: b.TempDir(), OnExchange: each}, all, cases.Rules)
	require.NoError(b, err)
	return s
}

// run runs the suite. Coverage and evidence are switched off by a case before all
// others.
func (w *world) run(b *testing.B, covered, proved bool) {
	again := func() {}
	first := live.Case{Name: "bench/first", When: live.First, Run: func(p *live.Probe) {
		if !covered {
			again = p.CountNothing()
		}
		if !proved {
			p.ProveNothing(w.findings)
		}
	}}
	last := live.Case{Name: "bench/last", When: live.Alone, Run: func(*live.Probe) { again() }}
	r := w.suite(b, []live.Case{first, last}, nil).Run(context.Background())
	require.Zero(b, r.Summary.Errors+r.Summary.NotRun)
	require.Equal(b, covered, len(r.Coverage.Points) > 0)
	proofs := 0
	for _, f := range r.Findings {
		if f.Steps != nil {
			proofs++
		}
	}
	switch all := len(r.Findings); {
	case proved && proofs == 0 && all > 0, !proved && proofs*10 > all:
		b.Fatalf("%d of %d findings have evidence", proofs, all)
	}
}

// check holds the exchanges of a run against the rules of one exchange.
func (w *world) check(_ *testing.B, covered, proved bool) {
	var counting *pass.Counting
	if covered {
		counting = pass.NewCounting(w.spec, true)
	}
	e := evidence.New(w.spec, &w.target, w.base)
	for i, x := range w.exchanges {
		c := w.spec.OpenFor(counting, x, "")
		rules.Apply(c)
		c.Count()
		if proved {
			e.Learn(c)
			w.prove(e, c.Findings, i)
		}
		c.Release()
	}
}

func (w *world) prove(e *evidence.Writer, findings []rule.Finding, last int) {
	for i := range findings {
		f := &findings[i]
		if !e.First(f) {
			continue
		}
		steps := e.LeadingTo(w.exchanges[max(0, last-64):last+1], w.exchanges[last])
		for _, x := range steps {
			f.Steps = append(f.Steps, e.Step(x))
		}
		f.Curl = e.Script(f, steps)
		evidence.Compare(f)
	}
}
