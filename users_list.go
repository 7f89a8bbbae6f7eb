package onvy

import (
	"context"
	"fmt"
	"iter"

	"github.com/onvy-health/onvy-go/gen"
)

// ListOptions choose a page. The zero value is the first page, of the size
// that the server likes (100).
type ListOptions struct {
	Page  string // the next page of the list before; opaque
	Limit int    // users on a page at the most, 1 to 1000; 0 leaves it to the server
}

// List returns one page of users, in no stated order; o may be nil. On the last
// page Pagination.NextPage is absent, null or empty. All does the turning.
func (s *UsersService) List(ctx context.Context, o *ListOptions, opts ...CallOption) (*UserList, error) {
	var params gen.ListUsersParams
	if o != nil {
		if o.Limit < 0 || o.Limit > 1000 {
			return nil, invalid(listUsers, fmt.Sprintf("limit %d is not between 1 and 1000", o.Limit))
		}
		if o.Limit > 0 {
			params.Limit = new(int32(o.Limit))
		}
		if o.Page != "" {
			params.Page = new(o.Page)
		}
	}
	req, err := gen.NewListUsersRequest(s.client.pipeline.server, &params)
	// The required parts of a page are pointers here, to see whether they came:
	// an answer without them must not pass for an empty page, or the last one.
	page, a, err := call[struct {
		*UserList
		Pagination *Pagination `json:"pagination"`
	}](ctx, s.client, listUsers, req, err, opts)
	switch {
	case err != nil:
		return nil, err
	case page.UserList == nil || page.Users == nil:
		return nil, badAnswer(listUsers, a, "the answer has no users")
	case page.Pagination == nil:
		return nil, badAnswer(listUsers, a, "the answer has no pagination")
	}
	page.UserList.Pagination = *page.Pagination
	for i := range page.Users {
		if page.Users[i].ID == "" {
			return nil, badAnswer(listUsers, a, "the answer has a user without an id")
		}
	}
	return page.UserList, nil
}

// All returns all users from o.Page on, o may be nil. A page is asked for when
// the loop gets to it; break ends the asking. An error comes once, last, with a
// nil user. The sequence can be used again and then starts again.
//
// A server that gives the same page token twice would be followed forever; that
// is an error.
func (s *UsersService) All(ctx context.Context, o *ListOptions, opts ...CallOption) iter.Seq2[*User, error] {
	var first ListOptions
	if o != nil {
		first = *o
	}
	return func(yield func(*User, error) bool) {
		options := first
		seen := map[string]bool{options.Page: true}
		for {
			list, err := s.List(ctx, &options, opts...)
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range list.Users {
				if !yield(&list.Users[i], nil) {
					return
				}
			}
			next, _ := list.Pagination.NextPage.Get() // absent and null are ""
			if next == "" {
				return
			}
			if seen[next] {
				yield(nil, failure(listUsers.name, 1, details{reason: "the server gave the same page token twice", cause: ErrBadAnswer}))
				return
			}
			seen[next], options.Page = true, next
		}
	}
}
