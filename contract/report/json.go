package report

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"

	"github.com/onvy-health/onvy-go/contract"
)

// Schema is the JSON Schema (2020-12) of what [JSON] writes.
//
//go:embed schema.json
var Schema []byte

// JSON writes r as one indented object that [Schema] describes. Lists are
// there when they are empty. Times are RFC 3339, durations are nanoseconds.
func JSON(w io.Writer, r *contract.Report) error {
	// A reader in another language would have to tell null from [].
	whole := *r
	if whole.Outcomes == nil {
		whole.Outcomes = []contract.Outcome{}
	}
	if whole.Findings == nil {
		whole.Findings = []contract.Finding{}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(&whole); err != nil {
		return fmt.Errorf("report: json: %w", err)
	}
	return nil
}
