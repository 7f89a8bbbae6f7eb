package traffic

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/recording"
)

// OneOutput wants the name of one file to write.
func OneOutput(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) != 1:
		return console.Usage(cmd, "%s needs the name of one file to write, and got %d", cmd.Name(), len(args))
	case !harName(args[0]):
		return console.Usage(cmd, "a recording is written as HAR; give it a name that ends in .har, .har.gz or .har.zst")
	case args[0] == "":
		return console.Usage(cmd, "the recording has no name")
	case args[0] == "-":
		return console.Usage(cmd, "a recording is written to a file, not to standard output, so that it can be looked through before it is there")
	}
	return nil
}

// harName refuses the names of other formats that recordings have.
func harName(name string) bool {
	name = strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(name), ".gz"), ".zst")
	for _, other := range []string{".jsonl", ".ndjson", ".yaml", ".yml", ".json"} {
		if strings.HasSuffix(name, other) {
			return false
		}
	}
	return true
}

// HAR is a redacted recording that is being made. A nil HAR records nothing.
type HAR struct {
	app  *console.App
	name string
	w    *recording.Writer
	err  error // the first one of writing
	n    int
}

// Create begins a recording.
func Create(a *console.App, name string, spec *contract.Spec) (*HAR, error) {
	redactor, err := a.Redactor()
	if err != nil {
		return nil, err
	}
	w, err := recording.Create(name, recording.Meta{SpecSHA256: spec.SHA256(), RecordedAt: time.Now()}, redactor)
	if err != nil {
		return nil, fmt.Errorf("the recording cannot be written: %w", err)
	}
	return &HAR{app: a, name: name, w: w}, nil
}

// Write adds an exchange. An error is kept for finish: the run goes on.
func (h *HAR) Write(x *contract.Exchange) {
	if h == nil || h.err != nil {
		return
	}
	if h.err = h.w.Write(x); h.err == nil {
		h.n++
	}
}

// Last is the place of the last exchange among the entries of the HAR; -1 where
// there is none.
func (h *HAR) Last() int {
	if h == nil || h.err != nil {
		return -1
	}
	return h.n - 1 - h.w.Left()
}

// Discard removes the file, if finish has not put it in its place.
func (h *HAR) Discard() {
	if h != nil {
		_ = h.w.Abort() // what cannot be removed holds nothing but redacted exchanges
	}
}

// Finish puts the file in its place and returns status, or what kept it from
// being written: that is the worse of the two.
func (h *HAR) Finish(status error) error {
	if h == nil {
		return status
	}
	if h.err == nil {
		h.err = h.w.Close()
	}
	if h.err != nil {
		return fmt.Errorf("the recording was not written: %w", h.err)
	}
	if left := h.w.Left(); left > 0 {
		h.app.Note("Left out of the recording because a value could not be removed from them: %d exchanges.", left)
		h.n -= left
	}
	h.app.Note("Recorded, without people's data and secrets: %s, %d exchanges.", h.name, h.n)
	return status
}
