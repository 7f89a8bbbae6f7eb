package contract

import "github.com/onvy-health/onvy-go/contract/internal/pass"

// LoadWithoutFastPath is Load of a spec that leaves every verdict to
// kin-openapi and its router, and decodes every body.
func LoadWithoutFastPath(spec []byte) (*Spec, error) {
	inner, err := pass.LoadWithoutFastPath(spec)
	if err != nil {
		return nil, err
	}
	return &Spec{inner}, nil
}
