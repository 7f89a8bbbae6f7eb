package outsiders

// All are the servers, frameworks first.
func All() []*Server {
	fast := project("proj_fast", "server", "fast-secret-0123456789")
	express := project("proj_express", "server", "express-secret-0123456789")
	other := project("proj_other", "other", "other-secret-0123456789")
	return []*Server{
		{Name: "FastAPI", Users: true, Explained: fastAPI, Project: fast, Other: &other, dir: "python", command: python("fastapi_server.py")},
		{Name: "FastAPI with nulls", Users: true, Explained: fastAPI, Project: fast, Other: &other, dir: "python", command: python("fastapi_server.py"), env: []string{"ABSENT=null"}},
		{Name: "Express", Users: true, Explained: expressJS, Project: express, Other: &other, dir: "node", command: node("express_server.js")},
		{
			Name: "oidc-provider", Project: project("proj_oidc", "server", "oidc-secret-0123456789"), Cases: oauthCases, Explained: oidcProvider,
			dir: "node", command: node("oidc_server.js"),
		},
		{
			Name: "Authlib", Project: project("proj_authlib", "server", "authlib-secret-0123456789"), Cases: oauthCases, Explained: authlib,
			dir: "python", command: python("authlib_server.py"),
		},
		{
			Name: "Ory Fosite", Project: project("proj_fosite", "server", "fosite-secret-0123456789"), Cases: oauthCases, Explained: fosite,
			dir: "golang", command: golang("fosite"),
		},
		{
			Name: "go-oauth2", Project: project("proj_gooauth2", "server", "gooauth2-secret-0123456789"), Cases: oauthCases, Explained: goOAuth2,
			dir: "golang", command: golang("gooauth2"),
		},
	}
}

// oauthCases are those about the token endpoint of RFC 6749.
const oauthCases = "^(auth|grant)/oauth-token$"

var fastAPI = map[string]string{
	"users/created-readable": "Starlette decodes a path before it routes it: a user whose id has a slash is created with 201 and never found",
	"operation/works":        "the same: the request for that user is refused",
	"http/server-error":      "FastAPI's own 422 repeats the input, and fails where that is NaN or half a surrogate pair",
	"leak/reflected-secret":  "FastAPI's own 422 repeats the input, and so the token of a sign-in",
}

var expressJS = map[string]string{
	"leak/stack-trace": "Express answers errors with the stack and the paths of the server while NODE_ENV is not set",
	"input/malformed":  "body-parser takes an empty body for {}, and so a PUT without a body wipes the user",
}

// That a token is for one project, which the audience names, is ONVY's own
// statement. A server without audiences breaks it, and no standard.
const noAudience = "it knows no audience, and so gives a token for a project that is not there; ONVY's documentation has one for each project"

var oidcProvider = map[string]string{
	"http/header-missing": "a 401 has no WWW-Authenticate where the client did not use the Authorization header; RFC 9110, 15.5.2 asks for one with every 401",
	"scope/unknown":       "a scope that it does not know is left out, and the answer has no scope member; RFC 6749, 3.3 asks for one",
	"grant/audience":      noAudience,
}

var authlib = map[string]string{
	"grant/repeated-parameter": "grant_type twice is taken; RFC 6749, 3.2 forbids it",
	"scope/unknown":            "a scope that it does not know is left out, and the answer has no scope member; RFC 6749, 3.3 asks for one",
	"grant/audience":           noAudience,
}

var fosite = map[string]string{
	"http/header-missing":      "its 401 has no WWW-Authenticate; RFC 9110, 15.5.2 asks for one with every 401",
	"scope/granted":            `"scope":"" stands where nothing was granted; RFC 6749, 3.3 has one value at least`,
	"grant/error-code":         "an unknown grant type gives invalid_request; RFC 6749, 5.2 has unsupported_grant_type for it",
	"grant/repeated-parameter": "grant_type twice is taken; RFC 6749, 3.2 forbids it",
	"grant/audience":           noAudience,
}

var goOAuth2 = map[string]string{
	"http/header-missing":      "its 401 has no WWW-Authenticate, not even for Basic; RFC 9110, 15.5.2 and RFC 6749, 5.2 ask for one",
	"oauth/error-code":         "401 comes with unsupported_grant_type and invalid_grant; RFC 6749, 5.2 has 400 for all but invalid_client",
	"operation/refusal-status": "JSON instead of a form gets the same 401",
	"grant/repeated-parameter": "grant_type twice is taken; RFC 6749, 3.2 forbids it",
	"scope/unknown":            "it grants every scope, also one that does not exist",
	"grant/audience":           noAudience,
}
