package contract

import "slices"

// liveCases is the live suite for a spec, in the order of a reader: sign in, use,
// refuse.
func (s *Spec) liveCases() []liveCase {
	if !s.signsIn() || s.users() == nil {
		return s.resourceCases() // it is of another API
	}
	return slices.Concat(writtenCases, s.resourceCases())
}

// signsIn reports whether the spec has the endpoint at which the suite gets its
// tokens.
func (s *Spec) signsIn() bool { return s.operationByID("createServerToken") != nil }

// writtenCases are those that are written by hand, for sign-in and users.
var writtenCases = slices.Concat(
	signInCases,
	userCases,
	updateCases,
	raceCases,
	valueCases,
	clientCases,
	grantCases,
	bearerCases,
	scopeCases,
	isolationCases,
	inputCases,
	httpCases,
	listCases,
)
