// Package outsiders starts servers that nobody here wrote the insides of: web
// frameworks and OAuth servers of other languages, with their defaults. The
// suite runs against them, so that what it calls a violation is one by more
// than our own opinion of what a server is like.
//
// Each is a small honest program in testdata. "make outsiders" installs what
// they need; where that is missing, Start says so with [ErrMissing].
package outsiders
