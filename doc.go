// Package onvy is a client of the ONVY Health API: its users, and the tokens
// that come before them.
//
//	client, err := onvy.NewClient(onvy.ServerCredentials{
//		ProjectID:    os.Getenv("ONVY_PROJECT_ID"),
//		ClientID:     os.Getenv("ONVY_CLIENT_ID"),
//		ClientSecret: onvy.NewSecret(os.Getenv("ONVY_CLIENT_SECRET")),
//	})
//	if err != nil {
//		return err
//	}
//	user, err := client.Users.Create(ctx, onvy.UserCreate{ID: "user_123", Firstname: new("Avery")})
//
// Make one client and share it. It gets its token with the first operation,
// renews it before it ends, asks again where that helps, and turns pages.
//
// [FromEnv] makes that client of the variables alone, ONVY_BASE_URL too.
//
// # Credentials
//
// A server uses [ServerCredentials]. An app that acts for one user has that
// user's identity token and uses [UserCredentials], which exchanges it, goes on
// with refresh tokens and hands each new one over to be stored before it is
// used; processes that share a refresh token load the newest one with
// LoadRefreshToken. [TokenFunc] gets tokens from a vault or another library, and
// [StaticToken] is a token from elsewhere. [Client.As] makes a client with other
// credentials over the same connections.
//
// One token request runs at a time, for all callers. It belongs to none of
// them: a caller's deadline ends that caller's wait and nothing else, and the
// request, with the callbacks that it makes, has a context of its own. In the
// last 10 to 20 % of a token's life the next one is fetched in the background.
// If a token that has worked is refused before that, one new one is fetched and
// the operation sent once more; one that has never worked is kept for 5 seconds,
// since a server that refuses good tokens would refuse the next one too.
//
// A token endpoint that refuses is left alone for 5 seconds, in which all get
// its answer, so that a wrong secret does not become a flood. One that is out of
// order is asked again after half a second, and then less and less often; callers
// with time left wait for that.
//
// # Users
//
// Ids are the caller's own: they are escaped in paths, and refused where no
// path can hold them. Optional fields are pointers; new makes one of a value:
// new("Avery"), new(int32(3600)). A field of a [UserUpdate] is absent, [Null]
// or [Set] to a value:
//
//	change := onvy.UserUpdate{Lastname: onvy.Set("Jones"), Birthday: onvy.Null[onvy.Date]()}
//
// [UsersService.All] is a loop over all users, page by page as it gets there:
//
//	for user, err := range client.Users.All(ctx, nil) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(user.ID)
//	}
//
// # Errors
//
// Every error of an operation is an *[Error], and errors.Is tells the kinds
// apart: [ErrNotFound], [ErrConflict], [ErrUnauthorized], [ErrForbidden],
// [ErrRateLimited], [ErrInvalid], [ErrTooLarge], and [ErrBadAnswer] for a 2xx
// answer that is not what the contract has: no id, another user, a page without
// users.
//
// The text of an error has the operation, the status and the request id, and
// never a URL, the id of a user or anything of a body: these are health data.
// It can be logged as it is, and a [Secret] too: it does not print, whatever
// prints it. [Error.Code], [Error.Message], [Error.Fields] and [Error.Body] have
// what the server said.
//
// # Retries
//
// An operation is up to three requests ([WithMaxAttempts]). The next one
// follows after 408, 429, 500, 502, 503, 504 or a broken connection, after a
// short wait, or after what Retry-After says. Where that is more than 20
// seconds, or more than the deadline leaves, the error comes at once and has
// [Error.RetryAfter]. [WithBackoff] and [WithMaxRetryAfter] set other limits, and
// call options those of one call.
//
// That is safe for every operation on users in that none is carried out twice
// with another effect than once. It is not a lock: an Update or Replace whose
// answer was lost is sent again, and undoes what another client wrote to the same
// fields in between. Create is repeated too, since the caller
// chooses the id. If the answer to a Create is lost and the next says that the
// id is taken, the user is read back: if it is what was sent, Create succeeds, and
// otherwise it is ErrConflict. If the answer to a Delete is lost and the next
// says that there is no such user, Delete succeeds. The exchange of an identity
// token and the use of a refresh token are repeated only if they were not sent,
// or refused with 429: they may be good for one use.
//
// One request may take 30 seconds ([WithAttemptTimeout]). How long an
// operation may take is for its context to say. A token is sent to the base URL
// and nowhere else: redirects are not followed, and http is for loopback. An
// answer may have 10 MiB.
//
// # Seeing what happens
//
// [WithLogger] writes a debug line for each request, and a warning when a token
// could not be renewed or stored. [Operation] tells a
// transport what a request is for, as a name for its span or metric; the
// example in examples/otel does it with OpenTelemetry.
//
// # Testing code that uses this package
//
// Package contract/sandbox is an ONVY server in memory. Its Trouble makes
// requests fail, wait and get lost, and it counts them. The examples of this
// package run against it.
//
// # Other operations
//
// [Client.Do] sends any request of the API with the same token, retries, limits
// and errors: an operation that is new in openapi.yaml is callable as soon as
// package gen is generated. [CallResponse] gives the status, header and request id
// of any call. [Client.Token] is a token for whatever else needs one, and
// [Client.Invalidate] says that it was refused. Package gen has the generated
// client beneath this one, for callers who want no retries, no limits and no
// interpretation of any kind.
package onvy
