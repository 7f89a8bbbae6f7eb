//go:build ignore

// The generator of gen/gen.go and of the sandbox's server is a tool of this
// module: the directive "tool" in go.mod pins its version, and "go tool
// oapi-codegen" runs it. This file pins nothing. A file that imported the
// generator under any other build tag would put it, with all that it needs, into
// the go.mod of every program that imports this package: "go mod tidy" takes
// every tag for set but "ignore".

package tools

import _ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
