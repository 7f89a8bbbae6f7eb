package run

import (
	"time"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Target is the server to test and what is needed to use it.
type Target struct {
	BaseURL string  // "https://staging.api.onvy.health"; a path and a trailing slash are fine
	Project Project // of the confidential client
	// IDToken is a token of the project's identity provider; "" leaves the user
	// flows out. SDKClientID is the public client that exchanges it.
	IDToken     onvy.Secret
	SDKClientID string // "sdk" if empty
	// Other is a second project; nil leaves the isolation cases out.
	Other *Project
	Reach Reach // how to get there
}

// Project is a project and its confidential client.
type Project struct {
	ID           string
	ClientID     string
	ClientSecret onvy.Secret
}

// Options of a run. The zero value is a good one.
type Options struct {
	Seed        uint64        // of the generated data; 0 takes one from the clock
	Run         string        // regular expression of the cases to run; "" is all
	Shard       string        // "2/5" runs the second fifth of these cases, and what all cases need; "" is all
	Parallel    int           // cases at once; 0 is 8
	Timeout     time.Duration // for one exchange; 0 is 10 s
	Slow        time.Duration // an answer that takes longer is a finding; 0 is 2 s
	MaxRequests int           // for the whole run; 0 is 5,000
	MaxDuration time.Duration // for the whole run; 0 is 10 minutes
	MaxWait     time.Duration // for a token to expire; 0 is 15 s
	Strict      bool          // assumptions and drift fail the run too
	Risky       bool          // huge bodies and many wrong secrets too
	// Rules are your own, beside those of this package; [rule.Rule.Check] looks. One that
	// panics, or fails a test from inside, is left out, and is an outcome of status error.
	Rules []*rule.Rule
	// OnlyRules and SkipRules choose by id which rules speak: "page/limit",
	// "page/*", or "page" for the whole family. Empty lists choose all.
	OnlyRules, SkipRules []string
	// AllowProduction allows api.onvy.health as the target.
	AllowProduction bool
	// LedgerDir holds the file that names every user before it is created;
	// "" is the user's cache directory.
	LedgerDir string
	// OnExchange is called for every exchange, one at a time.
	OnExchange func(*wire.Exchange)
	// OnOutcome is called when a case has ended, one at a time.
	OnOutcome func(rule.Outcome)
}

// IDPrefix starts every id that the suite creates.
const IDPrefix = "contract_"
