package report

// stepView is an exchange as evidence.
type stepView struct {
	Method, URL, Note string
	Outcome, Class    string
	Request, Response messageView
}

// messageView is one side of an exchange.
type messageView struct {
	Heads string
	Body  bodyView
	Cut   string
}

// bodyView is a body in lines, of which those that a finding is about are marked.
type bodyView struct{ Lines []bodyLine }

// Any reports whether there is a body.
func (b bodyView) Any() bool { return len(b.Lines) > 0 }

type bodyLine struct {
	Indent, Text string
	Marked       bool
}
