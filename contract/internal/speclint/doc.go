// Package speclint holds openapi.yaml against tools that others wrote: two
// linters with their strict rules, and a mock server that has to accept every
// request that the file documents. "make spec-lint" installs them.
package speclint
