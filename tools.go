//go:build tools

// This file pins the version of the generator in go.mod.

package onvy

import _ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
