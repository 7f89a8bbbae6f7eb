// Package past holds exchanges against those that came before: it takes a
// [pass.Call] apart for the engine in package history, and makes findings of
// the verdicts.
package past
