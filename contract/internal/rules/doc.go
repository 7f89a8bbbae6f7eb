// Package rules has the rules that look at one exchange, a family a file. Each is
// a variable: an id, where it comes from, in words what breaks it and what does not,
// and the function that looks. Its examples are in testdata: see package example.
package rules
