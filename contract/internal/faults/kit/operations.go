package kit

import (
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// Ops is a set of operations, by what they do.
type Ops uint

const (
	Creating Ops = 1 << iota
	Reading
	Replacing
	Patching
	Deleting
	Listing
	ServerToken // of a client with a secret, as JSON
	SDKToken    // of a person, as JSON
	OAuthToken  // any grant, as a form
	others

	One    = Creating | Reading | Replacing | Patching // answer with one user
	Users  = One | Listing | Deleting
	Tokens = ServerToken | SDKToken | OAuthToken
)

// kinds are the sets that the operations of openapi.yaml are in, by their ids.
// What is in another resource is for package plant.
var kinds = sync.OnceValue(func() map[string]Ops {
	roles := map[spec.Role]Ops{
		spec.Create: Creating, spec.Read: Reading, spec.Replace: Replacing, spec.Patch: Patching, spec.Delete: Deleting, spec.List: Listing,
	}
	all := make(map[string]Ops)
	doc, err := openapi3.NewLoader().LoadFromData(onvy.Spec)
	if err != nil {
		return all // whoever makes a sandbox of it hears why
	}
	m, err := spec.New(doc)
	if err != nil {
		return all
	}
	for _, o := range m.Operations {
		switch {
		case o.ForServers():
			all[o.ID] = ServerToken
		case o.Role == spec.Token && o.Media != "application/json":
			all[o.ID] = OAuthToken
		case o.Role == spec.Token:
			all[o.ID] = SDKToken
		case o.Resource != nil && o.Resource.Parent == nil:
			all[o.ID] = roles[o.Role]
		}
	}
	return all
})

// KindOf is the set that an operation is in; 0 for none, the path is not of the API.
func KindOf(id string) Ops {
	if id == "" {
		return 0
	}
	if kind := kinds()[id]; kind != 0 {
		return kind
	}
	return others
}
