// Package rules has the rules that look at one exchange, a family a file. Each is
// a variable: an id, where it comes from, an example that breaks it, one that does
// not, and the function that looks.
package rules
