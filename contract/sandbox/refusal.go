package sandbox

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// refusal is an answer that is not a success. Handlers return it as an error;
// its words are fixed texts, so that nothing that was sent comes back in them.
type refusal struct {
	status    int
	code      string
	message   string
	challenge string // WWW-Authenticate, "" for none
}

func (r *refusal) Error() string { return r.code + ": " + r.message }

func refuse(status int, code, message string) *refusal {
	return &refusal{status: status, code: code, message: message}
}

func badRequest(message string) *refusal {
	return refuse(http.StatusBadRequest, "invalid_request", message)
}

// invalidClient does not tell an unknown project or client from a wrong secret.
func invalidClient() *refusal {
	return &refusal{
		status: http.StatusUnauthorized, code: "invalid_client",
		message:   "unknown client or wrong secret",
		challenge: `Basic realm="onvy", charset="UTF-8"`, // RFC 6749, 5.2
	}
}

func invalidGrant(message string) *refusal {
	return refuse(http.StatusBadRequest, "invalid_grant", message)
}

// unauthorized has no error code where the request had no token at all
// (RFC 6750, 3.1).
func unauthorized(code, message string) *refusal {
	r := &refusal{status: http.StatusUnauthorized, code: code, message: message, challenge: `Bearer realm="onvy"`}
	if code == "" {
		r.code = "unauthorized"
		return r
	}
	r.challenge += `, error="` + code + `", error_description="` + message + `"`
	return r
}

func insufficientScope(scope string) *refusal {
	return &refusal{
		status: http.StatusForbidden, code: "insufficient_scope", message: scope + " is needed",
		challenge: `Bearer realm="onvy", error="insufficient_scope", scope="` + scope + `"`,
	}
}

// write answers with the refusal, in the shape of the operation's errors.
func (r *refusal) write(w http.ResponseWriter, op *operation) {
	if r.challenge != "" {
		w.Header().Set("WWW-Authenticate", r.challenge)
	}
	body := map[string]string{"error": r.code}
	if op != nil && op.Role == spec.Token {
		body["error_description"] = r.message
	} else {
		body["message"] = r.message
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(r.status)
	_ = json.NewEncoder(w).Encode(body) // strings into a buffer: cannot fail
}

// asRefusal makes a refusal of any error, without its words.
func asRefusal(err error) *refusal {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r
	}
	return badRequest("the request is not valid")
}
