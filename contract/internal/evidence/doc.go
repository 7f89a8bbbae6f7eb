// Package evidence writes the exchanges that show a finding as steps of text,
// without secrets and without data of persons.
package evidence
