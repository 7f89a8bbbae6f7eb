package contract

// probeRules are reported by the cases of the live suite.
var probeRules = []Rule{}
