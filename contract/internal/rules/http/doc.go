// Package http has the rules of HTTP, whatever the answer is about: whether one came
// and is HTTP (wire.go), its status, and a body or none (status.go), and its header
// fields (header.go).
package http
