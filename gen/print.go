package gen

import (
	"fmt"
	"io"
)

// The models that hold a token or a secret do not print it: print.gen.go has
// their methods for fmt and slog. In an unexported field, where fmt calls no
// methods, a request shows; the tokens of an answer are of type Secret and do
// not. As JSON all of them are what the API needs, the secret included, and so is
// what a JSON log makes of a struct or slice that holds one.

const hidden = "[secret]"

func printHidden(f fmt.State, name string) { _, _ = io.WriteString(f, "gen."+name+"{"+hidden+"}") }
