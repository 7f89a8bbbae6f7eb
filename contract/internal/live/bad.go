package live

// Bad is a body that is not what an operation takes.
type Bad struct{ What, Text string }

// BadJSON are bodies that are no JSON object.
var BadJSON = []Bad{
	{"a body that stops", `{`},
	{"a body that stops in a string", `{"id": "contr`},
	{"text", `not json`},
	{"a body with something behind it", `{} {}`},
	{"an array", `[]`},
	{"a string", `"contract"`},
}
