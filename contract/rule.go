package contract

// Kind says what a rule looks at.
type Kind string

const (
	KindExchange Kind = "exchange" // one exchange
	KindHistory  Kind = "history"  // what several exchanges say together
	KindProbe    Kind = "probe"    // traffic that the rule makes itself
)

// Rule is one thing that a server can get wrong. Ids are never renamed and
// never used again for something else.
type Rule struct {
	ID     string `json:"id"` // "oauth/no-store"
	Kind   Kind   `json:"kind"`
	Level  Level  `json:"level"`  // the highest level its findings can have
	Source string `json:"source"` // page or clause
	Title  string `json:"title"`  // one sentence: what must hold
	Breaks string `json:"breaks"` // an example of what breaks it
	Holds  string `json:"holds"`  // an example of what must not

	// Check looks at one exchange, in a rule of your own: see [Options.Rules]. It
	// is called by several goroutines at once. Rules of this package have none.
	Check func(*Call) `json:"-"`
}
