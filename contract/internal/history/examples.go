package history

import "embed"

// Examples has what breaks each law and what does not: see package example.
//
//go:embed testdata
var Examples embed.FS
