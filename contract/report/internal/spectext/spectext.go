// Package spectext is the spec as reports show it: its lines, and what is on
// them.
package spectext

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/coverage"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// Text is the spec as the page shows it: its lines, and what is on them.
type Text struct {
	Lines []string
	Sum   string
	Model *coverage.Model
	API   *spec.Model

	Operations []Operation
	ByID       map[string]*Operation
}

type Operation struct {
	ID, Method, Path string
	Spec             *openapi3.Operation
}

// Read returns nil for no spec. A program has one spec, and often several reports:
// what was read last is kept.
func Read(text []byte) (*Text, error) {
	if len(text) == 0 {
		return nil, nil
	}
	last.mu.Lock()
	defer last.mu.Unlock()
	if last.text == nil || !bytes.Equal(last.of, text) {
		read, err := parse(text)
		if err != nil {
			return nil, err
		}
		last.of, last.text = bytes.Clone(text), read
	}
	return last.text, nil
}

var last struct {
	mu   sync.Mutex
	of   []byte
	text *Text // nobody changes it
}

func parse(text []byte) (*Text, error) {
	api, err := spec.Parse(text)
	if err != nil {
		return nil, err
	}
	doc := api.Doc
	sum := sha256.Sum256(bytes.TrimSpace(text))
	s := &Text{Lines: strings.Split(string(text), "\n"), Sum: hex.EncodeToString(sum[:]), ByID: map[string]*Operation{}}
	s.Model, s.API = coverage.Compile(doc, s.Sum), api
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			s.Operations = append(s.Operations, Operation{op.OperationID, method, path, op})
		}
	}
	slices.SortFunc(s.Operations, func(a, b Operation) int {
		return cmp.Or(cmp.Compare(a.Spec.Origin.Key.Line, b.Spec.Origin.Key.Line), strings.Compare(a.ID, b.ID))
	})
	for i := range s.Operations {
		s.ByID[s.Operations[i].ID] = &s.Operations[i]
	}
	return s, nil
}

// Name is "PATCH /users/{user_id}"; the id where the spec is not known.
func (s *Text) Name(operation string) (method, path string) {
	if s != nil {
		if o := s.ByID[operation]; o != nil {
			return o.Method, o.Path
		}
	}
	if operation == "" {
		return "", "no operation of the contract"
	}
	return "", words.Line(operation)
}

// ExcerptLine is a line of the spec.
type ExcerptLine struct {
	Number int
	Text   string
	Marked bool
}

// Excerpt is what stands around a place such as "openapi.yaml:411:9": two lines
// before it, and what it holds.
func (s *Text) Excerpt(place string) []ExcerptLine {
	if s == nil {
		return nil
	}
	parts := strings.Split(place, ":")
	if len(parts) < 2 {
		return nil
	}
	at, err := strconv.Atoi(parts[1])
	if err != nil || at < 1 || at > len(s.Lines) {
		return nil
	}
	const before, after = 2, 6
	indent := indentOf(s.Lines[at-1])
	var out []ExcerptLine
	for n := max(1, at-before); n <= min(len(s.Lines), at+after); n++ {
		text := s.Lines[n-1]
		if n > at && strings.TrimSpace(text) != "" && indentOf(text) <= indent {
			break
		}
		out = append(out, ExcerptLine{n, words.Visible(text) + "\n", n == at})
	}
	return out
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }
