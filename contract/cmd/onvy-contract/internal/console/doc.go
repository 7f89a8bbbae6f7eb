// Package console has what the commands of onvy-contract share: what they write to
// and read from, the spec of --spec, and how they say what is wrong with a command
// line.
package console
