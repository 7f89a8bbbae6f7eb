package onvy

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"time"
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
// requests that [Client.Do] cannot make. Ask for it before each request; to ask
// costs nothing while the token lives. If the API refuses it, say so with
// [Client.Invalidate].
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

// Invalidate drops a token that the API refused, if it is still the one in use:
// the next operation gets a new one.
func (c *Client) Invalidate(t Token) { c.tokens.invalidate(t) }

// BaseURL returns the base URL of the API, with a slash at the end: for the
// request builders of package gen; see [Client.Do].
func (c *Client) BaseURL() string { return c.pipeline.server }

// CloseIdleConnections closes the connections that no operation uses now, also
// those of the clients that came from [Client.As]. The client stays usable.
func (c *Client) CloseIdleConnections() {
	if t, ok := c.pipeline.transport().(interface{ CloseIdleConnections() }); ok {
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

// A connection on which nothing comes back is given up after 15 seconds: half
// of the time that an attempt may take, so that the attempt fails and the next
// one has another connection. Without the pings of HTTP/2 the kernel alone
// decides, which takes a quarter of an hour.
const (
	pingAfter   = 10 * time.Second
	pingTimeout = 5 * time.Second
)

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
	if t.HTTP2 == nil {
		t.HTTP2 = &http.HTTP2Config{}
	}
	t.HTTP2.SendPingTimeout, t.HTTP2.PingTimeout = pingAfter, pingTimeout
	return t
}
