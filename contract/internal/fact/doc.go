// Package fact takes exchanges apart into facts, from which package history tells
// what contradicts what.
//
// A fact belongs to one key (a resource, the listings, the grants), says when it
// happened, and holds no value of a person: ids, tokens and values are keyed
// digests. Facts may be written as lines, sorted, and spread over machines.
package fact
