package kit

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// Fault is one thing that a server can get wrong, or, among controls, can
// do differently and still be right.
type Fault struct {
	Name  string // "patch-as-put"
	Class string // auth, schema, envelope, headers, semantics, robustness, or control
	Title string // what the server does, in one sentence
	Rule  string // the id of the rule that has to report it; for a control, of one that may, as drift

	also   string // rules that may speak of it beside its own
	mutate Mutator
}

// Classed are the rows of tables as faults of a class.
func Classed(class string, tables ...[]Fault) []Fault {
	rows := slices.Concat(tables...)
	for i := range rows {
		rows[i].Class = class
	}
	return rows
}

// Row is a fault of a table: what it is, the rule that has to report it, and
// how it is done.
func Row(name, title, rule string, ms ...Mutator) Fault {
	return Fault{Name: name, Title: title, Rule: rule, mutate: All(ms...)}
}

// Beside is the fault for which other rules may speak beside its own.
func (f Fault) Beside(rules string) Fault {
	f.also = rules
	return f
}

// Handler returns the server with the fault. What it remembers from one
// request to the next starts anew with each call of Handler; the users and
// tokens are those of srv.
func (f Fault) Handler(srv *sandbox.Server) http.Handler {
	s := &state{Text: make(map[string]string), Users: make(map[string]Object)}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := newExchange(srv, s, r)
		f.mutate(x, x.serve)
		x.send(w)
	})
}

// Allows reports whether a rule may speak of the fault.
func (f Fault) Allows(rule string) bool {
	if rule == f.Rule {
		return true
	}
	for other := range strings.FieldsSeq(f.also) {
		if rule == other {
			return true
		}
	}
	return false
}

// state is what a fault remembers. mu is held by the mutators that use it.
type state struct {
	Mu    sync.Mutex
	Count int
	Text  map[string]string
	Users map[string]Object
}
