// Package kit is what faults are made of. A fault is a row: a name, a sentence,
// the rule that has to report it, and a few composed mutators. A [Mutator]
// changes the request before the sandbox sees it, changes the answer after, or
// asks the sandbox something else altogether; those at the level of bytes write
// to the connection themselves.
package kit
