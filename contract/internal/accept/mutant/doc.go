// Package mutant makes JSON bodies and changes them, for tests that hold the
// fast path against kin-openapi.
package mutant
