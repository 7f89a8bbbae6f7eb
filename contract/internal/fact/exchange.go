package fact

import "time"

// Exchange is what the history reads of an exchange. Of what is nil or empty it
// takes nothing.
type Exchange struct {
	Op    *Operation
	Name  string
	Seq   uint64
	Start time.Time // zero if unknown
	End   time.Time

	Status int    // 0 where no answer came
	Bearer string // the access token
	Parent string // what the resource is in, as the path has it
	ID     string // of the resource in the path; "" if it is not there

	Cursor, Limit string // of List
	Filtered      bool   // List shows some only, or in another order: the laws of pages say nothing of it
	Sent, Answer  []byte // bodies; nil if they are not whole
	Outline       *Outline
	Grant         *Granted

	Racing bool
	// Ahead is how far the server's clock is ahead of the recorder's; 0 if they
	// agree to a minute, or nobody knows.
	Ahead time.Duration
	// Wrong are fields of the answer that other rules have something to say
	// about; "" is the answer as a whole.
	Wrong []string
	// Misfits are fields of the request that are not as documented. A server may
	// take such a value for another one, and its answer then shows that.
	Misfits []string
}

// Outline is what somebody has read of the answer already.
type Outline struct {
	Items   []Item
	Next    []byte // as text; empty for none
	Total   float64
	Totaled bool
}

// Item is a resource in an outline, its id as text.
type Item struct {
	ID               []byte
	Created, Updated Instant
	Text             []byte
}

// Granted is the answer of a token endpoint.
type Granted struct {
	Access    string
	Lasts     float64 // expires_in; 0 if it is not there
	Project   string  // that was asked for
	Scope     string  // granted, or asked for
	Refresh   string  // the refresh token that was traded
	OfAClient bool    // a server's token
}

// Claims are those of a token which says something about itself.
type Claims struct {
	Project, User, JTI string
	Expires, Issued    float64 // seconds since 1970; 0 if they are not there
	Scopes             []string
	Scoped             bool
}
