// Package run has what a run is told: the [Target] and how to reach it, the
// [Options] of the live suite, and those of a replay.
//
// A user of package contract meets the same types there, as contract.Target,
// contract.Options and so on.
package run
