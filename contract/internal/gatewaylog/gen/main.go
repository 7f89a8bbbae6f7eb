// Gen writes a gateway log as JSON lines, spread over files, and says which
// faults are in it:
//
//	go run ./contract/internal/gatewaylog/gen -n 250000 -users 4000 -files 8 -dir log
package main

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/gatewaylog"
)

func main() {
	n := flag.Int("n", 1000, "exchanges")
	users := flag.Int("users", 100, "users at one time")
	files := flag.Int("files", 1, "files; each exchange goes to one by chance")
	dir := flag.String("dir", ".", "where to write them")
	lost := flag.Float64("lost", 0, "how likely it is for an exchange to be lost")
	shuffle := flag.Duration("shuffle", 0, "how far an exchange may be from its place")
	faults := flag.Float64("faults", 0.0005, "how likely a fault is")
	opaque := flag.Bool("opaque", false, "tokens are opaque")
	seed := flag.Uint64("seed", 1, "same seed, same log")
	flag.Parse()
	if err := write(gatewaylog.New(gatewaylog.Options{Seed: *seed, Exchanges: *n, Users: *users, Faults: *faults, Opaque: *opaque}), *dir, *files, *lost, *shuffle, *seed); err != nil {
		log.Fatal(err)
	}
}

func write(l *gatewaylog.Log, dir string, files int, lost float64, shuffle time.Duration, seed uint64) error {
	chance := rand.New(rand.NewPCG(seed, 2))
	var out []*bufio.Writer
	for i := range files {
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("part-%03d.jsonl", i)))
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // flushed below
		out = append(out, bufio.NewWriterSize(f, 1<<20))
	}
	type placed struct {
		at time.Time
		x  *contract.Exchange
	}
	var waiting []placed
	emit := func(until time.Time) error {
		if shuffle > 0 {
			slices.SortStableFunc(waiting, func(a, b placed) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
		}
		for len(waiting) > 0 && (until.IsZero() || waiting[0].at.Before(until)) {
			if err := gatewaylog.WriteLine(out[chance.IntN(files)], waiting[0].x); err != nil {
				return err
			}
			waiting = waiting[1:]
		}
		return nil
	}
	i := 0
	for x := range l.All() {
		if chance.Float64() < lost {
			continue
		}
		waiting = append(waiting, placed{x.Started.Add(time.Duration(chance.Float64() * float64(shuffle))), x})
		if i++; i%20_000 == 0 {
			if err := emit(x.Started); err != nil {
				return err
			}
		}
	}
	if err := emit(time.Time{}); err != nil {
		return err
	}
	for _, w := range out {
		if err := w.Flush(); err != nil {
			return err
		}
	}
	for rule, n := range l.Planted {
		fmt.Println(n, rule)
	}
	return nil
}
