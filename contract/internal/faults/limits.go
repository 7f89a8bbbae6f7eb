package faults

import (
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
)

// Slow is how long a slow answer takes. A suite that is to report it has to
// allow less.
const Slow = 2500 * time.Millisecond

// None is the sandbox as it is, behind the same layer as the faults.
func None() kit.Fault { return kit.Classed("control", []kit.Fault{kit.Row("", "nothing", "")})[0] }
