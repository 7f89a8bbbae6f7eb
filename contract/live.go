package contract

import "slices"

// liveCases is the live suite, in the order of a reader: sign in, use, refuse.
var liveCases = slices.Concat(
	signInCases,
	userCases,
	valueCases,
	clientCases,
	grantCases,
	bearerCases,
	isolationCases,
	inputCases,
	httpCases,
	listCases,
)
