package coverage

import (
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// Model is the points of a spec, compiled to be recorded.
type Model struct {
	sum        string // SHA-256 of the spec
	points     []Point
	operations map[*openapi3.Operation]*operation
}

// Compile derives the points of a spec that has been validated. sum is its
// SHA-256, which counts carry so that they are never added to those of another.
func Compile(doc *openapi3.T, sum string) *Model {
	b := &builder{doc: doc, index: make(map[string]int), written: writtenPaths(doc)}
	m := &Model{sum: sum, operations: make(map[*openapi3.Operation]*operation)}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		item := doc.Paths.Value(path)
		operations := item.Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			m.operations[operations[method]] = b.compile(operations[method], item.Parameters)
		}
	}
	m.points = b.points
	return m
}

// Points are all of them, by operation in the order of the paths.
func (m *Model) Points() []Point { return m.points }
