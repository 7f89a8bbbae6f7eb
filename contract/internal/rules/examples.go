package rules

import "embed"

// Examples has what breaks each rule and what does not: see package example.
//
//go:embed testdata
var Examples embed.FS
