package recording

import (
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/onvy-health/onvy-go/contract/recording/internal/entry"
)

// documents are HARs and JSON cassettes.
type documents struct{ *emitter }

// read cuts them into entries. The members of a
// document may be in any order; documents may follow one another.
func (e documents) read() error {
	s := newScanner(e.br)
	for n := 0; ; n++ {
		if _, err := s.peek(); err != nil {
			if n > 0 && s.err == io.EOF {
				return nil
			}
			return err
		}
		known := false
		err := s.members(func(name string) error {
			switch name {
			case "log":
				known = true
				return e.log(s)
			case "interactions", "Interactions":
				known = true
				return e.elements(s, decodeInteraction(name))
			}
			return s.skip()
		})
		if err != nil {
			return err
		}
		if !known {
			return ErrFormat
		}
	}
}

// log reads the log of a HAR.
func (e documents) log(s *scanner) error {
	return s.members(func(name string) error {
		switch name {
		case "entries":
			return e.elements(s, decodeHAR)
		case "_onvy":
			raw, err := s.value(nil, 4<<10)
			if err != nil {
				return err
			}
			e.meta = decodeMeta(raw)
			return nil
		}
		return s.skip()
	})
}

// elements emits the elements of an array; null is an array without any.
func (e documents) elements(s *scanner, decode decodeFunc) error {
	if c, err := s.peek(); err == nil && c == 'n' {
		return s.skip()
	}
	return s.elements(func() error {
		data, err := s.value(nil, e.limit)
		return e.emit(data, err, decode)
	})
}

// decodeMeta reads the extension of this package. What is not as it was
// written is left out: it is advice, and no reason to refuse a recording.
func decodeMeta(raw []byte) Meta {
	var m Meta
	d := &decoder{Source: entry.NewCareful(raw)}
	_ = d.object(func(name []byte) error {
		switch string(name) {
		case "spec_sha256":
			m.SpecSHA256 = d.text()
		case "recorded_at":
			m.RecordedAt = d.time()
		case "redacted":
			m.Redacted = d.PeekKind() == jsontext.KindTrue
			return d.skip()
		default:
			return d.skip()
		}
		return d.err
	})
	return m
}
