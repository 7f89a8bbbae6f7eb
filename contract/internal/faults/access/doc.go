// Package access has the faults of sign-in and of tokens.
package access
