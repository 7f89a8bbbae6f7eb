// Package spec answers what the rest of the contract asks openapi.yaml: which
// resources there are and what each operation does to them, which fields a
// client writes, how a list is paged, which endpoints give tokens.
//
// It reads standard OpenAPI first, then the x-onvy-* marks that are listed at the
// top of openapi.yaml, and last the shape of what is documented. What it cannot
// tell it leaves out and says so in [Model].Limits; it never guesses in silence.
package spec
