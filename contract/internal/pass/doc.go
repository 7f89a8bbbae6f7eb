// Package pass has the spec, compiled, and the [Call]: an exchange matched to its
// operation and decoded once, as every rule sees it.
package pass
