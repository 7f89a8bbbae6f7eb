package onvy

import (
	"net/http"
	"time"
)

// TransportForTests is the default transport with a certificate authority of a
// test, and a clock of its own for pings.
func TransportForTests(change func(*http.Transport), pings, timeout time.Duration) http.RoundTripper {
	t := newTransport().(*http.Transport)
	change(t)
	t.HTTP2.SendPingTimeout, t.HTTP2.PingTimeout = pings, timeout
	return t
}

// Pings returns after which silence the default transport asks a connection of
// HTTP/2 for a sign of life, and how long it waits for one.
func Pings() (after, timeout time.Duration) {
	config := newTransport().(*http.Transport).HTTP2
	return config.SendPingTimeout, config.PingTimeout
}
