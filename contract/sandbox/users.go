package sandbox

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const defaultLimit = 100

// CreateUser answers 201, or 409 for an id that is taken. A user's own token
// creates that user and no other.
func (h *handlers) CreateUser(ctx context.Context, _ CreateUserRequestObject) (CreateUserResponseObject, error) {
	c := callOf(ctx)
	id, _ := bodyID(c.body)
	if !c.principal.may(id) {
		return nil, refuse(http.StatusForbidden, "forbidden", "the token is for another user")
	}
	u, err := h.usersOf(c).create(id, newDocument(c.body))
	if err != nil {
		return nil, err
	}
	return createdUser{shownUser{u.json()}, userPath(u.id)}, nil
}

// ListUsers lists the users of the project in the order of their creation. A
// user's own token lists that user alone.
func (h *handlers) ListUsers(ctx context.Context, r ListUsersRequestObject) (ListUsersResponseObject, error) {
	p := callOf(ctx).principal
	limit := defaultLimit
	if r.Params.Limit != nil {
		limit = int(*r.Params.Limit)
	}
	list := shownList{limit: limit}
	var after uint64
	if r.Params.Page != nil {
		var err error
		if after, err = h.cursors.open(p.project, *r.Params.Page); err != nil {
			return nil, err
		}
		list.page = *r.Params.Page
	}
	users := h.projects[p.project].users
	if p.user != "" {
		if u, err := users.get(p.user); err == nil && u.seq > after {
			list.users, list.total = []*user{u}, 1
		}
		return list, nil
	}
	var next uint64
	list.users, next, list.total = users.page(after, limit)
	if next != 0 {
		list.next = h.cursors.seal(p.project, next)
	}
	return list, nil
}

// GetUser answers with the user, or 404.
func (h *handlers) GetUser(ctx context.Context, r GetUserRequestObject) (GetUserResponseObject, error) {
	c := callOf(ctx)
	if !c.principal.may(r.UserID) {
		return nil, noUser()
	}
	u, err := h.usersOf(c).get(r.UserID)
	if err != nil {
		return nil, err
	}
	return shownUser{u.json()}, nil
}

// UpdateUserPut replaces a user and creates none: the pages call it an update.
func (h *handlers) UpdateUserPut(ctx context.Context, r UpdateUserPutRequestObject) (UpdateUserPutResponseObject, error) {
	c := callOf(ctx)
	if !c.principal.may(r.UserID) {
		return nil, noUser()
	}
	if id, given := bodyID(c.body); given && id != r.UserID {
		return nil, refuse(http.StatusConflict, "conflict", "the id in the body is not that in the path")
	}
	doc := newDocument(c.body)
	u, err := h.usersOf(c).update(r.UserID, func(document) document { return doc })
	if err != nil {
		return nil, err
	}
	return shownUser{u.json()}, nil
}

// UpdateUserPatch changes the fields that the body has. A body without any
// changes nothing, not even updated_at.
func (h *handlers) UpdateUserPatch(ctx context.Context, r UpdateUserPatchRequestObject) (UpdateUserPatchResponseObject, error) {
	c := callOf(ctx)
	if !c.principal.may(r.UserID) {
		return nil, noUser()
	}
	u, err := h.usersOf(c).update(r.UserID, func(old document) document {
		if !touches(c.body) {
			return nil
		}
		return old.merge(c.body)
	})
	if err != nil {
		return nil, err
	}
	return shownUser{u.json()}, nil
}

// DeleteUser answers 204, and 404 for a user who is gone already.
func (h *handlers) DeleteUser(ctx context.Context, r DeleteUserRequestObject) (DeleteUserResponseObject, error) {
	c := callOf(ctx)
	if !c.principal.may(r.UserID) {
		return nil, noUser()
	}
	if err := h.usersOf(c).delete(r.UserID); err != nil {
		return nil, err
	}
	return DeleteUser204Response{}, nil
}

func (h *handlers) usersOf(c *call) *store { return h.projects[c.principal.project].users }

// userPath is the path of a user, escaped so that no id leads elsewhere.
func userPath(id string) string {
	escaped := url.PathEscape(id)
	if escaped == "." || escaped == ".." { // segments of their own meaning (RFC 3986, 5.2.4)
		escaped = strings.ReplaceAll(escaped, ".", "%2E")
	}
	return "/users/" + escaped
}

// The generated response types hold numbers as float64; these hold the JSON.

// shownUser is a user in the answers to GET, PUT and PATCH.
type shownUser struct{ json jsontext.Value }

func (u shownUser) VisitGetUserResponse(w http.ResponseWriter) error {
	return u.write(w, http.StatusOK)
}
func (u shownUser) VisitUpdateUserPutResponse(w http.ResponseWriter) error {
	return u.write(w, http.StatusOK)
}
func (u shownUser) VisitUpdateUserPatchResponse(w http.ResponseWriter) error {
	return u.write(w, http.StatusOK)
}

func (u shownUser) write(w http.ResponseWriter, status int) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, err := w.Write(append(u.json, '\n'))
	return err
}

// createdUser is a user in the answer to POST.
type createdUser struct {
	shownUser
	location string
}

func (u createdUser) VisitCreateUserResponse(w http.ResponseWriter) error {
	w.Header().Set("Location", u.location)
	return u.write(w, http.StatusCreated)
}

// shownList is a page of users. The last one has no next_page.
type shownList struct {
	users      []*user
	limit      int
	total      int
	page, next string
}

func (l shownList) VisitListUsersResponse(w http.ResponseWriter) error {
	pagination := document{"limit": number(l.limit), "total": number(l.total)}
	if l.page != "" {
		pagination["page"] = quote(l.page)
	}
	if l.next != "" {
		pagination["next_page"] = quote(l.next)
	}
	users := []byte{'['}
	for i, u := range l.users {
		if i > 0 {
			users = append(users, ',')
		}
		users = append(users, u.json()...)
	}
	body := document{
		"users":      append(users, ']'),
		"pagination": pagination.object([]string{"limit", "total", "page", "next_page"}),
	}
	return shownUser{body.object([]string{"users", "pagination"})}.write(w, http.StatusOK)
}
