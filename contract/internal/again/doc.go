// Package again sends the requests of a finding's script once more and says
// whether the finding is still so.
//
// No shell runs: the scripts of package evidence have a narrow form, and what is
// not of that form is refused before anything is sent.
package again
