package onvy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/onvy-health/onvy-go/gen"
)

// UsersService has the operations on the users of the project. Ids are the
// caller's own; they are escaped where they need it, and those that no path
// can hold ("", ".", "..") are refused with [ErrInvalid] before anything is
// sent. Every error is an *[Error].
type UsersService struct{ client *Client }

// Create makes a new user. An id that is taken is [ErrConflict].
//
// It is safe to repeat, because the id is the caller's: if an answer is lost
// and the next says that the id is taken, Create reads the user back and
// returns it if it is what was sent.
func (s *UsersService) Create(ctx context.Context, user UserCreate, opts ...CallOption) (*User, error) {
	if err := checkID(createUser, user.ID); err != nil {
		return nil, err
	}
	req, err := gen.NewCreateUserRequest(s.client.pipeline.server, user)
	created, err := s.one(ctx, createUser, user.ID, req, err, opts)
	if e, ok := errors.AsType[*Error](err); ok && e.details().lost && errors.Is(e, ErrConflict) {
		return s.reconcile(ctx, user, e, opts)
	}
	return created, err
}

// Get returns a user; [ErrNotFound] if there is none.
func (s *UsersService) Get(ctx context.Context, id string, opts ...CallOption) (*User, error) {
	if err := checkID(getUser, id); err != nil {
		return nil, err
	}
	req, err := gen.NewGetUserRequest(s.client.pipeline.server, id)
	return s.one(ctx, getUser, id, req, err, opts)
}

// Replace makes the user what it is given: fields that are absent are reset.
// The id in the body is that of the path; another is [ErrInvalid].
func (s *UsersService) Replace(ctx context.Context, id string, user UserReplace, opts ...CallOption) (*User, error) {
	if err := checkID(replaceUser, id); err != nil {
		return nil, err
	}
	if user.ID != nil && *user.ID != id {
		return nil, invalid(replaceUser, "the id of the user is not the id to replace")
	}
	user.ID = &id // create needs it, and the body may be the same
	req, err := gen.NewUpdateUserPutRequest(s.client.pipeline.server, id, user)
	return s.one(ctx, replaceUser, id, req, err, opts)
}

// Update changes the fields that are set and no others. That [Null] clears a
// field is what RFC 7396 says of such requests and what the contract assumes; no
// page of ONVY says so.
//
// An update whose answer was lost is sent again. Whatever another client changed
// in the same fields in between is then changed back; [CallMaxAttempts](1) does
// not repeat.
func (s *UsersService) Update(ctx context.Context, id string, change UserUpdate, opts ...CallOption) (*User, error) {
	if err := checkID(updateUser, id); err != nil {
		return nil, err
	}
	req, err := gen.NewUpdateUserPatchRequest(s.client.pipeline.server, id, change)
	return s.one(ctx, updateUser, id, req, err, opts)
}

// Delete removes a user; [ErrNotFound] if there is none. If an answer is lost
// and the next says that there is no such user, it is deleted: nil.
func (s *UsersService) Delete(ctx context.Context, id string, opts ...CallOption) error {
	if err := checkID(deleteUser, id); err != nil {
		return err
	}
	req, err := gen.NewDeleteUserRequest(s.client.pipeline.server, id)
	if err != nil {
		return invalid(deleteUser, "the request cannot be made")
	}
	settings, err := s.client.pipeline.settings(deleteUser, opts)
	if err != nil {
		return err
	}
	_, err = s.client.pipeline.do(ctx, deleteUser, s.client.tokens, req, settings)
	if e, ok := errors.AsType[*Error](err); ok && e.details().lost && errors.Is(e, ErrNotFound) { // of the user, not of the project
		return nil
	}
	return err
}

// one carries out an operation whose answer is the user with an id. An answer
// about nobody, or about somebody else, is no answer to go on with.
func (s *UsersService) one(ctx context.Context, op *operation, id string, req *http.Request, buildErr error, opts []CallOption) (*User, error) {
	user, a, err := call[User](ctx, s.client, op, req, buildErr, opts)
	switch {
	case err != nil:
		return nil, err
	case user.ID == "":
		return nil, badAnswer(op, a, "the answer has no user with an id")
	case user.ID != id:
		return nil, badAnswer(op, a, "the answer has another user than the one asked for")
	}
	return user, nil
}

// call carries out an operation whose answer is JSON. buildErr is that of the
// request builder.
func call[T any](ctx context.Context, c *Client, op *operation, req *http.Request, buildErr error, opts []CallOption) (*T, *answer, error) {
	if buildErr != nil { // a float that is not a number
		return nil, nil, invalid(op, "the request cannot be written as JSON")
	}
	settings, err := c.pipeline.settings(op, opts)
	if err != nil {
		return nil, nil, err
	}
	a, err := c.pipeline.do(ctx, op, c.tokens, req, settings)
	if err != nil {
		return nil, nil, err
	}
	v := new(T)
	return v, a, decodeInto(op, a, v)
}

// decodeInto reads the body of a good answer. The errors of encoding/json quote
// values, so they are not wrapped.
func decodeInto(op *operation, a *answer, into any) error {
	err := json.Unmarshal(a.body, into)
	if err == nil && !bytes.HasPrefix(bytes.TrimSpace(a.body), []byte("null")) {
		return nil
	}
	reason := "the answer is not the JSON that the contract has"
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && t.Field != "" {
		reason += ", at " + t.Field
	}
	return badAnswer(op, a, reason)
}

// checkID refuses ids that would make another path than that of a user, here
// or at a proxy that takes %2F for a slash.
func checkID(op *operation, id string) error {
	switch {
	case id == "":
		return invalid(op, "the id is empty")
	case !utf8.ValidString(id):
		return invalid(op, "the id is not UTF-8")
	}
	for segment := range strings.FieldsFuncSeq(id, func(r rune) bool { return r == '/' || r == '\\' }) {
		if segment == "." || segment == ".." {
			return invalid(op, `the id has a path segment "." or ".."`)
		}
	}
	return nil
}

// reconcile answers who a user belongs to when the answer to its creation was
// lost and the next said that the id is taken: to this call, if it is what this
// call sent. If that cannot be found out, the error is that of the question
// and not ErrConflict, which would be a guess.
func (s *UsersService) reconcile(ctx context.Context, sent UserCreate, conflict *Error, opts []CallOption) (*User, error) {
	found, err := s.Get(ctx, sent.ID, opts...)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, conflict
	case err != nil:
		return nil, err
	}
	var a, b any
	if remarshal(sent, &a) != nil || remarshal(found, &b) != nil || !within(a, b) {
		return nil, conflict
	}
	return found, nil
}

// within reports whether all that a has is in b; b may have more: defaults and
// what the server adds.
func within(a, b any) bool {
	object, ok := a.(map[string]any)
	if !ok {
		return reflect.DeepEqual(a, b)
	}
	other, ok := b.(map[string]any)
	for name, value := range object {
		got, there := other[name]
		ok = ok && there && within(value, got)
	}
	return ok
}

func remarshal(v any, into *any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}
