package evidence

import (
	"strings"
	"sync"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// shared is what all cases know.
type shared struct {
	mu     sync.Mutex
	had    map[rule.FindingKey]bool
	issued map[string]issued // by token
	// cursors are those that listings gave, with the exchange.
	cursors map[string]*wire.Exchange
	// made are ids that the server gave to what the suite created.
	made map[string]bool
}

// issued is what a token of the server is.
type issued struct {
	auth     rule.Auth
	scope    string
	plain    bool           // by the request that the suite gets its own tokens with
	by       *wire.Exchange // that gave it
	member   string         // of its answer
	lifetime time.Duration
	until    time.Time
}

// First reports whether no equal finding came before.
func (k *shared) First(f *rule.Finding) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := f.Key()
	had := k.had[key]
	k.had[key] = true
	return !had
}

// learnCursor keeps the cursor of a listing. A cursor that one can come upon by
// chance is not told from a made-up one.
func (k *shared) learnCursor(c *pass.Call) {
	if c.Exchange.Request.Method != "GET" || !strings.Contains(string(c.Exchange.Response.Body), "next_page") {
		return
	}
	if next := c.NextPage(); len(next) > 2 {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.cursors[next] == nil {
			k.cursors[next] = c.Exchange
		}
	}
}

func (k *shared) learnID(id string) {
	if id == "" {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.made[id] = true
}

// foreign reports whether an id is none of the suite's.
func (k *shared) foreign(id string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return !k.made[id] && !strings.HasPrefix(strings.ToLower(id), run.IDPrefix)
}

// issuer says how a token was given.
func (k *shared) issuer(token string) (issued, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	is, ok := k.issued[token]
	return is, ok
}

// tokensIn are the tokens of the server in a text.
func (k *shared) tokensIn(text string) (all []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for token := range k.issued {
		if len(token) >= 8 && strings.Contains(text, token) {
			all = append(all, token)
		}
	}
	return all
}

// like are the tokens that a word was made of by changing one character or
// cutting its end: opaque ones, and JWTs that nobody has signed.
func (k *shared) like(word string) (all []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for token := range k.issued {
		if len(token) < 8 {
			continue
		}
		if len(word) == len(token) && differences(word, token) == 1 || word == token[:len(token)-4] {
			all = append(all, token)
		}
	}
	return all
}

// AnyToken is a token of the project with all that its client may do; "" if
// there is none.
func (k *shared) AnyToken() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	found := ""
	for token, is := range k.issued {
		// The same one each time, so that a script needs no second one.
		if is.auth == rule.ServerAuth && is.scope == "" && is.plain && (found == "" || is.by.Started.Before(k.issued[found].by.Started)) {
			found = token
		}
	}
	return found
}

// cursorIn is the cursor of the server in a text, or "".
func (k *shared) cursorIn(text string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	longest := ""
	for cursor := range k.cursors {
		if len(cursor) > len(longest) && strings.Contains(text, cursor) {
			longest = cursor
		}
	}
	return longest
}

// giver is the exchange whose answer has a cursor.
func (k *shared) giver(cursor string) *wire.Exchange {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.cursors[cursor]
}

// origin is the token that one in three parts was made of, with the variable if
// it is one of the target's.
func (k *shared) origin(parts []string, idToken string) (token, variable string) {
	fits := func(token string) bool {
		from := strings.Split(token, ".")
		return len(from) == 3 && (from[1] == parts[1] || parts[2] != "" && from[2] == parts[2])
	}
	if fits(idToken) {
		return idToken, "ONVY_ID_TOKEN"
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for token := range k.issued {
		if fits(token) {
			return token, ""
		}
	}
	return "", ""
}
