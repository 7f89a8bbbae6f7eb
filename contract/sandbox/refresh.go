package sandbox

import (
	"crypto/rand"
	"sync"
	"time"
)

const refreshLife = 30 * 24 * time.Hour

// refreshTokens are the refresh tokens of a project. Each is good once; using
// one again withdraws all that came of the same exchange, since one of the
// two who had it should not (RFC 9700, 4.14.2).
type refreshTokens struct {
	now func() time.Time

	mu     sync.Mutex
	tokens map[string]*refreshToken
}

type refreshToken struct {
	family  *family
	expires time.Time
	used    bool
}

// family is what the refresh tokens of one exchange have in common.
type family struct {
	client  string
	user    string
	scope   scopes
	revoked bool
}

func newRefreshTokens(now func() time.Time) *refreshTokens {
	return &refreshTokens{now: now, tokens: make(map[string]*refreshToken)}
}

// issue returns a new refresh token of a family.
func (t *refreshTokens) issue(f *family) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.add(f)
}

func (t *refreshTokens) add(f *family) string {
	token := "rt_" + rand.Text()
	t.tokens[token] = &refreshToken{family: f, expires: t.now().Add(refreshLife)}
	return token
}

// rotate trades a refresh token of a client for the next one. A request that
// is refused for its client or scope does not use the token up.
func (t *refreshTokens) rotate(token, client, scope string) (next string, f *family, granted scopes, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.tokens[token]
	if old == nil || old.family.client != client || old.family.revoked || !t.now().Before(old.expires) {
		return "", nil, nil, invalidGrant("the refresh token is not valid")
	}
	if old.used {
		old.family.revoked = true
		return "", nil, nil, invalidGrant("the refresh token was used before")
	}
	if granted, err = old.family.scope.grant(scope); err != nil { // never wider (RFC 6749, 6)
		return "", nil, nil, err
	}
	old.used = true
	return t.add(old.family), old.family, granted, nil
}

func (t *refreshTokens) revokeAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.tokens)
}
