package console

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/onvy-health/onvy-go/contract/internal/near"
)

// Usage is the error of a command line that cannot be right. It does not quote
// the arguments: one of them could be a secret that was put in the wrong place.
func Usage(cmd *cobra.Command, format string, args ...any) error {
	return fmt.Errorf("%s; see \"%s --help\"", fmt.Sprintf(format, args...), cmd.CommandPath())
}

// FlagError explains the flags that one may look for in vain.
func FlagError(cmd *cobra.Command, err error) error {
	for _, wanted := range []struct{ flag, instead string }{
		{"--client-secret", "set ONVY_CLIENT_SECRET or use --secret-file"},
		{"--secret", "set ONVY_CLIENT_SECRET or use --secret-file"},
		{"--id-token", "set ONVY_ID_TOKEN or use --id-token-file"},
		{"--other-secret", "set ONVY_OTHER_CLIENT_SECRET or use --other-secret-file"},
		{"--other-client-secret", "set ONVY_OTHER_CLIENT_SECRET or use --other-secret-file"},
	} {
		if err.Error() == "unknown flag: "+wanted.flag {
			return Usage(cmd, "there is no %s, because every user of the machine can read a command line: %s", wanted.flag, wanted.instead)
		}
	}
	var flags []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, f.Name) })
	if written, ok := strings.CutPrefix(err.Error(), "unknown flag: "); ok {
		return Usage(cmd, "%v%s", err, strings.Replace(near.DidYouMean(strings.TrimPrefix(written, "--"), flags), `"`, `"--`, 1))
	}
	return Usage(cmd, "%s", inWords(err))
}

// CommandMissing are the arguments of a command that does nothing by itself.
func CommandMissing(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return Usage(cmd, "there is no such command%s", near.DidYouMean(args[0], CommandNames(cmd)))
	}
	return Usage(cmd, "a command is missing")
}

// Some refuses a command line that names no file of a kind.
func Some(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return Usage(cmd, "no %s is named", what)
		}
		return nil
	}
}

// NoArgs refuses arguments that are no flags.
func NoArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return Usage(cmd, "%s takes flags only", cmd.Name())
	}
	return nil
}

// Indented makes examples of help texts look like those of cobra.
func Indented(lines ...string) string { return "  " + strings.Join(lines, "\n  ") }
