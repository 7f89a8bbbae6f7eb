package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/onvy-health/onvy-go/contract"
)

// readReport reads a report of --json.
func readReport(name string) (*contract.Report, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	r, err := parseReport(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

// parseReport reads what report.JSON writes, of this version.
func parseReport(text []byte) (*contract.Report, error) {
	var form struct {
		Version *int    `json:"version"`
		Target  *string `json:"target"`
		Spec    *string `json:"spec"`
	}
	switch err := json.Unmarshal(text, &form); {
	case err != nil, form.Target == nil, form.Spec == nil:
		return nil, errors.New("this is not a report of --json")
	case form.Version == nil, *form.Version != contract.ReportVersion:
		return nil, fmt.Errorf("this is a report of another version of onvy-contract; make it anew (this one reads version %d)", contract.ReportVersion)
	}
	r := new(contract.Report)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("this is not a report of --json: %w", err)
	}
	return r, nil
}
