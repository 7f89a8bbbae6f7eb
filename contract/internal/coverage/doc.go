// Package coverage says which statements of openapi.yaml a run has exercised.
//
// [Compile] derives the points from the spec: operations, credentials,
// statuses, media types, headers, parameters, bounds, enum values, properties
// of requests and responses, and the wrong values that a request may have. No
// list of points is stored anywhere; a [Counts] holds hits by the id of a point
// and nothing else, so that the counts of live runs, recordings and machines
// can be added up.
//
// Every point has a [Class]. One figure over all of them would say nothing: a
// client cannot make a server answer 429, and what is assumed may be wrong. A
// gate counts what is required and what is negative; what only the server can
// cause is shown and never demanded.
//
// What is in the bodies of responses is noted by the compiled matcher on its
// way through them, and so costs no second walk. Only bodies that are right by
// the spec are counted.
package coverage
