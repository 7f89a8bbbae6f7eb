package faults

import (
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/faults/access"
	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
)

// Fault is one thing that a server can get wrong.
type Fault = kit.Fault

// All returns every fault, in the order of their classes.
func All() []Fault {
	all := slices.Concat(
		kit.Classed("auth", access.TokenFaults, access.GrantFaults, access.BearerFaults),
		kit.Classed("schema", schemaFaults),
		kit.Classed("envelope", envelopeFaults, wireFaults),
		kit.Classed("headers", headerFaults, httpFaults),
		kit.Classed("semantics", userFaults, updateFaults, valueFaults, pageFaults, isolationFaults),
		kit.Classed("robustness", robustnessFaults),
	)
	for i := range all {
		all[i] = all[i].Beside(also[all[i].Name])
	}
	return all
}

// Named is the fault of a name. It panics where there is none.
func Named(name string) Fault {
	all := All()
	i := slices.IndexFunc(all, func(f Fault) bool { return f.Name == name })
	if i < 0 {
		panic("there is no fault " + name)
	}
	return all[i]
}

// Controls returns the harmless variants.
func Controls() []Fault { return kit.Classed("control", controls) }
