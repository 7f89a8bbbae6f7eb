// Package contract holds exchanges with an ONVY Health API server against
// openapi.yaml, and says what the server does otherwise.
//
// # Exchanges, rules, findings
//
// An [Exchange] is one request and its response as they were on the wire:
// header fields in order with their repeats, bodies as bytes. A [Rule] is one
// thing that a server can get wrong; [Rules] lists all of them, of three kinds:
//
//   - exchange rules look at one exchange: did an answer come, is it HTTP, is it
//     strict JSON, is it what the schema says (kin-openapi is the judge), is it
//     OAuth as the RFCs have it;
//   - history rules look at what several say together: what was written is what
//     is read, PATCH keeps what it does not name, a listing has each user once;
//   - probe rules are for traffic that the live suite makes on purpose: edited
//     tokens, missing scopes, broken bodies.
//
// A [Finding] says which rule was broken, where, and by which page or clause it
// is wrong. It never holds a secret or a value of a person: types, shapes and
// places only. Its [Level] says how sure it is that the server is wrong.
//
// # Four sources of exchanges
//
// [Run] makes them: the live suite as subtests, against any server.
//
//	func TestContract(t *testing.T) {
//		contract.Run(t, target, contract.Options{})
//	}
//
// [Suite] is the same without package testing. It is a careful guest: every id
// that it creates starts with "contract_", is in a ledger before it is created
// and deleted when its case ends, and [Clean] deletes what a crash has left.
//
// [Spec.Replay] takes recorded exchanges, from package recording for example.
// [Transport] checks those of a Go program, and [Observe] those of a proxy.
// For anything else there are [Spec.Check] and [History].
//
//	spec, err := contract.Load(onvy.Spec)
//	...
//	findings := append(spec.Check(x), history.Add(x)...)
//
// # Speed
//
// A body that is surely clean is accepted by a matcher that is compiled from
// the schema, in one pass over its tokens and without allocation. Whatever it
// does not accept goes to kin-openapi for the verdict and the words. A fuzz
// test holds the two together.
package contract
