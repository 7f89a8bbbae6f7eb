//go:build race

package rules

// raced reports whether the race detector watches.
const raced = true
