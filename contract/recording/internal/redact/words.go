package redact

import (
	"encoding/base64"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/onvy-health/onvy-go/contract/recording/internal/learned"
	"github.com/onvy-health/onvy-go/contract/recording/internal/pseudonym"
	"github.com/onvy-health/onvy-go/contract/recording/internal/value"
)

// common are words of error messages, of error pages and of stack traces. They
// stay in texts beside the words of the spec, so that a redacted message still
// says what kind of message it is.
const common = `
a an and any are as at be been but by can cannot could did do does done each else for from get had has have how if in into is it its
may more most must no none not of off on only or other our out over please same should some such than that the their them then there
these they this to too try two under up us was we were what when where which while who why will with without would you your
about above after again against all allowed already also always because before below between both down during first few found go goes
absent accepted access active after aborted add added algorithm already array authentication authorization bad basic bearer body boolean
bytes cache call character check client clients closed code conflict connection content count create created date day days decode
default delete deleted denied different duplicate email empty end entity error errors exceed exceeded exceeds exist exists expected
expired expires failed failure false fatal field fields forbidden form format gateway gone grant header headers http https id identity
input insufficient int integer internal invalid issuer json key keys large last later length less limit line list login long lookup
malformed matching max maximum media message method min minimum minute minutes missing module name names nil no null number object
oauth obj octet offset ok operation param parameter parameters parse parsing password patch path pattern payload permission page pages
port post project properties property proxy put query range rate read realm received record refresh refused reject rejected request
requested requests require required resource response retry revoked route scheme schema scope scopes second seconds secret server
service session short sign signature size slow small start status stream string subject such support supported syntax temporary
text time timeout token tokens too true type types unable unauthorized unavailable undefined unexpected unique unknown unprocessable
unsupported update updated upstream url user users utf utc valid validation value values version violation wait was write wrong year
html head title center br hr h1 h2 p div span pre meta charset doctype lang style script href src link nginx apache cloudflare envoy
caddy openresty varnish traceback recent file runtime go goroutine main net java javax org com exception thread system
nullreferenceexception reference node modules anonymous sqlstate near select insert where ora botocore exceptions psycopg psycopg2 site
packages python py js ts rb php lib usr local src app function panic stack trace dereference pointer memory address segmentation
www mon tue wed thu fri sat sun jan feb mar apr jun jul aug sep oct nov dec gmt
httponly samesite lax strict partitioned agent powered by host origin referer cookie set cookies location here sorry please ok
entry entries creator timings receive send started browser comment x y z
no store cache private public age control must revalidate transform keep alive gzip br deflate identity chunked
application plain problem urlencoded xml multipart data image png jpeg svg octet css javascript
`

var wordOfSpec = regexp.MustCompile(`[A-Za-z]+`)

// vocabulary is the words that may stay in a text: the common ones, and those
// that the spec writes without a capital. The names of its examples have one.
func vocabulary(spec []byte) map[string]bool {
	words := set(common)
	for _, w := range wordOfSpec.FindAll(spec, -1) {
		if s := string(w); s == strings.ToLower(s) || s == strings.ToUpper(s) {
			words[strings.ToLower(s)] = true
		}
	}
	return words
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for s := range strings.FieldsSeq(words) {
		m[s] = true
	}
	return m
}

// texts redacts texts. It shares what is learned, and how it is replaced, with
// the rest.
type texts struct {
	*pseudonym.Maker
	learned    *learned.Set
	vocabulary map[string]bool // words that may stay
	frame      string          // what the format is made of, see NewRedactor
	pseudonym  func(c value.Class, s string) string
}

// text redacts a text that somebody wrote. What was learned to be personal or
// secret becomes its pseudonym; of the rest the words of the vocabulary, short
// numbers and punctuation stay, and every other word is scrubbed, word by word.
// Where a value hides behind an encoding, no word stays.
func (r *texts) text(s string) string {
	if r.Draft { // nothing is learned of texts
		return r.words(s)
	}
	if out := r.around(s, r.words); r.learned.Clean(out) {
		return out
	}
	return r.Scrub(s)
}

// around replaces the learned values in a text, and does something else to what
// stands between them.
func (r *texts) around(s string, between func(string) string) string {
	var b strings.Builder
	for len(s) > 0 {
		at, n, c := r.learned.Find(s)
		if n == 0 {
			at = len(s)
		}
		b.WriteString(between(s[:at]))
		if n > 0 {
			b.WriteString(r.pseudonym(c, s[at:at+n]))
		}
		s = s[at+n:]
	}
	return b.String()
}

// codes are numbers in a row that may be the characters of a text: "&#74;&#246;"
// or "74, 246, 114". Short numbers by themselves stay.
var codes = regexp.MustCompile(`([0-9]{1,3}[^A-Za-z0-9\x80-\xff]{1,4}){4,}[0-9]{1,3}|&#[0-9]+`)

var (
	withPoint = regexp.MustCompile(`[A-Za-z0-9_./\x80-\xff-]*\d\.\d[A-Za-z0-9_./\x80-\xff-]*`)
	fraction  = regexp.MustCompile(`^-?\d{1,3}\.\d+$`)
)

// fractions replaces numbers with a fraction that stand by themselves, as weights
// and places do. Versions ("HTTP/1.1", "1.18.0") are none.
func (r *texts) fractions(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return withPoint.ReplaceAllStringFunc(s, func(m string) string {
		if number := strings.TrimRight(m, "."); fraction.MatchString(number) {
			return r.Number(number, 0) + m[len(number):]
		}
		return m
	})
}

// wordsAlone is words without the numbers that stay there.
func (r *texts) wordsAlone(s string) string {
	return digitsOf.ReplaceAllStringFunc(r.words(s), r.Scrub)
}

var digitsOf = regexp.MustCompile(`[0-9]+`)

// words scrubs the words of a text that are not in the vocabulary.
func (r *texts) words(s string) string {
	s = codes.ReplaceAllStringFunc(s, r.Scrub)
	s = r.fractions(s)
	var b strings.Builder
	for len(s) > 0 {
		n := strings.IndexFunc(s, func(c rune) bool { return !isWord(c) })
		if n < 0 {
			n = len(s)
		}
		if n == 0 {
			_, size := utf8.DecodeRuneInString(s)
			b.WriteString(s[:size])
			s = s[size:]
			continue
		}
		if w := s[:n]; r.stays(w) {
			b.WriteString(w)
		} else {
			b.WriteString(r.Scrub(w))
		}
		s = s[n:]
	}
	return b.String()
}

// wordsStay tells whether words would leave s as it is.
func (r *texts) wordsStay(s string) bool {
	for w := range strings.FieldsFuncSeq(s, func(c rune) bool { return !isWord(c) }) {
		if !r.stays(w) {
			return false
		}
	}
	return true
}

func isWord(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c >= 0x80 && (unicode.IsLetter(c) || unicode.IsNumber(c) || unicode.IsSymbol(c))
}

func (r *texts) stays(word string) bool {
	if len(word) <= 3 && strings.Trim(word, "0123456789") == "" {
		return true
	}
	small := strings.ToLower(word)
	return r.vocabulary[small] && !(alsoNames[small] && word[0] != small[0] && word[1:] == small[1:])
}

// alsoNames are words of the vocabulary that are names of people, too, where
// they are written with a capital.
var alsoNames = set(`april august bill booth carol chase christian dale dean drew faith frank frost grace grant hope jan joy
	june lane lee mark martin mason may miles page parker pierce reed rose rusty sandy sky summer victor ward will wood young`)

// code is a short word of a closed set that the spec does not list: a language,
// a provider. Where the spec has such a value and does not mark it, it stays.
var code = regexp.MustCompile(`^[A-Za-z]{1,12}([-_.:][A-Za-z]{1,12})?$`)

// encodesWords reports whether s is base64 of nothing but words that stay.
func (r *texts) encodesWords(s string) bool {
	b, err := base64.StdEncoding.DecodeString(s)
	return err == nil && strings.Trim(string(b), plainASCII) == "" && r.wordsStay(string(b))
}

const plainASCII = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _:.-"

// mayStay reports whether a word of a place where words stay may do so.
func (r *texts) mayStay(s string) bool {
	if r.Draft {
		return true
	}
	if r.learned.Full {
		return r.wordsStay(s)
	}
	return r.learned.Clean(s)
}
