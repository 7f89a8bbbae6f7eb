package onvy

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
)

// Client is the way to the ONVY Health API with one set of credentials. Make
// it with [NewClient], once, and share it: it is safe for use by any number of
// goroutines, and its token and connections are worth keeping.
type Client struct {
	// Users are the users of the project.
	Users *UsersService

	pipeline *pipeline
	tokens   tokens
}

// NewClient returns a client that uses the credentials. It checks all that it
// is given and makes no network call: the first token is asked for by the
// first operation. Errors name the option or field that is wrong.
func NewClient(creds Credentials, opts ...Option) (*Client, error) {
	p, err := newPipeline(opts)
	if err != nil {
		return nil, fmt.Errorf("onvy: NewClient: %w", err)
	}
	c, err := newClient(p, creds)
	if err != nil {
		return nil, fmt.Errorf("onvy: NewClient: %w", err)
	}
	return c, nil
}

// As returns a client for other credentials, with a token of its own and with
// the options and the connections of c. It is how a server acts for many users
// without a connection for each:
//
//	user, err := client.As(onvy.StaticToken{AccessToken: token})
func (c *Client) As(creds Credentials) (*Client, error) {
	other, err := newClient(c.pipeline, creds)
	if err != nil {
		return nil, fmt.Errorf("onvy: As: %w", err)
	}
	return other, nil
}

// Token returns the access token in use, a new one if that is needed: for
// endpoints of the API that this package does not have. Ask for it before each
// request; to ask costs nothing while the token lives.
func (c *Client) Token(ctx context.Context) (Token, error) {
	if ctx == nil {
		return Token{}, invalid(getToken, "the context is nil")
	}
	t, err := c.tokens.get(ctx)
	if err != nil {
		return Token{}, tokenError(getToken, err, 0)
	}
	return t.Token, nil
}

// CloseIdleConnections closes the connections that no operation uses now, also
// those of the clients that came from [Client.As]. The client stays usable.
func (c *Client) CloseIdleConnections() {
	if t, ok := c.pipeline.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

func newClient(p *pipeline, creds Credentials) (*Client, error) {
	if v := reflect.ValueOf(creds); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return nil, errors.New("the credentials are nil")
	}
	tokens, err := creds.tokens(p)
	if err != nil {
		return nil, err
	}
	c := &Client{pipeline: p, tokens: tokens}
	c.Users = &UsersService{client: c}
	return c, nil
}

// newTransport is the default: that of net/http, with as many idle connections
// to its one host as to all. With the two of net/http, 64 workers would open
// and close connections all the time.
func newTransport() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport // replaced by the program, which has its reasons
	}
	t = t.Clone()
	t.MaxIdleConnsPerHost = t.MaxIdleConns
	t.MaxResponseHeaderBytes = 1 << 20
	return t
}
