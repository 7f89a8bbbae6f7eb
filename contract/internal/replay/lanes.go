package replay

import (
	"sync"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/history"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// laneCount is how many engines share one history, on as many cores. It is the
// same on every machine, since what is forgotten depends on it.
const laneCount = 4

// laneBatch is how many entries the lanes take at a time.
const laneBatch = 128

// lanes are the engines of one history: each has the lives of some resources,
// the first one listings too, and all know every grant. They work beside each
// other and beside whoever feeds them, and give their verdicts in the same order
// each time.
type lanes struct {
	engines [laneCount]*history.Engine
	found   [laneCount]verdicts // by the engines at work

	work  [laneCount]chan *laneJob
	count chan *laneJob // coverage is counted in order, too
	next  *laneJob      // that is being filled
	last  *laneJob      // that is being worked on; nil for none
	to    judge
}

// judge takes verdicts.
type judge struct {
	made func(history.Verdict) // at once; see [history.Options]
	say  func(history.Verdict)
}

// verdicts are those of one engine on some entries, in order.
type verdicts struct{ made, said []history.Verdict }

// laneJob is some entries, in order.
type laneJob struct {
	entries []checkedEntry
	found   [laneCount]verdicts
	done    sync.WaitGroup
}

// newLanes returns lanes, which are to be flushed. The judge is called by whoever
// calls add, settle and flush.
func newLanes(newly func(o history.Options, to judge) *history.Engine, to judge) *lanes {
	l := &lanes{count: make(chan *laneJob, 1), next: new(laneJob), to: to}
	for nth := range l.engines {
		own := &l.found[nth]
		l.engines[nth] = newly(history.Options{Lane: nth, Lanes: laneCount}, judge{
			func(v history.Verdict) { own.made = append(own.made, v) }, func(v history.Verdict) { own.said = append(own.said, v) },
		})
		l.work[nth] = make(chan *laneJob, 1)
		go func() {
			for j := range l.work[nth] {
				l.take(j, nth)
				j.done.Done()
			}
		}()
	}
	go func() {
		for j := range l.count {
			for i := range j.entries {
				j.entries[i].count()
			}
			j.done.Done()
		}
	}()
	return l
}

// take takes the facts that are for a lane.
func (l *lanes) take(j *laneJob, nth int) {
	for i := range j.entries {
		for _, f := range j.entries[i].told {
			switch {
			case f.Partition(laneCount) == nth:
				l.engines[nth].Add(f, false)
			case f.Class == fact.Grants:
				known := *f
				known.Copy = true
				l.engines[nth].Add(&known, false)
			}
		}
	}
	j.found[nth], l.found[nth] = l.found[nth], verdicts{j.found[nth].made[:0], j.found[nth].said[:0]}
}

// add takes the next entry.
func (l *lanes) add(e *checkedEntry) {
	if l.next.entries = append(l.next.entries, *e); len(l.next.entries) == laneBatch {
		l.send()
	}
}

// send gives the lanes the entries that are there, and ends those before.
func (l *lanes) send() {
	j := l.next
	j.done.Add(laneCount + 1)
	for _, work := range l.work {
		work <- j
	}
	l.count <- j
	l.next = l.end()
	l.last = j
}

// end waits for what the lanes are at, gives the verdicts, and returns the job
// empty.
func (l *lanes) end() *laneJob {
	j := l.last
	if j == nil {
		return new(laneJob)
	}
	l.last = nil
	j.done.Wait()
	for nth := range j.found {
		l.tell(&j.found[nth])
	}
	for i := range j.entries {
		j.entries[i].forget()
	}
	clear(j.entries)
	j.entries = j.entries[:0]
	return j
}

func (l *lanes) tell(found *verdicts) {
	for _, v := range found.made {
		l.to.made(v)
	}
	for _, v := range found.said {
		l.to.say(v)
	}
	clear(found.made)
	clear(found.said)
}

// settle waits until all verdicts on what was added have been given.
func (l *lanes) settle() {
	l.send()
	l.end()
}

// doubt says that the record has gaps after all, from here on.
func (l *lanes) doubt() {
	for _, engine := range l.engines {
		engine.Doubt()
	}
}

// flush gives the verdicts that were waiting, and ends the lanes.
func (l *lanes) flush() (n rule.NotJudged) {
	l.settle()
	close(l.count)
	for nth, engine := range l.engines {
		close(l.work[nth])
		engine.Flush()
		l.tell(&l.found[nth])
		n.Add(engine.NotJudged)
	}
	return n
}
