package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/internal/near"
)

// run is the whole program: it returns the exit status.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), stdin io.Reader, stdout, stderr io.Writer) int {
	a := &console.App{Lookup: lookup, Stdin: stdin, Stdout: stdout, Stderr: stderr}
	root := root(a)
	root.SetArgs(longFlags(args))
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if status, ok := errors.AsType[console.Exit](err); ok {
		return int(status)
	}
	if err != nil {
		a.Note("onvy-contract: %s", console.Say(err))
		return 2
	}
	return 0
}

func root(a *console.App) *cobra.Command {
	root := &cobra.Command{
		Use:   "onvy-contract",
		Short: "Checks ONVY Health API servers and recordings against openapi.yaml",
		Long: `onvy-contract checks ONVY Health API servers, and recordings of their traffic,
against openapi.yaml.

Exit status: 0 everything is as the contract says, 1 a violation was found,
2 it could not run or nothing ran.`,
		Version:           console.Version(),
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
		Args:              console.CommandMissing,
		RunE:              func(*cobra.Command, []string) error { return nil },
	}
	cobra.EnableCommandSorting = false // the groups have an order of their own
	root.SetVersionTemplate("{{.Name}} {{.Version}}\n")
	root.SetFlagErrorFunc(console.FlagError)
	a.Colour = console.Choice{Value: "auto", Words: []string{"auto", "always", "never"}}
	root.PersistentFlags().Var(&a.Colour, "color", "colours in the report: auto, always or never; auto means on terminals, and obeys NO_COLOR and FORCE_COLOR")
	root.PersistentFlags().StringVar(&a.SpecFile, "spec", "", "check against this openapi.yaml `FILE` instead of the built-in one")
	for _, group := range []struct {
		id, title string
		commands  []*cobra.Command
	}{
		{"server", "Test a server:", []*cobra.Command{runCommand(a), againCommand(a), cleanCommand(a), sandboxCommand(a)}},
		{"traffic", "Check traffic:", []*cobra.Command{replayCommand(a), proxyCommand(a), recordCommand(a), redactCommand(a)}},
		{"reports", "Work with reports:", []*cobra.Command{diffCommand(a), waiveCommand(a), mergeCommand(a), suggestCommand(a)}},
		{"rules", "Know what is checked:", []*cobra.Command{rulesCommand(a), explainCommand(a), selftestCommand(a)}},
	} {
		root.AddGroup(&cobra.Group{ID: group.id, Title: group.title})
		for _, cmd := range group.commands {
			cmd.GroupID = group.id
			root.AddCommand(cmd)
		}
	}
	root.AddCommand(shardCommand(a), versionCommand(a))
	root.SetHelpCommand(helpCommand(root))
	console.Help(a, root)
	completes(root)
	return root
}

// completes adds the command that writes scripts for shells, which cobra makes,
// and lets it refuse what is no shell.
func completes(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	if cmd, _, err := root.Find([]string{"completion"}); err == nil && cmd != root {
		cmd.Annotations, cmd.Args = console.NoSpec, console.CommandMissing
		cmd.RunE = func(*cobra.Command, []string) error { return nil }
	}
}

// versionCommand is --version for those who expect a command.
func versionCommand(a *console.App) *cobra.Command {
	return &cobra.Command{
		Annotations: console.NoSpec,
		Use:         "version", Short: "Say which version this is", Args: console.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.RefuseSpec(cmd, "the version is that of the program"); err != nil {
				return err
			}
			_, err := fmt.Fprintln(a.Stdout, "onvy-contract", console.Version())
			return err
		},
	}
}

// helpCommand refuses to help with a command that is not there.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Annotations: console.NoSpec,
		Use:         "help [COMMAND]", Short: "Explain a command",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return console.Usage(root, "there is no such command%s", near.DidYouMean(args[len(args)-1], console.CommandNames(root)))
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
