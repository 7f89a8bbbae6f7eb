package replay

import (
	"bufio"
	"bytes"
	"container/heap"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
)

// Sorted is ReplayAll of recordings in any order: what they say is sorted
// by time first, on disk where memory does not do. What is on disk holds keyed
// digests of ids, tokens and values, under a key that nobody knows. Memory is
// bounded but for what is known of listings: who is in them.
func Sorted(ctx context.Context, s *pass.Spec, recordings []run.Recording, o run.ReplayOptions) (*rule.Report, error) {
	started := time.Now()
	key, err := randomKey()
	if err != nil {
		return nil, err
	}
	so := run.ShardOptions{ReplayOptions: o, Key: key}
	sorter := &lineSorter{}
	defer sorter.close()
	if err := Map(ctx, s, recordings, so, sorter.add); err != nil {
		return nil, err
	}
	p, err := Reduce(s, sorter.sorted, so)
	if err != nil {
		return nil, err
	}
	p.Started, p.Duration = started, time.Since(started)
	return p.Report(o.Strict), nil
}

func randomKey() (key [run.ShardKeySize]byte, err error) {
	_, err = rand.Read(key[:])
	return key, err
}

// runBytes is how many lines are sorted in memory at once.
const runBytes = 64 << 20

// lineSorter sorts lines by their bytes. It keeps what is too much for memory
// in a temporary file.
type lineSorter struct {
	lines [][]byte
	bytes int
	file  *os.File
	runs  []int64 // where each run in the file ends
}

func (s *lineSorter) add(line []byte) error {
	s.lines = append(s.lines, line)
	if s.bytes += len(line) + 24; s.bytes < runBytes {
		return nil
	}
	return s.spill()
}

// spill writes what is in memory as a sorted run.
func (s *lineSorter) spill() error {
	if s.file == nil {
		f, err := os.CreateTemp("", "onvy-sort-")
		if err != nil {
			return fmt.Errorf("contract: sort: %w", err)
		}
		_ = os.Remove(f.Name()) // where that works, nothing is left behind; close does it where not
		s.file = f
	}
	slices.SortFunc(s.lines, bytes.Compare)
	w := bufio.NewWriterSize(s.file, 1<<20)
	for _, line := range s.lines {
		if _, err := w.Write(line); err != nil {
			return fmt.Errorf("contract: sort: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("contract: sort: %w", err)
	}
	end, err := s.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return fmt.Errorf("contract: sort: %w", err)
	}
	s.runs = append(s.runs, end)
	s.lines, s.bytes = s.lines[:0], 0
	return nil
}

// sorted yields all lines in order.
func (s *lineSorter) sorted(yield func([]byte, error) bool) {
	slices.SortFunc(s.lines, bytes.Compare)
	var runs runHeap
	start := int64(0)
	for _, end := range s.runs {
		r := &sortedRun{read: bufio.NewReaderSize(io.NewSectionReader(s.file, start, end-start), 256<<10)}
		start = end
		if err := r.next(); err != nil {
			yield(nil, err)
			return
		}
		runs = append(runs, r)
	}
	if len(s.lines) > 0 {
		r := &sortedRun{lines: s.lines}
		_ = r.next() // of memory
		runs = append(runs, r)
	}
	heap.Init(&runs)
	for len(runs) > 0 {
		r := runs[0]
		if !yield(r.line, nil) {
			return
		}
		switch err := r.next(); {
		case err == io.EOF:
			heap.Pop(&runs)
		case err != nil:
			yield(nil, err)
			return
		default:
			heap.Fix(&runs, 0)
		}
	}
}

func (s *lineSorter) close() {
	if s.file != nil {
		_ = s.file.Close() // it was only scratch
		_ = os.Remove(s.file.Name())
	}
}

// sortedRun is a sorted part of the lines.
type sortedRun struct {
	read  *bufio.Reader
	lines [][]byte
	line  []byte
}

func (r *sortedRun) next() (err error) {
	if r.read != nil {
		r.line, err = r.read.ReadBytes('\n')
		return err
	}
	if len(r.lines) == 0 {
		return io.EOF
	}
	r.line, r.lines = r.lines[0], r.lines[1:]
	return nil
}

type runHeap []*sortedRun

func (h runHeap) Len() int { return len(h) }

func (h runHeap) Less(i, j int) bool { return bytes.Compare(h[i].line, h[j].line) < 0 }

func (h runHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

func (h *runHeap) Push(x any) { *h = append(*h, x.(*sortedRun)) }

func (h *runHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
