package recording

import (
	"fmt"
	"time"
)

// maxAge is after how long a recording is stale.
const maxAge = 90 * 24 * time.Hour

// Meta is what a recording of this package says about itself, in the extension
// "_onvy" of its log.
type Meta struct {
	SpecSHA256 string    // of the openapi.yaml it was recorded against, in hex
	RecordedAt time.Time // when it was begun
	Redacted   bool      // whether a Redactor went over every entry
}

// Stale says why the recording may no longer show what the API does, or "" if
// it does or says nothing about itself. The spec is that of now, as SHA-256 in hex.
func (m Meta) Stale(specSHA256 string, now time.Time) string {
	age := now.Sub(m.RecordedAt)
	switch {
	case m.SpecSHA256 != "" && m.SpecSHA256 != specSHA256:
		return "it was recorded against another openapi.yaml"
	case !m.RecordedAt.IsZero() && age > maxAge:
		return fmt.Sprintf("it is %d days old", int(age.Hours()/24))
	}
	return ""
}
