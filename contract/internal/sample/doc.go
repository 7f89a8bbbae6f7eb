// Package sample makes JSON values from schemas: values that a schema takes,
// those at the edge of each of its keywords, and those that negate one.
//
// What it cannot make it does not guess: of a pattern or a format that it has no
// value for, [Maker.Value] says so, and whoever counts what was sent can tell.
package sample
