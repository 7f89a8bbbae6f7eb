// Package live is the engine of the live suite: it runs cases against a server,
// sends what they ask for byte by byte, looks at every answer with all rules,
// remembers what it created and deletes it. The cases are in package cases.
package live
