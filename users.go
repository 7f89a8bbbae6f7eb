package onvy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
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
func (s *UsersService) Create(ctx context.Context, user UserCreate) (*User, error) {
	if err := checkID(createUser, user.ID); err != nil {
		return nil, err
	}
	req, err := gen.NewCreateUserRequest(s.client.pipeline.server, user)
	created, err := call[User](ctx, s.client, createUser, req, err)
	if e, ok := errors.AsType[*Error](err); ok && e.lost && errors.Is(e, ErrConflict) {
		return s.reconcile(ctx, user, e)
	}
	return created, err
}

// Get returns a user; [ErrNotFound] if there is none.
func (s *UsersService) Get(ctx context.Context, id string) (*User, error) {
	if err := checkID(getUser, id); err != nil {
		return nil, err
	}
	req, err := gen.NewGetUserRequest(s.client.pipeline.server, id)
	return call[User](ctx, s.client, getUser, req, err)
}

// Replace makes the user what it is given: fields that are absent are reset.
// The id in the body is that of the path; another is [ErrInvalid].
func (s *UsersService) Replace(ctx context.Context, id string, user UserReplace) (*User, error) {
	if err := checkID(replaceUser, id); err != nil {
		return nil, err
	}
	if user.ID != nil && *user.ID != id {
		return nil, invalid(replaceUser, "the id of the user is not the id to replace")
	}
	user.ID = &id // create needs it, and the body may be the same
	req, err := gen.NewUpdateUserPutRequest(s.client.pipeline.server, id, user)
	return call[User](ctx, s.client, replaceUser, req, err)
}

// Update changes the fields that are set and no others.
func (s *UsersService) Update(ctx context.Context, id string, change UserUpdate) (*User, error) {
	if err := checkID(updateUser, id); err != nil {
		return nil, err
	}
	req, err := gen.NewUpdateUserPatchRequest(s.client.pipeline.server, id, change)
	return call[User](ctx, s.client, updateUser, req, err)
}

// Delete removes a user; [ErrNotFound] if there is none. If an answer is lost
// and the next says that there is no such user, it is deleted: nil.
func (s *UsersService) Delete(ctx context.Context, id string) error {
	if err := checkID(deleteUser, id); err != nil {
		return err
	}
	req, err := gen.NewDeleteUserRequest(s.client.pipeline.server, id)
	if err != nil {
		return invalid(deleteUser, "the request cannot be made")
	}
	_, err = s.client.pipeline.do(ctx, deleteUser, s.client.tokens, req)
	if e, ok := errors.AsType[*Error](err); ok && e.lost && errors.Is(e, ErrNotFound) { // of the user, not of the project
		return nil
	}
	return err
}

// call carries out an operation whose answer is JSON. buildErr is that of the
// request builder.
func call[T any](ctx context.Context, c *Client, op *operation, req *http.Request, buildErr error) (*T, error) {
	if buildErr != nil { // a float that is not a number
		return nil, invalid(op, "the request cannot be written as JSON")
	}
	a, err := c.pipeline.do(ctx, op, c.tokens, req)
	if err != nil {
		return nil, err
	}
	return decode[T](op, a)
}

// decode reads the body of a good answer. The errors of encoding/json quote
// values, so they are not wrapped.
func decode[T any](op *operation, a *answer) (*T, error) {
	v := new(T)
	err := json.Unmarshal(a.body, v)
	if err == nil && len(bytes.TrimSpace(a.body)) > 0 && bytes.TrimSpace(a.body)[0] == 'n' {
		err = io.ErrUnexpectedEOF // null
	}
	if err != nil {
		e := newError(op, a, nil, a.attempts)
		e.reason = "the answer is not the JSON that the contract has"
		if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && t.Field != "" {
			e.reason += ", at " + t.Field
		}
		return nil, e
	}
	return v, nil
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
