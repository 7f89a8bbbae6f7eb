// Package client sends requests and keeps what comes back as it was on the
// wire: each has a connection of its own, which is read beside net/http.
package client
