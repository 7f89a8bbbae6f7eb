package outputs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/internal/near"
	"github.com/onvy-health/onvy-go/contract/report"
)

// folderFlags ask for reports in a directory.
type folderFlags struct {
	formats  []string
	dir      string
	specPath string
	set      *pflag.FlagSet
}

func (f *folderFlags) register(set *pflag.FlagSet) {
	f.set = set
	set.StringSliceVar(&f.formats, "report", nil, "write these `FORMATS` into --report-dir: "+strings.Join(formatNames(), ","))
	set.StringVar(&f.dir, "report-dir", "onvy-report", "`DIRECTORY` of --report; it may be published as it is")
	set.StringVar(&f.specPath, "sarif-spec-path", "openapi.yaml", "`PATH` of openapi.yaml in the repository, for reports that point into it")
}

// wanted reports whether there is to be one; nil is of a command that has none.
func (f *folderFlags) wanted() bool {
	return f != nil && (len(f.formats) > 0 || f.set != nil && f.set.Changed("report-dir"))
}

// file is where a format is written; "" if it is not.
func (f *folderFlags) file(name string) string {
	i := slices.IndexFunc(formats, func(one format) bool { return one.name == name })
	asked := slices.ContainsFunc(f.formats, func(one string) bool { return strings.TrimSpace(one) == name })
	if i < 0 || !f.wanted() || !asked && len(f.formats) > 0 {
		return ""
	}
	return filepath.Join(f.dir, formats[i].file)
}

// format is a form of report in the folder.
type format struct {
	name, file string
	write      func(w io.Writer, r *contract.Report, o report.MachineOptions) error // nil for the page, which knows more
}

var formats = []format{
	{"html", "index.html", nil},
	{"sarif", "onvy-contract.sarif", report.SARIF},
	{"junit", "junit.xml", func(w io.Writer, r *contract.Report, _ report.MachineOptions) error { return report.JUnit(w, r) }},
	{"json", "report.json", func(w io.Writer, r *contract.Report, _ report.MachineOptions) error { return report.JSON(w, r) }},
	{"github", "github.txt", report.GitHub},
	{"gitlab", "gl-code-quality-report.json", report.GitLab},
	{"markdown", "summary.md", report.Markdown},
	{"har", "evidence.har", report.HAR},
}

func formatNames() (names []string) {
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// folder is a directory of reports that is being made: every file of it is open
// before anything runs. nil is none.
type folder struct {
	app    *console.App
	flags  *folderFlags
	page   *pageFlags
	picked []format
	files  []*atomicFile
	last   *atomicFile // the list of all files, written after them
}

// ManifestFile is the file with the [Manifest] of a folder.
const ManifestFile = "manifest.json"

func (f *folderFlags) open(a *console.App, page *pageFlags) (*folder, error) {
	if !f.wanted() {
		return nil, nil
	}
	names := f.formats
	if len(names) == 0 {
		names = formatNames()
	}
	o := &folder{app: a, flags: f, page: page}
	for _, name := range names {
		i := slices.IndexFunc(formats, func(one format) bool { return one.name == strings.TrimSpace(name) })
		if i < 0 {
			return nil, fmt.Errorf("--report: unknown format %q%s; the formats are %s", name, near.DidYouMean(name, formatNames()), strings.Join(formatNames(), ", "))
		}
		if !slices.ContainsFunc(o.picked, func(one format) bool { return one.name == formats[i].name }) {
			o.picked = append(o.picked, formats[i])
		}
	}
	if f.dir == "" {
		return nil, errors.New("--report-dir: the directory has no name")
	}
	if err := os.MkdirAll(f.dir, 0o777); err != nil {
		return nil, fmt.Errorf("--report-dir: %w", err)
	}
	for _, one := range o.picked {
		file, err := createAtomic(filepath.Join(f.dir, one.file))
		if err != nil {
			o.discard()
			return nil, fmt.Errorf("--report-dir: %w", err)
		}
		o.files = append(o.files, file)
	}
	var err error
	if o.last, err = createAtomic(filepath.Join(f.dir, ManifestFile)); err != nil {
		o.discard()
		return nil, fmt.Errorf("--report-dir: %w", err)
	}
	return o, nil
}

func (o *folder) discard() {
	if o == nil {
		return
	}
	for _, file := range o.files {
		file.discard()
	}
	o.last.discard()
}

// Manifest says what a folder of reports is of, so that whoever gets it can see
// that it is whole.
type Manifest struct {
	Version string         `json:"onvy_contract"`
	Report  int            `json:"report_version"`
	Spec    string         `json:"spec_sha256"`
	Target  string         `json:"target"`
	Started string         `json:"started"`
	Exit    int            `json:"exit_status"`
	Files   []manifestItem `json:"files"`
}

type manifestItem struct {
	Name   string `json:"name"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// write writes the folder. Annotations also go to standard error, where GitHub
// reads them, and the summary to the file that GitHub names for it.
func (o *folder) write(r *contract.Report, status int) error {
	if o == nil {
		return nil
	}
	spec, err := o.app.SpecText()
	if err != nil {
		return fmt.Errorf("the spec is gone: %w", err)
	}
	options := report.MachineOptions{Spec: spec, SpecPath: o.flags.specPath, Version: console.Version()}
	m := Manifest{
		Version: console.Version(), Report: r.Version, Spec: r.Spec, Target: r.Target, Started: r.Started.UTC().Format("2006-01-02T15:04:05Z"), Exit: status,
		Files: []manifestItem{},
	}
	for i, one := range o.picked {
		var text bytes.Buffer
		if one.write == nil {
			err = o.page.write(&text, o.app, r)
		} else {
			err = one.write(&text, r, options)
		}
		if err != nil {
			return err
		}
		if err := o.files[i].commit(func(w io.Writer) error { _, err := w.Write(text.Bytes()); return err }); err != nil {
			return fmt.Errorf("--report-dir: %w", err)
		}
		sum := sha256.Sum256(text.Bytes())
		m.Files = append(m.Files, manifestItem{one.file, text.Len(), hex.EncodeToString(sum[:])})
		if err := o.tellGitHub(one.name, text.Bytes(), r, options); err != nil {
			return err
		}
	}
	return named("--report-dir", o.last.commit(func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(m)
	}))
}

// tellGitHub does what its runner looks for.
func (o *folder) tellGitHub(name string, text []byte, r *contract.Report, options report.MachineOptions) error {
	if name != "github" || o.app.Getenv("GITHUB_ACTIONS") != "true" {
		return nil
	}
	if _, err := o.app.Stderr.Write(text); err != nil {
		return nil // where stderr is closed nobody reads
	}
	path := o.app.Getenv("GITHUB_STEP_SUMMARY")
	if path == "" {
		return nil
	}
	var summary bytes.Buffer
	if err := report.Markdown(&summary, r, options); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o666) //nolint:gosec // the runner names it
	if err != nil {
		var at *fs.PathError
		if errors.As(err, &at) {
			err = at.Err
		}
		return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", err)
	}
	_, err = file.Write(summary.Bytes())
	return errors.Join(err, file.Close())
}
