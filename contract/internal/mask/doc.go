// Package mask writes what may be printed of data that may not: places, names,
// shapes and digests.
package mask
