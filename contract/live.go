package contract

import "slices"

// liveCases is the live suite, in the order of a reader: sign in, use, refuse.
var liveCases = slices.Concat(
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
	wrongValueCases,
	httpCases,
	listCases,
)
