// Package sandbox is an ONVY server in memory: the token endpoints and the
// resources of openapi.yaml, or of another spec ([WithSpec]). It holds no list of
// fields and routes of its own: what the spec documents it serves.
// It is for tests, for trying the API without an account, and for finding out
// what one's own code does when the API fails.
//
//	func TestSignUp(t *testing.T) {
//		srv := sandbox.Start(t)
//		app := newApp(srv.URL, srv.Project.ID, srv.Project.ClientID, srv.Project.ClientSecret)
//		...
//	}
//
// # What it does where the public pages are silent
//
// A sandbox has to decide. It creates with 201 and a Location, deletes with
// 204, answers 409 for an id that is taken or that contradicts the path, 404
// for an unknown user (PUT creates none), 400 for what is not valid, 413 for a
// body over 1 MiB, 415 for another content type, and 405 with Allow. PATCH is
// a merge patch (RFC 7396). The last page has no next_page. Properties that
// openapi.yaml does not have are ignored and not kept; created_at, updated_at
// and data_syncs cannot be written. Numbers and texts come back as they came.
//
// The token endpoints do what RFC 6749, 6750, 8693 and 9700 say: scopes narrow,
// refresh tokens are good once and using one again withdraws its successors,
// and no answer tells an unknown client from a wrong secret. A user's token
// reads, changes, deletes and creates the user with the id of the token's
// subject, lists that user alone, and finds no other.
//
// # Testing code that uses the API
//
// [Server.Trouble] makes the next requests fail, wait or get lost:
//
//	srv.Trouble(sandbox.Trouble{Operation: "getUser", Times: 2, Status: 503, RetryAfter: "1"})
//	srv.Trouble(sandbox.Trouble{Operation: "createUser", Lose: sandbox.LoseAnswer})
//
// [Server.ExpireTokens] and [Server.RevokeTokens] make tokens useless before
// their time, [WithTTL] and [WithClock] let them run out, and
// [Server.Requests] counts what was asked.
package sandbox
