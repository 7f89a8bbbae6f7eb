package onvy

import (
	"net/http"
	"time"
)

// TransportForTests is the default transport with a certificate authority of a
// test, and a clock of its own for pings.
func TransportForTests(change func(*http.Transport), pings, timeout time.Duration) http.RoundTripper {
	transport, _ := newTransport()
	t := transport.(*http.Transport)
	change(t)
	t.HTTP2.SendPingTimeout, t.HTTP2.PingTimeout = pings, timeout
	return t
}

// Pings returns after which silence the default transport asks a connection of
// HTTP/2 for a sign of life, and how long it waits for one.
func Pings() (after, timeout time.Duration) {
	transport, _ := newTransport()
	config := transport.(*http.Transport).HTTP2
	return config.SendPingTimeout, config.PingTimeout
}
