package outputs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/report"
)

// Flags say where reports go.
type Flags struct {
	json, junit        string
	scripts            string
	Beside             string // the file that the command writes itself; "" for none
	Quiet, full, notes bool
	page               pageFlags
	cover              coverFlags
	judge              judgeFlags
	folder             folderFlags
}

// Register adds the flags.
func (f *Flags) Register(set *pflag.FlagSet) {
	console.Group(set, "Reports", func(set *pflag.FlagSet) {
		set.StringVar(&f.json, "json", "", "write the report as JSON to `FILE`; \"-\" is standard output")
		set.StringVar(&f.junit, "junit", "", "write the report as JUnit XML to `FILE`; \"-\" is standard output")
		f.page.folder = &f.folder
		f.page.register(set)
		f.folder.register(set)
		set.StringVar(&f.scripts, "scripts", "", "write a shell script of curl lines for each cause into `DIRECTORY`")
	})
	console.Group(set, "What fails the run", f.judge.register)
	console.Group(set, "Coverage", f.cover.register)
	console.Group(set, "Terminal", func(set *pflag.FlagSet) {
		set.BoolVar(&f.Quiet, "quiet", false, "show only what fails the run, and the last line")
		set.BoolVar(&f.full, "full", false, "show the evidence of every cause, and all notes")
		set.BoolVar(&f.notes, "notes", false, "show what does not fail the run, one by one")
	})
}

// ToFile reports whether a report is to be kept, or a gate looks at it: then
// somebody reads the result who did not see what was checked.
func (f *Flags) ToFile() bool {
	for _, set := range []string{f.json, f.junit, f.scripts, f.page.file, f.cover.file, f.cover.min, f.cover.baseline, f.judge.baseline} {
		if set != "" {
			return true
		}
	}
	return f.folder.wanted()
}

// Watching also puts exchanges on the page, if one is wanted.
func (f *Flags) Watching(each func(*contract.Exchange)) func(*contract.Exchange) {
	return f.page.watching(each)
}

// kept is the file that has the report as JSON; "" if there is none.
func (f *Flags) kept() string {
	if f.json != "" && f.json != "-" {
		return f.json
	}
	return f.folder.file("json")
}

// Outputs are the places that reports go to, open before anything runs: a run
// of minutes is not to end with a file that cannot be written.
type Outputs struct {
	app   *console.App
	flags *Flags
	json  *atomicFile // nil for none and for standard output
	junit *atomicFile
	html  *atomicFile
	cover *cover
	judge *judge

	folder *folder
}

// Open opens them all.
func (f *Flags) Open(a *console.App) (*Outputs, error) {
	if err := f.distinct(); err != nil {
		return nil, err
	}
	if err := makeScripts(f.scripts); err != nil {
		return nil, err
	}
	o := &Outputs{app: a, flags: f}
	var err error
	if o.judge, err = f.judge.open(); err != nil {
		return nil, err
	}
	if f.json != "" && f.json != "-" {
		if o.json, err = createAtomic(f.json); err != nil {
			return nil, fmt.Errorf("--json: %w", err)
		}
	}
	if f.junit != "" && f.junit != "-" {
		if o.junit, err = createAtomic(f.junit); err != nil {
			o.Discard()
			return nil, fmt.Errorf("--junit: %w", err)
		}
	}
	if o.html, err = f.page.open(); err != nil {
		o.Discard()
		return nil, err
	}
	if o.cover, err = f.cover.open(a); err != nil {
		o.Discard()
		return nil, err
	}
	if o.folder, err = f.folder.open(a, &f.page); err != nil {
		o.Discard()
		return nil, err
	}
	return o, nil
}

// distinct refuses flags that name one file: the last would take the place of the
// others.
func (f *Flags) distinct() error {
	all := []struct{ flag, file string }{
		{"the recording", f.Beside}, {"--json", f.json}, {"--junit", f.junit}, {"--html", f.page.file}, {"--cover", f.cover.file},
	}
	for _, one := range formats {
		all = append(all, struct{ flag, file string }{"--report " + one.name, f.folder.file(one.name)})
	}
	flags := make(map[string]string) // by the file
	for _, to := range all {
		if to.file == "" {
			continue
		}
		name := realName(to.file)
		if first, ok := flags[name]; ok {
			return fmt.Errorf("%s and %s name the same file; give each its own", first, to.flag)
		}
		flags[name] = to.flag
	}
	return nil
}

// realName is where a file is written, wherever links lead.
func realName(name string) string {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	} else if dir, err := filepath.EvalSymlinks(filepath.Dir(name)); err == nil {
		name = filepath.Join(dir, filepath.Base(name))
	}
	if absolute, err := filepath.Abs(name); err == nil {
		name = absolute
	}
	return filepath.Clean(name)
}

// Discard removes what was begun, where the run did not come to a report.
func (o *Outputs) Discard() {
	o.json.discard()
	o.junit.discard()
	o.html.discard()
	o.cover.discard()
	o.folder.discard()
}

// write writes all reports. The terminal report is on standard output, or on
// standard error where another one has that place.
func (o *Outputs) write(r *contract.Report, status int) error {
	terminal := o.app.Stdout
	spec, _ := o.app.SpecText() // without it operations have their ids
	var errs []error
	toJSON := func(w io.Writer) error { return report.JSON(w, r) }
	toJUnit := func(w io.Writer) error { return report.JUnit(w, r) }
	switch "-" {
	case o.flags.json:
		terminal = o.app.Stderr
		errs = append(errs, toStdout(o.app, toJSON, console.InJSON))
	case o.flags.junit:
		terminal = o.app.Stderr
		errs = append(errs, toStdout(o.app, toJUnit, console.InXML))
	}
	errs = append(errs,
		o.folder.write(r, status),
		report.Terminal(o.app.Log(terminal), r, report.TerminalOptions{
			Links:  o.app.Colour.Value != "never" && report.Hyperlinks(terminal, o.app.Getenv),
			Colour: o.app.Colours(terminal), Full: o.flags.full, Notes: o.flags.notes, Quiet: o.flags.Quiet,
			Width: console.Width(terminal, o.app.Getenv), Spec: spec, JSON: o.flags.kept(), Scripts: o.flags.scripts,
		}),
		writeScripts(o.flags.scripts, r),
		named("--json", o.json.commit(toJSON)),
		named("--junit", o.junit.commit(toJUnit)),
		named("--html", o.html.commit(func(w io.Writer) error { return o.flags.page.write(w, o.app, r) })),
		named("--cover", o.cover.write(r)),
	)
	return errors.Join(errs...)
}

// toStdout writes a report to standard output, which may be the log of a runner.
func toStdout(a *console.App, write func(io.Writer) error, instead string) error {
	var text bytes.Buffer
	if err := write(&text); err != nil {
		return err
	}
	_, err := a.Stdout.Write(console.For(a, text.Bytes(), instead))
	return err
}

// named says which flag an error is about.
func named(flag string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", flag, err)
}

// Finish writes the reports and turns the result into the exit status.
func (o *Outputs) Finish(r *contract.Report) error {
	if err := o.cover.add(r); err != nil {
		return err
	}
	o.judge.settle(r)
	status := r.ExitStatus() // and the gates of coverage
	if status == 0 && o.cover.fails(r) {
		status = 1
	}
	if err := o.write(r, status); err != nil {
		return err
	}
	if status != 0 {
		return console.Exit(status)
	}
	return nil
}
