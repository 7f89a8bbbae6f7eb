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
	"github.com/onvy-health/onvy-go/contract/recording/internal/entry"
)

type decodeFunc = func([]byte) (*contract.Exchange, error)

// decoder reads one entry. Recorders differ in what they leave out and in how
// they write numbers, so a value of another kind than was asked for reads as
// absent; only broken JSON and wrong text are errors, and the first one stays.
type decoder struct {
	entry.Source
	err error
}

// decode has f read an entry, and once more with care if anything is wrong or rare.
func decode(raw []byte, f func(*decoder) (*contract.Exchange, error)) (*contract.Exchange, error) {
	quick := entry.NewQuick(raw)
	defer quick.Free()
	if x, err := f(&decoder{Source: quick}); err == nil {
		return x, nil
	}
	return f(&decoder{Source: entry.NewCareful(raw)})
}

// fail keeps the first error.
func (d *decoder) fail(err error) error {
	if d.err == nil && err != nil {
		d.err = err
	}
	return d.err
}

// object calls f for each member, with a name that is only good until the value
// is read. f has to read or skip the value. Anything but an object is skipped.
func (d *decoder) object(f func(name []byte) error) error {
	return d.list(jsontext.KindBeginObject, jsontext.KindEndObject, func() error {
		name, err := d.Name()
		if err != nil {
			return d.fail(err)
		}
		return f(name)
	})
}

// array calls f for each element. Anything but an array is skipped.
func (d *decoder) array(f func() error) error {
	return d.list(jsontext.KindBeginArray, jsontext.KindEndArray, f)
}

func (d *decoder) list(begin, end jsontext.Kind, f func() error) error {
	if d.PeekKind() != begin {
		return d.skip()
	}
	if err := d.Open(); err != nil {
		return d.fail(err)
	}
	for {
		if more, err := d.More(end); !more || err != nil {
			return d.fail(err)
		}
		if err := f(); err != nil {
			return err
		}
	}
}

func (d *decoder) skip() error { return d.fail(d.Source.Skip()) }

// bytes reads a string; ok is false, and the result nil, for anything else.
func (d *decoder) bytes() (b []byte, ok bool) {
	b, ok = d.word()
	return bytes.Clone(b), ok
}

// word is bytes that are good until more is read.
func (d *decoder) word() (b []byte, ok bool) {
	if d.PeekKind() != jsontext.KindString {
		_ = d.skip()
		return nil, false
	}
	b, err := d.Source.Text()
	return b, d.fail(err) == nil
}

func (d *decoder) text() string {
	b, _ := d.word()
	return string(b)
}

// value is a string, or a number or literal as it is written.
func (d *decoder) value() string {
	switch d.PeekKind() {
	case '"', '{', '[':
		return d.text()
	}
	raw, err := d.Raw()
	_ = d.fail(err)
	return string(raw)
}

// number reads a number, or a string with one in it; 0 for anything else.
func (d *decoder) number() float64 {
	raw, err := d.Raw()
	if d.fail(err) != nil {
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
