package recording

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/onvy-health/onvy-go/contract"
)

type decodeFunc = func([]byte) (*contract.Exchange, error)

// decoder reads one entry. Recorders differ in what they leave out and in how
// they write numbers, so a value of another kind than was asked for reads as
// absent; only broken JSON and wrong text are errors, and the first one stays.
type decoder struct {
	*jsontext.Decoder
	err error
}

func newDecoder(raw []byte) *decoder {
	// Invalid text is let pass here and refused where a value is used: what a
	// recorder writes into its extensions does not matter.
	return &decoder{Decoder: jsontext.NewDecoder(bytes.NewBuffer(raw),
		jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))}
}

// fail keeps the first error.
func (d *decoder) fail(err error) error {
	if d.err == nil && err != nil {
		d.err = err
	}
	return d.err
}

// syntax says where the JSON is broken without quoting it.
func (d *decoder) syntax() error {
	return d.fail(fmt.Errorf("%w at byte %d of the entry", ErrSyntax, d.InputOffset()))
}

// object calls f for each member, with the name as it is written, which is
// only good until the value is read. f has to read or skip the value. Anything
// but an object is skipped.
func (d *decoder) object(f func(name []byte) error) error {
	if d.PeekKind() != jsontext.KindBeginObject {
		return d.skip()
	}
	if _, err := d.ReadToken(); err != nil {
		return d.syntax()
	}
	for d.PeekKind() == jsontext.KindString {
		name, err := d.ReadValue()
		if err != nil {
			return d.syntax()
		}
		if bytes.IndexByte(name, '\\') >= 0 {
			name, _ = jsontext.AppendUnquote(nil, name) // a wrong name is an unknown name
		} else {
			name = name[1 : len(name)-1]
		}
		if err := f(name); err != nil {
			if d.err == nil {
				return d.syntax()
			}
			return d.err
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return d.syntax()
	}
	return nil
}

// array calls f for each element. Anything but an array is skipped.
func (d *decoder) array(f func() error) error {
	if d.PeekKind() != jsontext.KindBeginArray {
		return d.skip()
	}
	if _, err := d.ReadToken(); err != nil {
		return d.syntax()
	}
	for {
		switch d.PeekKind() {
		case jsontext.KindEndArray:
			_, err := d.ReadToken()
			return d.fail(err)
		case jsontext.KindInvalid:
			return d.syntax()
		}
		if err := f(); err != nil {
			return err
		}
	}
}

func (d *decoder) skip() error {
	if err := d.SkipValue(); err != nil {
		return d.syntax()
	}
	return nil
}

// bytes reads a string; ok is false, and the result nil, for anything else.
func (d *decoder) bytes() (b []byte, ok bool) {
	if d.PeekKind() != jsontext.KindString {
		_ = d.skip()
		return nil, false
	}
	raw, err := d.ReadValue()
	if err != nil {
		_ = d.syntax()
		return nil, false
	}
	b, err = jsontext.AppendUnquote(make([]byte, 0, len(raw)-2), raw)
	if err != nil {
		_ = d.fail(fmt.Errorf("%w: invalid UTF-8 or half a surrogate pair in %s", ErrEncoding, d.StackPointer()))
		return nil, false
	}
	return b, true
}

func (d *decoder) text() string {
	b, _ := d.bytes()
	return string(b)
}

// value is a string, or a number or literal as it is written.
func (d *decoder) value() string {
	switch d.PeekKind() {
	case '"', '{', '[':
		return d.text()
	}
	raw, err := d.ReadValue()
	if err != nil {
		_ = d.syntax()
	}
	return string(raw)
}

// number reads a number, or a string with one in it; 0 for anything else.
func (d *decoder) number() float64 {
	raw, err := d.ReadValue()
	if err != nil {
		_ = d.syntax()
		return 0
	}
	f, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}

// int reads a number as an int; 0 where it is none that fits.
func (d *decoder) int() int {
	f := d.number()
	if f != math.Trunc(f) || math.Abs(f) > math.MaxInt32 {
		return 0
	}
	return int(f)
}

// duration reads milliseconds; 0 for none and for the -1 that means unknown.
func (d *decoder) duration() time.Duration {
	ms := d.number()
	if ms <= 0 || ms > float64(math.MaxInt64/int64(time.Millisecond)) {
		return 0
	}
	return time.Duration(math.Round(ms * float64(time.Millisecond)))
}

// time reads a time of ISO 8601; zero for anything else. One without a zone is
// taken as UTC: some proxies write that.
func (d *decoder) time() time.Time {
	s := d.text()
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			if t.Equal(time.Time{}) {
				return time.Time{}
			}
			return t
		}
	}
	return time.Time{}
}

// unbase64 takes base64 off in any of its alphabets, with or without padding
// and line breaks.
func (d *decoder) unbase64(b []byte) []byte {
	b = bytes.Map(func(r rune) rune {
		switch r {
		case '\r', '\n', ' ', '=':
			return -1
		case '-':
			return '+'
		case '_':
			return '/'
		}
		return r
	}, b)
	n, err := base64.RawStdEncoding.Decode(b, b)
	if err != nil {
		_ = d.fail(fmt.Errorf("%w: not base64", ErrEncoding))
		return nil
	}
	return b[:n]
}

// header adds a field. Chromium and Firefox join the values of repeated fields
// with line breaks, which no field value can have, so they are parted again;
// the pseudo fields of HTTP/2 (":path") were never fields and are left out.
func header(h contract.Header, name, value string) contract.Header {
	if name == "" || name[0] == ':' {
		return h
	}
	for v := range strings.SplitSeq(value, "\n") {
		h = append(h, contract.Field{Name: name, Value: strings.TrimSuffix(v, "\r")})
	}
	return h
}

// plain cuts a short word of a recorder ("net::ERR_FAILED") down to what can
// be printed without a second thought, or to "".
func plain(s string) string {
	if len(s) > 80 || !utf8.ValidString(s) {
		return ""
	}
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == ':', c == ' ', c == '-':
		default:
			return ""
		}
	}
	return s
}
