package sandbox

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"strings"
)

// cursors makes page tokens: a place in the list of one project, sealed, so
// that nobody reads, changes or carries one to another project.
type cursors struct{ aead cipher.AEAD }

// cursorCoding has the "+", "/" and "=" that upstream's tokens have and that a
// client has to escape.
var cursorCoding = base64.StdEncoding.Strict()

func newCursors() *cursors {
	block, err := aes.NewCipher(newKey())
	if err != nil {
		panic("sandbox: " + err.Error()) // the key has the right length
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("sandbox: " + err.Error())
	}
	return &cursors{aead}
}

func (c *cursors) seal(project string, place uint64) string {
	plain := binary.BigEndian.AppendUint64(nil, place)
	return cursorCoding.EncodeToString(c.aead.Seal(nil, nil, plain, []byte(project)))
}

func (c *cursors) open(project, cursor string) (uint64, error) {
	sealed, err := cursorCoding.DecodeString(cursor)
	if err != nil || strings.ContainsAny(cursor, "\r\n") { // which base64 passes over
		return 0, badRequest("page is not a token of this list")
	}
	plain, err := c.aead.Open(nil, nil, sealed, []byte(project))
	if err != nil || len(plain) != 8 {
		return 0, badRequest("page is not a token of this list")
	}
	return binary.BigEndian.Uint64(plain), nil
}
