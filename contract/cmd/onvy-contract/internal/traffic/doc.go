// Package traffic reads recordings, writes them, and passes live traffic on.
package traffic
