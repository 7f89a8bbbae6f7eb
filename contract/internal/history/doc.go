// Package history holds exchanges against each other: the life of a resource,
// the pages of a listing, the use of tokens.
//
// [Engine.Add] takes the facts of a key in the order of [fact.Order] and reports
// what they contradict. What is known of a key depends on its facts alone, and so
// facts may be split, sorted and spread in any way; only grants go everywhere.
//
// Nothing is compared on a guess. Unless the record is whole ([Options].Whole),
// an unseen write may lie between any two exchanges, and two views of a resource
// are compared only where their times of change say that nothing changed, or
// where one exchange contradicts itself.
package history
