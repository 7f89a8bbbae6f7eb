// Package observe checks the exchanges that a program makes, as an
// http.RoundTripper that changes nothing.
package observe
