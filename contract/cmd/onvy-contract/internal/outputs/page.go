package outputs

import (
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/report"
)

// pageFlags are those of the report as a page.
type pageFlags struct {
	file     string
	folder   *folderFlags // which may have a page too
	timeline report.Timeline
}

func (f *pageFlags) register(set *pflag.FlagSet) {
	set.StringVar(&f.file, "html", "", "write the report as one HTML page to `FILE`")
}

// open returns nil where no page is wanted.
func (f *pageFlags) open() (*atomicFile, error) {
	if f.file == "" {
		return nil, nil
	}
	file, err := createAtomic(f.file)
	return file, named("--html", err)
}

// watching also puts exchanges on the page.
func (f *pageFlags) watching(each func(*contract.Exchange)) func(*contract.Exchange) {
	if f.file == "" && !f.folder.wanted() {
		return each
	}
	return func(x *contract.Exchange) {
		f.timeline.Add(x)
		if each != nil {
			each(x)
		}
	}
}

func (f *pageFlags) write(w io.Writer, a *console.App, r *contract.Report) error {
	spec, err := a.SpecText()
	if err != nil {
		return fmt.Errorf("the spec is gone: %w", err)
	}
	return report.HTML(w, r, report.HTMLOptions{Spec: spec, Timeline: &f.timeline, Version: console.Version()})
}
