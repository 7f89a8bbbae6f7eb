// Package cases has the cases of the live suite, a family a file, and the rules
// that only their traffic can show. A case is a row with a name, one sentence
// on what goes wrong for users if this does, and a function.
package cases
