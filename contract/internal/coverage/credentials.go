package coverage

import (
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// Credential is what a request came with.
type Credential string

// The credentials that operations with access tokens are tried with.
const (
	ValidToken   Credential = "a valid token"
	NoToken      Credential = "no token"
	OtherScheme  Credential = "another scheme"
	MadeUpToken  Credential = "not a token"
	ForeignToken Credential = "a changed or foreign token"
	ExpiredToken Credential = "an expired token"
	LittleScope  Credential = "too little scope"
)

// The credentials that operations with a client's secret are tried with.
const (
	ValidClient Credential = "a valid client"
	WrongClient Credential = "a wrong client"
	NoClient    Credential = "no client"
)

// TokenCredentials are those for access tokens, as reports show them.
var TokenCredentials = []Credential{ValidToken, NoToken, OtherScheme, MadeUpToken, ForeignToken, ExpiredToken, LittleScope}

// ClientCredentials are those for clients.
var ClientCredentials = []Credential{ValidClient, WrongClient, NoClient}

func (b *builder) addCredentials(class Class) {
	var all []Credential
	switch {
	case b.bearer:
		all = slices.Clone(TokenCredentials)
		if b.scope == "" {
			all = all[:len(all)-1]
		}
	case hasScheme(b.doc, b.op, "basic"):
		all = ClientCredentials
	}
	b.credentials = make(map[string]int, len(all))
	for _, c := range all {
		at := class
		if c != ValidToken && c != ValidClient {
			at = negative(class)
		}
		b.credentials[string(c)] = b.add(Point{Place: placeRequest, Kind: KindCredential, Name: string(c), Class: at, Spec: spec.Place(b.op.Origin, "")})
	}
}

// Answer is how often a request with some credential got a status.
type Answer struct{ Status, Count int }

// answerID starts the ids under which Counts keeps the answers to a credential.
// They are no points: nobody asks for all of them.
func answerID(operation string, credential Credential) string {
	return operation + " request answer " + string(credential) + " "
}
