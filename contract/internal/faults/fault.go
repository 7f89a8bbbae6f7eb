package faults

import (
	"net/http"
	"slices"
	"sync"

	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// Fault is one thing that a server can get wrong, or, among [Controls], can
// do differently and still be right.
type Fault struct {
	Name  string // "patch-as-put"
	Class string // auth, schema, envelope, headers, semantics, robustness, or control
	Title string // what the server does, in one sentence
	Rule  string // the id of the rule that has to report it; for a control, of one that may, as drift

	mutate mutator
}

// All returns every fault, in the order of their classes.
func All() []Fault {
	return slices.Concat(
		classed("auth", tokenFaults, grantFaults, bearerFaults),
		classed("schema", schemaFaults),
		classed("envelope", envelopeFaults, wireFaults),
		classed("headers", headerFaults, httpFaults),
		classed("semantics", userFaults, updateFaults, valueFaults, pageFaults, isolationFaults),
		classed("robustness", robustnessFaults),
	)
}

// Controls returns the harmless variants.
func Controls() []Fault { return classed("control", controls) }

func classed(class string, tables ...[]Fault) []Fault {
	rows := slices.Concat(tables...)
	for i := range rows {
		rows[i].Class = class
	}
	return rows
}

// row is a fault of a table: what it is, the rule that has to report it, and
// how it is done.
func row(name, title, rule string, ms ...mutator) Fault {
	return Fault{Name: name, Title: title, Rule: rule, mutate: all(ms...)}
}

// Handler returns the server with the fault. What it remembers from one
// request to the next starts anew with each call of Handler; the users and
// tokens are those of srv.
func (f Fault) Handler(srv *sandbox.Server) http.Handler {
	s := &state{text: make(map[string]string), users: make(map[string]object)}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := newExchange(srv, s, r)
		f.mutate(x, x.serve)
		x.send(w)
	})
}

// state is what a fault remembers. mu is held by the mutators that use it.
type state struct {
	mu    sync.Mutex
	count int
	text  map[string]string
	users map[string]object
}
