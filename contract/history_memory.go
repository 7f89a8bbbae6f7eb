package contract

import (
	"bytes"
	"encoding/json"
)

// What a history keeps in memory does not grow with the recording. Of users,
// tokens and listings it forgets those that it has not met for longest: at
// least as many are kept as these limits say, and at most twice as many. What
// is forgotten is as if it had not been seen, and so contradicts nothing.
const (
	keptUsers    = 5_000
	keptTokens   = 5_000
	keptProjects = 5_000
	keptWalks    = 100     // listings that have not come to their end, and listings that have
	walkUsers    = 100_000 // of one listing; a longer one is not judged as a whole
)

// kept is what is known of a user between two exchanges. It is text: decoded,
// it would take ten times the memory.
type kept struct {
	doc     []byte // nil if unknown
	deleted []byte // see userState
	listed  uint64 // hash of the user in the last list that did not differ from doc; 0 if unknown
}

// known tells whether there is something to compare a user with.
func (u *userState) known() bool { return u.kept.doc != nil }

// same tells whether a user was sent in the very bytes that are known. Then
// nothing in it can differ.
func (u *userState) same(as *outlinedUser) bool {
	return as.raw != nil && bytes.Equal(u.kept.doc, as.raw)
}

// listedBefore tells whether a user was in a list with the same hash, and did
// not differ. After a refused write more may differ.
func (u *userState) listedBefore(hash uint64) bool {
	return hash != 0 && u.kept.listed == hash && !u.refused
}

// wake decodes what is known, for an exchange to be held against it.
func (u *userState) wake() {
	u.doc, u.deleted = decodeKept(u.kept.doc), decodeKept(u.kept.deleted)
}

// rest lets go of what was decoded.
func (u *userState) rest() { u.doc, u.deleted = nil, nil }

// keep is rest after a change.
func (u *userState) keep() {
	u.kept = kept{doc: encodeKept(u.doc), deleted: encodeKept(u.deleted)}
	u.rest()
}

// read takes a user as it was read.
func (u *userState) read(c *call, user *outlinedUser) {
	switch {
	case user.raw == nil:
		u.kept.doc, u.kept.listed = encodeKept(user.value), 0
	case !u.same(user):
		u.kept.doc, u.kept.listed = bytes.Clone(user.raw), 0
	}
	if u.existed.IsZero() {
		u.existed = c.x.end()
	}
	u.complete, u.touched, u.refused, u.seen = true, false, false, true
}

func decodeKept(text []byte) map[string]any {
	if text == nil {
		return nil
	}
	return decodeObject(text)
}

func encodeKept(fields map[string]any) []byte {
	if fields == nil {
		return nil
	}
	text, err := json.Marshal(fields)
	if err != nil { // they were decoded from JSON
		panic(err)
	}
	return text
}
