package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/onvy-health/onvy-go/contract"
)

// writeScripts writes a shell script for each cause into a directory: F1.sh.
func writeScripts(dir string, r *contract.Report) error {
	if dir == "" {
		return nil
	}
	for _, c := range r.Causes() {
		text := c.Script()
		if text == "" {
			continue
		}
		file, err := createAtomic(filepath.Join(dir, c.ID+".sh"))
		if err != nil {
			return fmt.Errorf("--scripts: %w", err)
		}
		if err := file.commit(func(w io.Writer) error {
			_, err := io.WriteString(w, "#!/bin/sh\n"+text)
			return err
		}); err != nil {
			return fmt.Errorf("--scripts: %w", err)
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
