package pass

import (
	"hash/maphash"
	"sync"

	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/read"
)

// BearerToken is an access token of a request, read once: most exchanges have
// the token of the one before.
type BearerToken struct {
	read.Claims
	IsJWT  bool
	Scopes []string // nil if it does not say
	digest string
}

// bearerTokens are those that were seen last.
type bearerTokens struct {
	mu    sync.Mutex
	seed  maphash.Seed
	known map[uint64]*BearerToken // by keyed hash, so that no token stays in memory
}

// bearerLimit is how many are kept: more than are in use at one time.
const bearerLimit = 256

// read returns what is known of a token.
func (t *bearerTokens) read(token string) *BearerToken {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known == nil {
		t.seed, t.known = maphash.MakeSeed(), make(map[uint64]*BearerToken)
	}
	key := maphash.String(t.seed, token)
	if b := t.known[key]; b != nil {
		return b
	}
	b := &BearerToken{digest: mask.Digest(token)}
	b.Claims, b.IsJWT = read.JWT(token)
	b.Scopes, _ = b.Claims.Scopes()
	if len(t.known) == bearerLimit {
		clear(t.known)
	}
	t.known[key] = b
	return b
}

// IsBearer reports whether a challenge is of the scheme Bearer.
func IsBearer(ch read.Challenge) bool { return ch.Scheme == "bearer" }
