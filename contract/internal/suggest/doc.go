// Package suggest turns what a report says about assumptions and drift into the
// edits of openapi.yaml that would accept what the server does: an OpenAPI
// overlay, to be read by a person and applied with any tool for overlays.
//
// It never suggests to accept a violation: that is the server's to mend.
package suggest
