package contract

import (
	"io"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/replay"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// What users of this package need of its rooms has its name here too.

// Cause is what one thing that is wrong has led to: findings of one rule, over
// operations, statuses and cases.
type Cause = rule.Cause

// Cleaned says what Clean did.
type Cleaned = run.Cleaned

// Swept says what CleanOlder found and did.
type Swept = run.Swept

// Coverage is what of the spec a run or a replay has exercised: hits by the id
// of a point, and nothing that was sent. It merges over runs, recordings and
// machines.
type Coverage = rule.Coverage

// CoveragePoint is one thing in the spec that a run may exercise.
type CoveragePoint = pass.CoveragePoint

// Exchange is one request and its response as they were on the wire, before
// any library tidied them. It comes from the live suite, from a recording,
// from a Transport or from a proxy; the rules do not care which.
type Exchange = wire.Exchange

// BodyState says what the Body of a request or a response is worth. No rule
// says anything of a body that is not whole.
type BodyState = wire.BodyState

// Request is what was sent.
type Request = wire.Request

// Response is what came back.
type Response = wire.Response

// Header is a list of header fields in the order in which they were sent,
// repeats included.
type Header = wire.Header

// Field is one header field. Names keep their case.
type Field = wire.Field

// Level says how sure it is that the server is wrong.
type Level = rule.Level

// Finding is one thing that is not as the contract says. It never holds a
// secret or a value of a person: types, shapes, places and counts, and values
// that the suite made up itself; Steps, Expected and Actual of recorded traffic
// have pseudonyms.
type Finding = rule.Finding

// Call is one exchange as a rule of your own sees it: see [Rule.Check].
type Call = rule.Call

// Partial is what was found in a part of a replay. Partials of all parts make
// a report, in whatever order they are merged. It holds nothing but what a
// report holds too.
type Partial = replay.Partial

// Reach says how to get to a server that is not simply there. The zero value
// trusts the roots of the system, uses no proxy and sends no header of its own.
type Reach = run.Reach

// ReplayOptions of a replay. The zero value is a good one.
type ReplayOptions = run.ReplayOptions

// Recording is one recording of a replay.
type Recording = run.Recording

// Entry is an exchange that need not be decoded yet: Decode is called on any
// goroutine.
type Entry = run.Entry

// NotJudged counts what a replay could have held against the server, and did
// not, since the record does not say enough.
type NotJudged = rule.NotJudged

// Status is how a case ended.
type Status = rule.Status

// Outcome is how one case of the live suite, or one recording, ended.
type Outcome = rule.Outcome

// Summary counts a Report.
type Summary = rule.Summary

// TargetKind says what a report is about.
type TargetKind = rule.TargetKind

// Report is the result of a run or a replay.
type Report = rule.Report

// Kind says what a rule looks at.
type Kind = rule.Kind

// Rule is one thing that a server can get wrong. Ids are never renamed and
// never used again for something else.
type Rule = rule.Rule

// ShardOptions of the steps of a replay on several machines.
type ShardOptions = run.ShardOptions

// Step is one exchange as evidence: what was sent and what came back, as text.
// It has at most [StepLimit] bytes of header and body; what was left out is
// counted. Secrets are names of shell variables: ${TOKEN}.
type Step = rule.Step

// Message is one side of a step.
type Message = rule.Message

// Auth says whose credentials a request had.
type Auth = rule.Auth

// Target is the server to test and what is needed to use it.
type Target = run.Target

// Project is a project and its confidential client.
type Project = run.Project

// Options of a run. The zero value is a good one.
type Options = run.Options

const (
	// all of it, as it was on the wire
	BodyWhole = wire.BodyWhole
	// there may have been one, and the recorder did not keep it
	BodyNotRecorded = wire.BodyNotRecorded
	// the beginning of one, of which the recorder kept no more
	BodyCut = wire.BodyCut
	// NotDecoded is the Decoded of a body that was to have a coding and has none.
	NotDecoded = wire.NotDecoded
	// Violation: the server contradicts a documented statement or a standard.
	Violation = rule.Violation
	// Assumption: the server contradicts what openapi.yaml assumes where the
	// public pages are silent. The server may be right; then openapi.yaml is to
	// be corrected.
	Assumption = rule.Assumption
	// Drift: the server does something that openapi.yaml does not mention.
	Drift = rule.Drift
	// ran, found nothing at level violation
	Pass = rule.Pass
	// found a violation (with Strict: anything)
	Fail = rule.Fail
	// could not be carried out
	Error = rule.Error
	// deliberately not carried out; Reason says why
	Skip = rule.Skip
	// the run ended before it
	NotRun = rule.NotRun
	// ReportVersion is the Version of reports that this package makes.
	ReportVersion = rule.ReportVersion
	// a server that was named
	Server = rule.Server
	// the embedded sandbox
	Sandbox = rule.Sandbox
	// files, or traffic that was watched
	Recordings = rule.Recordings
	// one exchange
	KindExchange = rule.KindExchange
	// what several exchanges say together
	KindHistory = rule.KindHistory
	// traffic that the rule makes itself
	KindProbe = rule.KindProbe
	// ShardKeySize is the length of a shard key in bytes.
	ShardKeySize = run.ShardKeySize
	NoAuth       = rule.NoAuth
	ServerAuth   = rule.ServerAuth
	UserAuth     = rule.UserAuth
	OtherAuth    = rule.OtherAuth
	ClientAuth   = rule.ClientAuth
	WrongClient  = rule.WrongClient
	ChangedAuth  = rule.ChangedAuth
	// made up by the suite, and no secret
	LiteralAuth = rule.LiteralAuth
	// of recorded traffic
	HiddenAuth = rule.HiddenAuth
	// StepLimit is how much text a [Step] has at most.
	StepLimit = rule.StepLimit
)

var (
	// ErrMerge is why partials do not belong together.
	ErrMerge = rule.ErrMerge
	// ErrShard is what is wrong with the lines of a shard.
	ErrShard       = replay.ErrShard
	ErrUnreachable = wire.ErrUnreachable
	ErrTimeout     = wire.ErrTimeout
	ErrClosed      = wire.ErrClosed
	ErrMalformed   = wire.ErrMalformed
	ErrAborted     = wire.ErrAborted
	ErrNoAnswer    = wire.ErrNoAnswer
)

// TargetFromEnv reads the target from ONVY_* variables, with [os.LookupEnv] for
// example. found is false if none of them is set. A target that is set in part
// is an error that names what is missing, and so is a variable that is set and
// empty, as a secret of CI is whose name is misspelled or that a fork does not
// get: a run must never fall back to another server in silence.
//
//	ONVY_BASE_URL, ONVY_PROJECT_ID, ONVY_CLIENT_ID, ONVY_CLIENT_SECRET  needed
//	ONVY_ID_TOKEN, ONVY_SDK_CLIENT_ID                                  for the user flows
//	ONVY_OTHER_PROJECT_ID, ONVY_OTHER_CLIENT_ID, ONVY_OTHER_CLIENT_SECRET  a second project
func TargetFromEnv(lookup func(string) (string, bool)) (t Target, found bool, err error) {
	return run.TargetFromEnv(lookup)
}

// Fold joins equal findings: the first keeps its place, Count adds up.
func Fold(findings []Finding) []Finding {
	return rule.Fold(findings)
}

// NewCall makes a call to try a rule on, in a test of your own.
func NewCall(x *Exchange, operation string, params map[string]string, report func(Finding)) *Call {
	return rule.NewCall(x, operation, params, report)
}

// ReadPartial reads what encoding/json makes of a Partial.
func ReadPartial(r io.Reader) (*Partial, error) {
	return replay.ReadPartial(r)
}

// Unjudged says in a few words why not all of an exchange can be judged; "" for
// one that can. It names whatever kept the rest, which is never the server: what
// only a server does is a finding.
func Unjudged(x *Exchange) string {
	return replay.Unjudged(x)
}
