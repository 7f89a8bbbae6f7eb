package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// pseudoTerminal is the two ends of a terminal.
func pseudoTerminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = master.Close() })
	var unlocked, number int32
	for request, at := range map[uintptr]*int32{syscall.TIOCSPTLCK: &unlocked, syscall.TIOCGPTN: &number} {
		_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), request, uintptr(unsafe.Pointer(at)))
		require.Zero(t, errno)
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = slave.Close() })
	return master, slave
}

func TestARunShowsItsProgressOnATerminalAndNowhereElse(t *testing.T) {
	args := []string{"run", "--sandbox", "--run", "^users/(create|read)"}
	master, slave := pseudoTerminal(t)
	seen := make(chan string)
	go func() {
		var all []byte
		part := make([]byte, 4096)
		for {
			n, err := master.Read(part)
			all = append(all, part[:n]...)
			if err != nil || bytes.Contains(all, []byte("END OF TEST")) {
				seen <- string(all)
				return
			}
		}
	}()
	var stdout bytes.Buffer
	status := run(context.Background(), args, func(string) (string, bool) { return "", false }, strings.NewReader(""), &stdout, slave)
	require.Zero(t, status, stdout.String())
	_, err := slave.WriteString("END OF TEST")
	require.NoError(t, err)
	bar := <-seen
	require.Regexp(t, `%.*\(\d+/\d+\)`, bar)
	require.NotContains(t, stdout.String(), "%")
	require.NotContains(t, call{}.run(t, args...).stderr, "%", "a pipe")
}
