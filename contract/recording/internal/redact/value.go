package redact

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/onvy-health/onvy-go/contract/recording/internal/escape"
	"github.com/onvy-health/onvy-go/contract/recording/internal/learned"
	"github.com/onvy-health/onvy-go/contract/recording/internal/places"
	"github.com/onvy-health/onvy-go/contract/recording/internal/pseudonym"
	"github.com/onvy-health/onvy-go/contract/recording/internal/value"
)

// replacer redacts what stands at a place, learns it, and remembers what it made
// of names and signatures.
type replacer struct {
	texts
	names      map[string]string // of members, as long as nothing new is learned
	clients    map[string]bool   // ids of OAuth clients
	signatures map[uint64]uint64 // by what they sign, both as hashes
}

func newReplacer(vocabulary map[string]bool, frame string, bounds value.Bounds) *replacer {
	known := learned.New()
	r := &replacer{
		texts: texts{Maker: pseudonym.New(known, bounds), learned: known, vocabulary: vocabulary, frame: frame},
		names: map[string]string{}, clients: map[string]bool{}, signatures: map[uint64]uint64{},
	}
	r.texts.pseudonym = r.pseudonym
	return r
}

// json appends src to dst with its values redacted as n says.
func (r *replacer) json(dst, src []byte, n *places.Node) []byte {
	w := jsonWalk{replacer: r, next: n}
	return w.all(dst, src)
}

var plainName = regexp.MustCompile(`^[A-Za-z_$][A-Za-z_$.-]{0,63}$`)

// memberName redacts the name of a member that the spec does not mention. A
// plain word stays, for it is the finding; anything else may be a person's id.
func (r *replacer) memberName(s string) string {
	if kept, ok := r.names[s]; ok {
		return kept
	}
	redacted := s
	if !plainName.MatchString(s) || !r.mayStay(s) {
		redacted = r.text(s)
	}
	if !r.Draft {
		if len(r.names) >= 1<<12 {
			clear(r.names)
		}
		r.names[strings.Clone(s)] = redacted
	}
	return redacted
}

// value redacts a string at a place of a body, and learns it where the place
// is marked.
func (r *replacer) value(n *places.Node, s string) string {
	switch {
	case s == "":
		return s
	case n == nil:
		return r.unknown(s)
	case n.Class != value.Unmarked:
		return r.marked(n, s)
	case n.Enum[s], n.Pattern != nil && n.Pattern.MatchString(s) && len(s) <= 32:
		return s
	case n.Props != nil:
		return r.unknown(s) // a string in the place of an object
	case n.Format == "date-time" || n.Format == "date":
		if value.DateTime.MatchString(s) && n.None {
			return s
		}
		return r.unknown(s)
	case n.Number && value.IsNumber(s) && len(s) <= 20:
		return s
	case n.None && !n.Text && !n.Number && code.MatchString(s) && (r.stays(s) || r.mayStay(s)):
		return s
	}
	return r.text(s)
}

// marked redacts a value that the spec marks.
func (r *replacer) marked(n *places.Node, s string) string {
	c := n.Class
	if r.clients[s] && c == value.Identity {
		return r.text(s) // the subject of a client's token is the client
	}
	if (c == value.Place || c == value.Health) && value.IsNumber(s) {
		return r.Number(s, n.Limit)
	}
	if n.Enum[s] { // one of those that the spec names is a word like others
		return r.Choice(n.Enum, s)
	}
	redacted := r.pseudonym(c, s)
	if redacted == s { // a cursor with nothing in it that hides anybody
		return s
	}
	if c == value.Token {
		r.learnToken(s)
	} else {
		r.learn(c, s)
	}
	return redacted
}

// unknown redacts a string that the spec does not mention. Of one that holds a
// learned value, that is replaced as everywhere, and of the rest only words stay.
func (r *replacer) unknown(s string) string {
	if r.Draft {
		return r.pseudonym(value.Unknown, s)
	}
	if c := r.learned.Class(value.Fold(strings.TrimSpace(s))); c != value.Unmarked {
		return r.pseudonym(c, s)
	}
	if _, n, _ := r.learned.Find(s); n > 0 {
		if out := r.around(s, r.wordsAlone); r.learned.Clean(out) {
			return out
		}
		return r.Scrub(s)
	}
	return r.pseudonym(value.Unknown, s)
}

// pseudonym replaces a value by one of its class that says nothing about it.
// Spaces at its ends stay.
func (r *replacer) pseudonym(c value.Class, s string) string {
	core := strings.TrimSpace(s)
	if core == s {
		return r.replace(c, s)
	}
	return strings.Replace(s, core, r.replace(c, core), 1)
}

func (r *replacer) replace(c value.Class, s string) string {
	switch c {
	case value.Token:
		return r.token(s)
	case value.Cursor:
		return r.cursor(s)
	case value.Date:
		return r.Date(s)
	case value.Place, value.Health:
		if value.IsNumber(s) {
			return r.Number(s, 0)
		}
	case value.Unknown:
		switch {
		case startsLikeJWT(s):
			return r.token(s)
		case value.IsDate(s) || value.DateTime.MatchString(s):
			return r.Date(s)
		}
	}
	return r.Scrub(s)
}

// learn adds a value, unless it cannot be told from chance: because it is
// short, or a word that stays anyway, or a short number.
func (r *replacer) learn(c value.Class, s string) {
	l := r.learned
	written := strings.TrimSpace(s)
	written = written[:min(len(written), pseudonym.MaxPiece)] // the beginning is enough to find it by
	s = value.Fold(written)
	if len(s) < learned.MinLength || l.Class(s) != value.Unmarked || r.vocabulary[s] || len(s) < learned.LongEnough && value.IsNumber(s) {
		return
	}
	if r.wordsStay(s) || r.encodesWords(written) || !r.Says(s) || strings.Contains(r.frame, s) { // "users:read", "2026", "c2VydmVy", "???"
		return
	}
	for _, form := range []string{s, norm.NFC.String(s), norm.NFD.String(s)} {
		form = form[:min(len(form), pseudonym.MaxPiece)]
		if len(form) < learned.MinLength || l.Class(form) != value.Unmarked {
			continue
		}
		if !l.Add(c, form) {
			l.Full = true
		} else {
			clear(r.names)
		}
		if l.Full {
			return
		}
	}
}

// learnToken learns a token and, of a JWT, the signature. Its other parts may be
// the same in the pseudonym, and so may all that there is of one that is cut.
func (r *replacer) learnToken(s string) {
	switch {
	case isJWT(s):
		r.learn(value.Token, s)
		r.learn(value.Secret, s[strings.LastIndexByte(s, '.')+1:])
	case !startsLikeJWT(s) && !isCutHeader(s):
		r.learn(value.Token, s)
	}
}

// isCutHeader tells whether s is the beginning of the header of a JWT, which
// all tokens of a server share.
func isCutHeader(s string) bool {
	b := string(escape.AppendBase64(nil, s))
	return strings.HasPrefix(s, "eyJ") && !strings.Contains(s, ".") && (strings.HasPrefix(b, `{"alg"`) || strings.HasPrefix(b, `{"typ"`) || len(b) < 6)
}
