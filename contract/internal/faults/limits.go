package faults

import "time"

// Slow is how long a slow answer takes. A suite that is to report it has to
// allow less.
const Slow = 2500 * time.Millisecond

// None is the sandbox as it is, behind the same layer as the faults.
func None() Fault { return classed("control", []Fault{row("", "nothing", "")})[0] }
