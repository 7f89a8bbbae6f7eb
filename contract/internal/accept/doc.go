// Package accept compiles schemas to matchers that look at the tokens of a body
// once, without allocation. A matcher says that a body is surely fine, or says
// nothing: then kin-openapi judges it.
package accept
