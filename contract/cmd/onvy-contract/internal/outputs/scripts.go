package outputs

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"

	"github.com/onvy-health/onvy-go/contract"
)

// writeScripts writes a shell script for each cause into a directory: F1.sh. Those
// of an earlier report, which this one does not have, are removed.
func writeScripts(dir string, r *contract.Report) error {
	if dir == "" {
		return nil
	}
	written := make(map[string]bool)
	for _, c := range r.Causes() {
		text := c.Script()
		if text == "" {
			continue
		}
		name := c.ID + ".sh"
		file, err := createAtomic(filepath.Join(dir, name))
		if err != nil {
			return fmt.Errorf("--scripts: %w", err)
		}
		if err := file.commit(func(w io.Writer) error {
			_, err := io.WriteString(w, "#!/bin/sh\n"+text)
			return err
		}); err != nil {
			return fmt.Errorf("--scripts: %w", err)
		}
		written[name] = true
	}
	return named("--scripts", removeScripts(dir, written))
}

// A script has the name of a cause, and begins with its rule.
var (
	scriptName  = regexp.MustCompile(`^[A-Z][0-9]+\.sh$`)
	scriptBegin = regexp.MustCompile(`^#!/bin/sh\n# [a-z0-9-]+/[a-z0-9-]+: `)
)

// removeScripts removes the scripts of a directory that were not written just now,
// and nothing that was not written by this program.
func removeScripts(dir string, keep map[string]bool) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, file := range files {
		if keep[file.Name()] || !file.Type().IsRegular() || !scriptName.MatchString(file.Name()) {
			continue
		}
		name := filepath.Join(dir, file.Name())
		text, err := os.ReadFile(name)
		if err == nil && scriptBegin.Match(text) {
			err = os.Remove(name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// makeScripts makes the directory before anything runs.
func makeScripts(dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("--scripts: %w", err)
	}
	return nil
}
