package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/near"
	"github.com/onvy-health/onvy-go/contract/recording"
)

// app is what the commands share.
type app struct {
	stdinName      string                      // what findings call standard input; "" is stdin
	lookup         func(string) (string, bool) // as os.LookupEnv
	stdin          io.Reader
	stdout, stderr io.Writer

	specFile string
	colour   choice // --color
}

// exit is an exit status of a command that has already said why.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// getenv is a variable of the environment; "" if it is not set.
func (a *app) getenv(name string) string {
	value, _ := a.lookup(name)
	return value
}

// plain takes the names of packages out of an error: they tell a caller in Go
// whose error it is, and the user of a program nothing.
func plain(err error) string { return packages.ReplaceAllString(err.Error(), "$1") }

var packages = regexp.MustCompile(`(^|: )(?:(?:contract|recording|sandbox|report|coverage|suggest|waivers): )+`)

// run is the whole program: it returns the exit status.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{lookup: lookup, stdin: stdin, stdout: stdout, stderr: stderr}
	root := a.root()
	root.SetArgs(longFlags(args))
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if status, ok := errors.AsType[exit](err); ok {
		return int(status)
	}
	if err != nil {
		a.note("onvy-contract: %s", plain(err))
		return 2
	}
	return 0
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "onvy-contract",
		Short: "Checks ONVY Health API servers and recordings against openapi.yaml",
		Long: `onvy-contract checks ONVY Health API servers, and recordings of their traffic,
against openapi.yaml.

Exit status: 0 everything is as the contract says, 1 a violation was found,
2 it could not run or nothing ran.`,
		Version:           version(),
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
		Args:              commandMissing,
		RunE:              func(*cobra.Command, []string) error { return nil },
	}
	root.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	root.SetFlagErrorFunc(flagError)
	a.colour = choice{"auto", []string{"auto", "always", "never"}}
	root.PersistentFlags().Var(&a.colour, "color", "colours in the report: auto, always or never; auto is for terminals, and heeds NO_COLOR and FORCE_COLOR")
	root.PersistentFlags().StringVar(&a.specFile, "spec", "", "check against this openapi.yaml `FILE` instead of the built-in one")
	for _, group := range []struct {
		id, title string
		commands  []*cobra.Command
	}{
		{"server", "Test a server:", []*cobra.Command{a.runCommand(), a.againCommand(), a.cleanCommand(), a.sandboxCommand()}},
		{"traffic", "Check traffic:", []*cobra.Command{a.replayCommand(), a.proxyCommand(), a.recordCommand(), a.redactCommand()}},
		{"reports", "Work with reports:", []*cobra.Command{a.diffCommand(), a.waiveCommand(), a.mergeCommand(), a.suggestCommand()}},
		{"rules", "Know what is checked:", []*cobra.Command{a.rulesCommand(), a.explainCommand(), a.selftestCommand()}},
	} {
		root.AddGroup(&cobra.Group{ID: group.id, Title: group.title})
		for _, cmd := range group.commands {
			cmd.GroupID = group.id
			root.AddCommand(cmd)
		}
	}
	root.AddCommand(a.shardCommand(), a.versionCommand())
	root.SetHelpCommand(a.helpCommand(root))
	return root
}

// note writes a line for people to stderr. Where stderr is closed nobody reads.
func (a *app) note(format string, args ...any) {
	_, _ = fmt.Fprintf(a.log(a.stderr), format+"\n", args...)
}

// specText is the built-in openapi.yaml, or that of --spec.
func (a *app) specText() ([]byte, error) {
	if a.specFile == "" {
		return onvy.Spec, nil
	}
	text, err := os.ReadFile(a.specFile)
	if err != nil {
		return nil, fmt.Errorf("--spec: %w", err)
	}
	return text, nil
}

// spec loads specText.
func (a *app) spec() (*contract.Spec, error) {
	text, err := a.specText()
	if err != nil {
		return nil, err
	}
	if swagger.Match(text) {
		return nil, fmt.Errorf("--spec %s: this is Swagger 2.0; OpenAPI 3.0.x is needed", a.specFile)
	}
	spec, err := contract.Load(text)
	if err != nil && a.specFile != "" {
		return nil, fmt.Errorf("--spec %s: %w", a.specFile, err)
	}
	return spec, err
}

// redactor takes out of exchanges what specText marks.
func (a *app) redactor() (*recording.Redactor, error) {
	text, err := a.specText()
	if err != nil {
		return nil, err
	}
	return recording.NewRedactor(text)
}

// noSpec refuses --spec where it has no effect.
func (a *app) noSpec(cmd *cobra.Command, why string) error {
	if a.specFile == "" {
		return nil
	}
	return usage(cmd, "%s takes no --spec: %s", cmd.Name(), why)
}

// swagger is how a spec begins that is too old.
var swagger = regexp.MustCompile(`(?m)^\s*\{?\s*"?swagger"?\s*:`)

// usage is the error of a command line that cannot be right. It does not quote
// the arguments: one of them could be a secret that was put in the wrong place.
func usage(cmd *cobra.Command, format string, args ...any) error {
	return fmt.Errorf("%s; see \"%s --help\"", fmt.Sprintf(format, args...), cmd.CommandPath())
}

// flagError explains the flags that one may look for in vain.
func flagError(cmd *cobra.Command, err error) error {
	for _, wanted := range []struct{ flag, instead string }{
		{"--client-secret", "set ONVY_CLIENT_SECRET or use --secret-file"},
		{"--secret", "set ONVY_CLIENT_SECRET or use --secret-file"},
		{"--id-token", "set ONVY_ID_TOKEN or use --id-token-file"},
		{"--other-secret", "set ONVY_OTHER_CLIENT_SECRET or use --other-secret-file"},
		{"--other-client-secret", "set ONVY_OTHER_CLIENT_SECRET or use --other-secret-file"},
	} {
		if err.Error() == "unknown flag: "+wanted.flag {
			return usage(cmd, "there is no %s, because every user of the machine can read a command line: %s", wanted.flag, wanted.instead)
		}
	}
	var flags []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, f.Name) })
	if written, ok := strings.CutPrefix(err.Error(), "unknown flag: "); ok {
		return usage(cmd, "%v%s", err, strings.Replace(near.DidYouMean(strings.TrimPrefix(written, "--"), flags), `"`, `"--`, 1))
	}
	return usage(cmd, "%s", inWords(err))
}

// commandMissing are the arguments of a command that does nothing by itself.
func commandMissing(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(cmd, "there is no such command%s", near.DidYouMean(args[0], commandNames(cmd)))
	}
	return usage(cmd, "a command is missing")
}

// versionCommand is --version for those who expect a command.
func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Say which version this is", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.noSpec(cmd, "the version is that of the program"); err != nil {
				return err
			}
			_, err := fmt.Fprintln(a.stdout, "onvy-contract", version())
			return err
		},
	}
}

// helpCommand refuses to help with a command that is not there.
func (a *app) helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Explain a command",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return usage(root, "there is no such command%s", near.DidYouMean(args[len(args)-1], commandNames(root)))
			}
			return cmd.Help()
		},
	}
}

// longFlags gives long flags with one dash, as package flag has them, their
// second one. There are no groups of one-letter flags that this could break.
func longFlags(args []string) []string {
	args = append([]string(nil), args...)
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if len(arg) > 2 && arg[0] == '-' && 'a' <= arg[1] && arg[1] <= 'z' && 'a' <= arg[2] && arg[2] <= 'z' {
			args[i] = "-" + arg
		}
	}
	return args
}

// noArgs refuses arguments that are no flags.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(cmd, "%s takes flags only", cmd.Name())
	}
	return nil
}

// indented makes examples of help texts look like those of cobra.
func indented(lines ...string) string { return "  " + strings.Join(lines, "\n  ") }
