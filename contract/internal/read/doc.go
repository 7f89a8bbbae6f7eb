// Package read reads the parts of an exchange as the rules need them: addresses,
// media types, challenges, access tokens, and JSON as strictly as RFC 8259 and
// RFC 7493 ask for. It judges nothing.
package read
