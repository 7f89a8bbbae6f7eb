package contract

import (
	"hash/maphash"
	"sync"
)

// bearerToken is an access token of a request, read once: most exchanges have
// the token of the one before.
type bearerToken struct {
	claims
	isJWT  bool
	scopes []string // nil if it does not say
	digest string
}

// bearerTokens are those that were seen last.
type bearerTokens struct {
	mu    sync.Mutex
	seed  maphash.Seed
	known map[uint64]*bearerToken // by keyed hash, so that no token stays in memory
}

// bearerLimit is how many are kept: more than are in use at one time.
const bearerLimit = 256

// bearer is the access token of the request; that of none reads as "".
func (c *call) bearer() *bearerToken { return c.spec.bearers.read(c.x.Request.bearer()) }

// read returns what is known of a token.
func (t *bearerTokens) read(token string) *bearerToken {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known == nil {
		t.seed, t.known = maphash.MakeSeed(), make(map[uint64]*bearerToken)
	}
	key := maphash.String(t.seed, token)
	if b := t.known[key]; b != nil {
		return b
	}
	b := &bearerToken{digest: digest(token)}
	b.claims, b.isJWT = readJWT(token)
	b.scopes, _ = b.claims.scopes()
	if len(t.known) == bearerLimit {
		clear(t.known)
	}
	t.known[key] = b
	return b
}
