package contract

import (
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/rules"
)

// Spec is openapi.yaml, loaded, validated and compiled. It is safe for
// concurrent use.
type Spec struct{ spec *pass.Spec }

// Check looks at one exchange and returns what is wrong with it. It is safe
// for concurrent use. An exchange that matches no operation is looked at as
// HTTP only.
func (s *Spec) Check(x *Exchange) []Finding {
	return rules.Check(s.spec, x)
}

// Matches tells whether an exchange is of this API: its path and method are in
// the spec.
func (s *Spec) Matches(x *Exchange) bool {
	return s.spec.Matches(x)
}

// CoveragePoints are all that a run may exercise of the spec, hit or not.
func (s *Spec) CoveragePoints() []CoveragePoint {
	return s.spec.CoveragePoints()
}

// Load reads a spec. The error of one that is not valid says what is wrong and
// where.
func Load(text []byte) (*Spec, error) {
	inner, err := pass.Load(text)
	if err != nil {
		return nil, err
	}
	return &Spec{inner}, nil
}

// SHA256 is the hash of the spec, in hex, to tell whether a recording was made
// with another one.
func (s *Spec) SHA256() string {
	return s.spec.SHA256()
}

// At returns the same spec for a server whose base URL has a path, as behind a
// gateway: "https://gateway.example/onvy". Check, NewHistory, Replay and
// Transport then take that path off, and what is not below it is not of this
// API. Only the path of the URL counts; s itself is not changed.
func (s *Spec) At(baseURL string) (*Spec, error) {
	inner, err := s.spec.At(baseURL)
	if err != nil {
		return nil, err
	}
	return &Spec{inner}, nil
}
