// Package rule has what is said of a server: the [Rule] that it broke, the
// [Finding], the [Step] that shows it, and the [Report] that sums all of it up.
//
// A user of package contract meets the same types there, as contract.Finding,
// contract.Report and so on.
package rule
