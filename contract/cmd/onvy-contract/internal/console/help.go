package console

import (
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// titled marks the flags of a group with its title.
const titled = "onvy-contract: title"

// Group gives the flags that register adds a title of their own in help.
func Group(set *pflag.FlagSet, title string, register func(*pflag.FlagSet)) {
	set.SortFlags = false
	before := map[string]bool{}
	set.VisitAll(func(f *pflag.Flag) { before[f.Name] = true })
	register(set)
	set.VisitAll(func(f *pflag.Flag) {
		if !before[f.Name] {
			_ = set.SetAnnotation(f.Name, titled, []string{title}) // the flag is there
		}
	})
}

// NoSpec marks a command that takes no --spec: help does not offer it.
var NoSpec = map[string]string{"spec": "none"}

// Help lets help show flags in their groups, as wide as the terminal is.
func Help(a *App, root *cobra.Command) {
	columns := 0
	if f, ok := a.Stdout.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		columns = Width(a.Stdout, a.Getenv)
	}
	cobra.AddTemplateFunc("ownFlags", func(cmd *cobra.Command) string { return grouped(cmd.LocalFlags(), columns) })
	cobra.AddTemplateFunc("globalFlags", func(cmd *cobra.Command) string {
		shown := pflag.NewFlagSet("", pflag.ContinueOnError)
		cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "spec" || cmd.Annotations["spec"] == "" {
				shown.AddFlag(f)
			}
		})
		return shown.FlagUsagesWrapped(columns)
	})
	root.SetUsageTemplate(strings.NewReplacer(
		"Flags:\n{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}", "{{ownFlags . | trimTrailingWhitespaces}}",
		"{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}", "{{globalFlags . | trimTrailingWhitespaces}}",
	).Replace(root.UsageTemplate()))
}

// grouped are flags as help shows them: what is in no group under "Flags", and then
// each group under its title.
func grouped(set *pflag.FlagSet, columns int) string {
	var titles []string
	groups := map[string]*pflag.FlagSet{}
	set.VisitAll(func(f *pflag.Flag) {
		title := "Flags"
		if t := f.Annotations[titled]; t != nil {
			title = t[0]
		}
		if groups[title] == nil {
			groups[title] = pflag.NewFlagSet(title, pflag.ContinueOnError)
			groups[title].SortFlags = false
			titles = append(titles, title)
		}
		groups[title].AddFlag(f)
	})
	slices.SortStableFunc(titles, func(a, b string) int { return rank(groups, a) - rank(groups, b) })
	var b strings.Builder
	for _, title := range titles {
		b.WriteString(title + ":\n" + groups[title].FlagUsagesWrapped(columns) + "\n")
	}
	return b.String()
}

// rank puts the flags that are in no group first, unless there is --help only.
func rank(groups map[string]*pflag.FlagSet, title string) int {
	n := 0
	groups[title].VisitAll(func(*pflag.Flag) { n++ })
	switch {
	case title != "Flags":
		return 1
	case n == 1:
		return 2
	}
	return 0
}

// Width is that of the terminal, or what COLUMNS says; 0 if nobody knows.
func Width(w io.Writer, getenv func(string) string) int {
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			return columns
		}
	}
	columns, _ := strconv.Atoi(getenv("COLUMNS")) // what is no number says nothing
	return columns
}
