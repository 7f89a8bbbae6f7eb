package outputs

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/onvy-health/onvy-go/contract"
)

// ReadReport reads a report of --json.
func ReadReport(name string) (*contract.Report, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	r, err := ParseReport(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

// ParseReport reads what report.JSON writes, of this version.
func ParseReport(text []byte) (*contract.Report, error) {
	var form struct {
		Version *int    `json:"version"`
		Target  *string `json:"target"`
		Spec    *string `json:"spec"`
	}
	switch err := json.Unmarshal(text, &form); {
	case err != nil, form.Target == nil, form.Spec == nil:
		return nil, errors.New("this is not a JSON report of onvy-contract")
	case form.Version == nil, *form.Version != contract.ReportVersion:
		return nil, fmt.Errorf("this report is of another version of onvy-contract; create it again (this version reads form %d)", contract.ReportVersion)
	}
	r := new(contract.Report)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("this is not a JSON report of onvy-contract: %w", err)
	}
	return r, nil
}
