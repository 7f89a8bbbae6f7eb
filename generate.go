package onvy

import _ "embed"

// Spec is the contract, openapi.yaml, as it was when this module was built.
//
//go:embed openapi.yaml
var Spec []byte

//go:generate go tool oapi-codegen -config gen/config.yaml openapi.yaml
//go:generate go run ./internal/modelgen User UserCreate UserReplace UserUpdate UserList
