// Package replay holds recorded exchanges against all rules, in parallel and in
// the order of the time; or in parts, on several machines, whose results merge.
package replay
