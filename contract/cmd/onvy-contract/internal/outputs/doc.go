// Package outputs has the flags that say which reports a command writes and what
// fails it, and writes them.
package outputs
