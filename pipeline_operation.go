package onvy

import "context"

// operation is what the pipeline has to know about one operation of the API.
type operation struct {
	name  string // "users.get": in errors, logs and span names
	route string // "/users/{user_id}": in logs, where the path would tell an id

	// repeats says that to carry it out twice is the same as once, so that it
	// may be sent again though the first request may have arrived.
	repeats bool

	// grants says that it gets a token, and so needs none.
	grants bool
}

var (
	createUser  = &operation{name: "users.create", route: "/users", repeats: true} // the caller chose the id
	listUsers   = &operation{name: "users.list", route: "/users", repeats: true}
	getUser     = &operation{name: "users.get", route: "/users/{user_id}", repeats: true}
	replaceUser = &operation{name: "users.replace", route: "/users/{user_id}", repeats: true}
	updateUser  = &operation{name: "users.update", route: "/users/{user_id}", repeats: true}
	deleteUser  = &operation{name: "users.delete", route: "/users/{user_id}", repeats: true}

	// A second client_credentials token does no harm to the first (RFC 6749,
	// 4.4.3: no refresh token comes with it). A second exchange or refresh may
	// be the end of a refresh token that rotates (RFC 9700, 4.14.2).
	serverToken      = &operation{name: "auth.server", route: "/v1/projects/{project_id}/auth/server", grants: true, repeats: true}
	userToken        = &operation{name: "auth.sdk", route: "/v1/projects/{project_id}/auth/sdk", grants: true}
	oauthServerToken = &operation{name: "auth.oauth", route: "/oauth/token", grants: true, repeats: true}
	oauthUserToken   = &operation{name: "auth.oauth", route: "/oauth/token", grants: true}

	getToken  = &operation{name: "token"}               // [Client.Token] itself
	tokenFunc = &operation{name: "token", grants: true} // a [TokenFunc]
)

type operationKey struct{}

// Operation returns the name of the operation that a request of this package
// belongs to, as it is in [Error.Operation] ("users.get", "auth.server"), or
// "" for other contexts. It is for transports: as a span name, or as a label
// of a metric, it says more than the method and less than the path, which
// holds the id of a person.
func Operation(ctx context.Context) string {
	if op, ok := ctx.Value(operationKey{}).(*operation); ok {
		return op.name
	}
	return ""
}
