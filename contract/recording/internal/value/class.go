// Package value says what a value is, as x-onvy-sensitive has it, and what form a
// text has: a number, a date, letters that have capitals.
package value

// Class is what a value is, as x-onvy-sensitive says it.
type Class string

const (
	Unmarked Class = ""
	Unknown  Class = "unknown" // the spec does not mention it, so it is treated as if it were marked
	Token    Class = "token"
	Secret   Class = "secret"
	Cursor   Class = "cursor"
	Identity Class = "identity"
	Name     Class = "name"
	Date     Class = "date"
	Place    Class = "place"
	Health   Class = "health"
)
