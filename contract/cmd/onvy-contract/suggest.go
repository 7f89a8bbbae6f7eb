package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/outputs"
	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/suggest"
)

func suggestCommand(a *console.App) *cobra.Command {
	var oasdiff string
	cmd := &cobra.Command{
		Use:   "suggest REPORT.json",
		Short: "Write the edits of openapi.yaml that would accept what a server does",
		Long: `Reads a report of --json and writes, for each assumption and each drift in it, the
edit of openapi.yaml that would accept what the server does, as an OpenAPI
overlay. Read it before you apply it: that a server does something does not make
it right. Violations are never accepted.

Where oasdiff is installed, the overlay says whether its edits break clients.`,
		Example: console.Indented("onvy-contract run --json report.json", "onvy-contract suggest report.json > overlay.yaml"),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return console.Usage(cmd, "suggest takes one report")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := a.SpecText()
			if err != nil {
				return err
			}
			spec, err := a.Spec()
			if err != nil {
				return err
			}
			r, err := outputs.ReadReport(args[0])
			if err != nil {
				return err
			}
			if r.Spec != spec.SHA256() {
				return fmt.Errorf("%s is about another openapi.yaml; name it with --spec, or create the report again", args[0])
			}
			s, err := suggest.For(r, text)
			if err != nil {
				return err
			}
			verdict := ""
			if !s.Empty() {
				if verdict, err = verdictOf(cmd.Context(), s, text, oasdiff); err != nil {
					return err
				}
			}
			return writeSuggestion(a, s, verdict)
		},
	}
	cmd.Flags().StringVar(&oasdiff, "oasdiff", "oasdiff", "the `PROGRAM` that says whether the edits break clients")
	return cmd
}

// writeSuggestion writes the overlay, with what there is to know about it before
// it, as comments.
func writeSuggestion(a *console.App, s *suggest.Suggestion, verdict string) error {
	var head strings.Builder
	if s.Empty() {
		head.WriteString("# Nothing in the report asks for an edit of openapi.yaml.\n")
	}
	for line := range strings.Lines(verdict) {
		head.WriteString(comment("# ", line))
	}
	if len(s.Left) > 0 {
		head.WriteString("#\n# No edit of openapi.yaml can accept these; they are of rules that it does not state:\n")
		for i := range s.Left {
			f := &s.Left[i]
			head.WriteString(comment("#   ", fmt.Sprintf("%s %s %s: %s", f.Level, f.Rule, f.Operation, strings.ReplaceAll(f.Message, "\n", " "))))
		}
	}
	if _, err := fmt.Fprint(a.Stdout, head.String()); err != nil {
		return err
	}
	if s.Empty() {
		return nil
	}
	return s.Write(a.Stdout)
}

// comment is a line of a comment, which nothing in its text ends: YAML ends lines at
// CR, NEL, U+2028 and U+2029 too.
func comment(mark, text string) string {
	return strings.TrimRight(mark+mask.Printable(strings.TrimSuffix(text, "\n")), " ") + "\n"
}

// verdictOf is what oasdiff says of the edits.
func verdictOf(ctx context.Context, s *suggest.Suggestion, spec []byte, program string) (string, error) {
	edited, err := s.Apply(spec)
	if err != nil {
		return "", err
	}
	if _, err := contract.Load(edited); err != nil {
		return "", fmt.Errorf("the edits would make a spec that is not valid, which is a fault of this program: %w", err)
	}
	if _, err := exec.LookPath(program); err != nil {
		return "Whether these edits break clients is not known, for oasdiff is not installed:\ngo install github.com/oasdiff/oasdiff@v1.36.0", nil
	}
	dir, err := os.MkdirTemp("", "onvy-contract")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // of the system's temporary files
	before, after := filepath.Join(dir, "before.yaml"), filepath.Join(dir, "after.yaml")
	if err := errors.Join(os.WriteFile(before, spec, 0o600), os.WriteFile(after, edited, 0o600)); err != nil {
		return "", err
	}
	out, err := exec.CommandContext(ctx, program, "breaking", "--format", "json", before, after).Output() //nolint:gosec // the user names the program
	if err != nil {
		return "", fmt.Errorf("--oasdiff: the program failed: %w", err)
	}
	var breaks []breaking
	if err := json.Unmarshal(out, &breaks); err != nil {
		return "", errors.New("--oasdiff: what the program says is not what oasdiff v1.36.0 says")
	}
	return breaksInWords(breaks), nil
}

// breaking is one thing that oasdiff says breaks clients.
type breaking struct {
	ID        string `json:"id"`
	Text      string `json:"text"`
	Operation string `json:"operation"`
	Path      string `json:"path"`
}

// breaksInWords is a line for each kind of break: one edit of a shared schema breaks
// it at each of its places.
func breaksInWords(breaks []breaking) string {
	if len(breaks) == 0 {
		return "oasdiff finds nothing in these edits that breaks clients."
	}
	var order []string
	first, count := map[string]breaking{}, map[string]int{}
	for _, b := range breaks {
		if count[b.ID]++; count[b.ID] == 1 {
			order = append(order, b.ID)
			first[b.ID] = b
		}
	}
	var text strings.Builder
	text.WriteString("oasdiff says that these edits can break clients:")
	for _, id := range order {
		b := first[id]
		fmt.Fprintf(&text, "\n  %s, %d times, such as %s %s: %s", id, count[id], b.Operation, b.Path, strings.ReplaceAll(b.Text, "\n", " "))
	}
	return text.String()
}
