package report

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/coverage"
)

// specText is the spec as the page shows it: its lines, and what is on them.
type specText struct {
	lines []string
	doc   *openapi3.T
	sum   string
	model *coverage.Model

	operations []specOperation
	byID       map[string]*specOperation
}

type specOperation struct {
	ID, Method, Path string
	op               *openapi3.Operation
}

// readSpecText returns nil for no spec.
func readSpecText(text []byte) (*specText, error) {
	if len(text) == 0 {
		return nil, nil
	}
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true
	doc, err := loader.LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("the spec cannot be read: %w", err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("the spec is not valid: %w", err)
	}
	sum := sha256.Sum256(bytes.TrimSpace(text))
	s := &specText{lines: strings.Split(string(text), "\n"), doc: doc, sum: hex.EncodeToString(sum[:]), byID: map[string]*specOperation{}}
	s.model = coverage.Compile(doc, s.sum)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			s.operations = append(s.operations, specOperation{op.OperationID, method, path, op})
		}
	}
	slices.SortFunc(s.operations, func(a, b specOperation) int {
		return cmp.Or(cmp.Compare(a.op.Origin.Key.Line, b.op.Origin.Key.Line), strings.Compare(a.ID, b.ID))
	})
	for i := range s.operations {
		s.byID[s.operations[i].ID] = &s.operations[i]
	}
	return s, nil
}

// name is "PATCH /users/{user_id}"; the id where the spec is not known.
func (s *specText) name(operation string) (method, path string) {
	if s != nil {
		if o := s.byID[operation]; o != nil {
			return o.Method, o.Path
		}
	}
	if operation == "" {
		return "", "no operation of the contract"
	}
	return "", line(operation)
}

// excerptLine is a line of the spec.
type excerptLine struct {
	Number int
	Text   string
	Marked bool
}

// excerpt is what stands around a place such as "openapi.yaml:411:9": two lines
// before it, and what it holds.
func (s *specText) excerpt(place string) []excerptLine {
	if s == nil {
		return nil
	}
	parts := strings.Split(place, ":")
	if len(parts) < 2 {
		return nil
	}
	at, err := strconv.Atoi(parts[1])
	if err != nil || at < 1 || at > len(s.lines) {
		return nil
	}
	const before, after = 2, 6
	indent := indentOf(s.lines[at-1])
	var out []excerptLine
	for n := max(1, at-before); n <= min(len(s.lines), at+after); n++ {
		text := s.lines[n-1]
		if n > at && strings.TrimSpace(text) != "" && indentOf(text) <= indent {
			break
		}
		out = append(out, excerptLine{n, visible(text) + "\n", n == at})
	}
	return out
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// docs are the public pages of the API.
const docs = "https://docs.onvy.health/"

// SourcePage is the page of a source: a clause of an RFC or a page of the API's
// documentation; "" for what is on no page.
func SourcePage(source string) string {
	rfc, clause, _ := strings.Cut(source, "#")
	number, ok := strings.CutPrefix(rfc, "rfc")
	if _, err := strconv.Atoi(number); !ok || err != nil {
		switch page, ok := strings.CutPrefix(source, "users/"); {
		case ok && isSlug(page):
			return docs + "api-reference/users/" + page
		case source == "quickstart", source == "authentication", source == "resources-and-pagination":
			return docs + source
		}
		return ""
	}
	link := "https://www.rfc-editor.org/rfc/rfc" + number
	if clause != "" && strings.Trim(clause, "0123456789.") == "" {
		link += "#section-" + clause
	}
	return link
}

func isSlug(s string) bool { return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-") == "" }

// sourceName is a source as people write it: "RFC 6749, 5.1".
func sourceName(source string) string {
	rfc, clause, _ := strings.Cut(source, "#")
	number, ok := strings.CutPrefix(rfc, "rfc")
	if _, err := strconv.Atoi(number); !ok || err != nil {
		return line(source)
	}
	if clause == "" {
		return "RFC " + number
	}
	return "RFC " + number + ", " + line(clause)
}
