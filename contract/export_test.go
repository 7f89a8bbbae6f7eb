package contract

// LoadWithoutFastPath is Load of a spec that leaves every verdict to
// kin-openapi and its router, and decodes every body.
func LoadWithoutFastPath(spec []byte) (*Spec, error) {
	s, err := Load(spec)
	if err == nil {
		clear(s.fast)
		s.paths = nil
	}
	return s, err
}
