package onvy

import _ "embed"

// Spec is the contract, openapi.yaml, as it was when this module was built.
//
//go:embed openapi.yaml
var Spec []byte

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config gen/config.yaml openapi.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen -config contract/sandbox/config.yaml openapi.yaml
