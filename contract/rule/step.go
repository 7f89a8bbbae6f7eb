package rule

// Step is one exchange as evidence: what was sent and what came back, as text.
// It has at most [StepLimit] bytes of header and body; what was left out is
// counted. Secrets are names of shell variables: ${TOKEN}.
type Step struct {
	Method   string   `json:"method"`
	URL      string   `json:"url"`
	Auth     Auth     `json:"auth,omitempty"` // whose credentials went with it
	Scope    string   `json:"scope,omitempty"`
	Request  Message  `json:"request"`
	Status   int      `json:"status,omitempty"` // 0 where no answer came
	Response *Message `json:"response,omitempty"`
	Error    string   `json:"error,omitempty"`   // why no answer came, or no whole one
	Pointer  string   `json:"pointer,omitempty"` // the place in the body that the finding is about
}

// Message is one side of a step.
type Message struct {
	Header  []string `json:"header,omitempty"` // "Content-Type: application/json"
	Body    string   `json:"body,omitempty"`
	Omitted int      `json:"omitted,omitempty"` // bytes of the body that are left out
}

// Auth says whose credentials a request had.
type Auth string

const (
	NoAuth      Auth = ""
	ServerAuth  Auth = "server token"
	UserAuth    Auth = "user token"
	OtherAuth   Auth = "token of another project"
	ClientAuth  Auth = "client secret"
	WrongClient Auth = "wrong client secret"
	ChangedAuth Auth = "changed token"
	LiteralAuth Auth = "as written" // made up by the suite, and no secret
	HiddenAuth  Auth = "hidden"     // of recorded traffic
)

// StepLimit is how much text a [Step] has at most.
const StepLimit = 2 << 10
