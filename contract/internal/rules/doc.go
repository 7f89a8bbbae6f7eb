// Package rules has the rules that look at one exchange, a family a file. They
// are tables: a row is a rule, with an example that breaks it, one that does
// not, and the function that looks.
package rules
