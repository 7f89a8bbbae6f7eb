// Package rules lists the rules that look at one exchange, and holds exchanges against
// them. Each family of ids is a package below: a rule is a variable there, with an id,
// where it comes from, in words what breaks it and what does not, and the function that
// looks. Its examples are in testdata: see package example.
package rules
