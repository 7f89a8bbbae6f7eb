package onvy

import (
	"context"
	"net/http"

	"github.com/onvy-health/onvy-go/internal/safetext"
)

// Do sends a request of an operation that this package has no method for, with
// all that the others have: a token, retries, limits, and errors of type
// *[Error]. The builders of package gen make requests; give them
// [Client.BaseURL]:
//
//	req, err := gen.NewListMealsRequest(client.BaseURL(), "user_123", nil)
//	if err != nil {
//		return err
//	}
//	var meals gen.MealList
//	err = client.Do(ctx, req, &meals, onvy.CallOperation("meals.list"))
//
// The body of a 2xx answer is read as JSON into the value that into points to;
// nil takes any body. What the answer has to have is for the caller to check. A
// request for another origin than that of the base URL is refused. One whose
// body cannot be read again, for want of GetBody, is sent once.
func (c *Client) Do(ctx context.Context, req *http.Request, into any, opts ...CallOption) error {
	op := &operation{name: "do"}
	if req == nil || req.URL == nil {
		return invalid(op, "the request is nil")
	}
	s, err := c.pipeline.settings(op, opts)
	if err != nil {
		return err
	}
	op.name, op.repeats = s.operation, s.repeats
	if op.name == "" && safetext.IsToken(req.Method) {
		op.name = req.Method
	}
	switch req.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		op.repeats = true
	}
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		s.attempts = 1
	}
	a, err := c.pipeline.do(ctx, op, c.tokens, req, s)
	if err != nil || into == nil {
		return err
	}
	return decodeInto(op, a, into)
}
