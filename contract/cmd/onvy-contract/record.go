package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
)

func (a *app) recordCommand() *cobra.Command {
	var live liveFlags
	cmd := &cobra.Command{
		Use:   "record OUT.har",
		Short: "Run the live suite and record it, redacted",
		Long: `Runs the live suite as "run" does, and writes its exchanges as a HAR. Persons and
secrets are taken out before anything is written, so the file can be kept in git.
A name that ends in ".gz" or ".zst" packs the file.`,
		Example: indented("onvy-contract record session.har", "onvy-contract replay session.har"),
		Args:    oneOutput,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err := live.check(); err != nil {
				return err
			}
			spec, err := a.spec()
			if err != nil {
				return err
			}
			if err := rulesExist(spec, live.options.OnlyRules, live.options.SkipRules); err != nil {
				return err
			}
			har, err := a.create(args[0], spec)
			if err != nil {
				return err
			}
			defer har.discard()
			out, err := live.output.open(a)
			if err != nil {
				return err
			}
			defer out.discard()
			r, err := a.live(cmd.Context(), spec, &live, har.write)
			if err != nil {
				return err
			}
			return har.finish(out.finish(r))
		},
	}
	live.register(cmd.Flags())
	return cmd
}

// oneOutput wants the name of one file to write.
func oneOutput(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) != 1:
		return usage(cmd, "%s needs the name of one file to write, and got %d", cmd.Name(), len(args))
	case !harName(args[0]):
		return usage(cmd, "a recording is written as HAR; give it a name that ends in .har, .har.gz or .har.zst")
	case args[0] == "-":
		return usage(cmd, "a recording is written to a file, not to standard output, so that it can be looked through before it is there")
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

// har is a redacted recording that is being made. A nil har records nothing.
type har struct {
	app  *app
	name string
	w    *recording.Writer
	err  error // the first one of writing
	n    int
}

func (a *app) create(name string, spec *contract.Spec) (*har, error) {
	redactor, err := a.redactor()
	if err != nil {
		return nil, err
	}
	w, err := recording.Create(name, recording.Meta{SpecSHA256: spec.SHA256(), RecordedAt: time.Now()}, redactor)
	if err != nil {
		return nil, fmt.Errorf("the recording cannot be written: %w", err)
	}
	return &har{app: a, name: name, w: w}, nil
}

// write adds an exchange. An error is kept for finish: the run goes on.
func (h *har) write(x *contract.Exchange) {
	if h == nil || h.err != nil {
		return
	}
	if h.err = h.w.Write(x); h.err == nil {
		h.n++
	}
}

// last is the place of the last exchange among the entries of the HAR; -1 where
// there is none.
func (h *har) last() int {
	if h == nil || h.err != nil {
		return -1
	}
	return h.n - 1 - h.w.Left()
}

// discard removes the file, if finish has not put it in its place.
func (h *har) discard() {
	if h != nil {
		_ = h.w.Abort() // what cannot be removed holds nothing but redacted exchanges
	}
}

// finish puts the file in its place and returns status, or what kept it from
// being written: that is the worse of the two.
func (h *har) finish(status error) error {
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
		h.app.note("Left out of the recording, because a value could not be got out of them: %d exchanges.", left)
		h.n -= left
	}
	h.app.note("Recorded, without persons and secrets: %s, %d exchanges.", h.name, h.n)
	return status
}
