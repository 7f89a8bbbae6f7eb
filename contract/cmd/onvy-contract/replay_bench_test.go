//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkReplay runs the program on recordings of a sandbox's traffic, as a
// process of its own, and reports how fast it reads and how much memory it
// takes at most. Both must not depend on the size:
//
//	go test -run='^$' -bench=Replay -benchtime=1x ./contract/cmd/onvy-contract
func BenchmarkReplay(b *testing.B) {
	program := filepath.Join(b.TempDir(), "onvy-contract")
	out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(b, err, "%s", out)
	for _, megabytes := range []int64{10, 100, 1000} {
		b.Run(fmt.Sprintf("%d MB", megabytes), func(b *testing.B) {
			har := filepath.Join(b.TempDir(), "traffic.har")
			writeHAR(b, har, megabytes*1e6)
			b.SetBytes(sizeOf(b, har))
			peak := 0.0
			for b.Loop() {
				cmd := exec.Command(program, "replay", "--quiet", "--strict", har)
				cmd.Stderr = os.Stderr
				out, err := cmd.Output()
				require.NoError(b, err, "%s", out)
				peak = max(peak, peakMiB(cmd.ProcessState))
			}
			b.ReportMetric(peak, "peak-MiB")
		})
	}
}

// peakMiB is the largest resident set of a process that has ended. Linux counts
// it in KiB, as most do; macOS in bytes.
func peakMiB(p *os.ProcessState) float64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return float64(usage.Maxrss) / (1 << 10)
}
