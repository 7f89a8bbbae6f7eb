package coverage

import "fmt"

// Class says who can cause a point, and so whether a gate may ask for it.
type Class string

const (
	// Required: documented, and a client can cause it with a valid request.
	Required Class = "required"
	// Negative: documented or a standard; a client causes it with a wrong request.
	Negative Class = "negative"
	// Assumed: openapi.yaml assumes it where the public pages are silent.
	Assumed Class = "assumed"
	// Server: only the server can cause it: 429, 5XX, an optional header.
	Server Class = "server"
	// Infeasible: nobody can cause it; Reason says why.
	Infeasible Class = "infeasible"
)

// Classes are all of them, in the order in which reports show them.
var Classes = []Class{Required, Negative, Assumed, Server, Infeasible}

// Kind says what a point is about.
type Kind string

// The kinds of points, in the order in which reports show them.
const (
	KindOperation  Kind = "operation"
	KindCredential Kind = "credential"
	KindStatus     Kind = "status"
	KindMedia      Kind = "media type"
	KindHeader     Kind = "header"
	KindParameter  Kind = "parameter"
	KindProperty   Kind = "property"
	KindEnum       Kind = "enum value"
	KindBound      Kind = "bound"
	KindWrong      Kind = "wrong value"
)

// Kinds are all of them.
var Kinds = []Kind{
	KindOperation, KindCredential, KindStatus, KindMedia, KindHeader, KindParameter, KindProperty, KindEnum, KindBound, KindWrong,
}

// Point is one thing that a run may or may not have exercised.
type Point struct {
	Operation string // operationId
	Place     string // "request", or the status of a response: "200", "5XX"
	Kind      Kind
	Name      string // what within the place: "/gender =male"; may be empty
	Class     Class
	Reason    string // why only the server can cause it, or nobody
	Spec      string // "openapi.yaml:411:9"; "" if unknown
}

// ID names a point in a Counts: operation, place, kind and name, and nothing
// that an edit elsewhere in the spec would change, such as a line.
func (p *Point) ID() string {
	if p.Name == "" {
		return fmt.Sprintf("%s %s %s", p.Operation, p.Place, p.Kind)
	}
	return fmt.Sprintf("%s %s %s %s", p.Operation, p.Place, p.Kind, p.Name)
}

// placeRequest is the place of what a client sends.
const placeRequest = "request"
