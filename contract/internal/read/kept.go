package read

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/onvy-health/onvy-go/contract/wire"
)

// Masked reports whether a text is one that loggers write where they keep the
// real one for themselves: "***", "[REDACTED]", "<hidden>".
func Masked(s string) bool {
	s = strings.TrimSpace(s)
	if len(s) >= 3 && (strings.Trim(s, "*") == "" || strings.Trim(s, "•") == "" || strings.Trim(s, "█") == "") {
		return true
	}
	for _, around := range []string{"[]", "<>", "()", "{}", "**"} {
		if len(s) > 2 && s[0] == around[0] && s[len(s)-1] == around[1] {
			s = strings.Trim(s, around)
			break
		}
	}
	return len(s) <= 9 && slices.Contains(maskWords, strings.ToLower(s))
}

var maskWords = []string{"redacted", "masked", "hidden", "removed", "filtered", "sanitized", "omitted"}

// Kept takes out of a recorded exchange what its logger put there instead of
// what it saw: the time of a clock that was not set, marks where it masked a
// header field of the answer or a body, and bodies that are not those which the
// header announces. No server sends these.
func Kept(x *wire.Exchange) {
	if x.Started.Unix() <= 0 { // a clock that was not set
		x.Started = time.Time{}
	}
	if q := &x.Request; maskedBody(q.Body) {
		q.Body, q.BodyState = nil, wire.BodyNotRecorded
	} else if q.BodyState == wire.BodyWhole && keptBeginning(q.Body, q.Header) {
		q.BodyState = wire.BodyCut
	}
	r := x.Response
	if r == nil {
		return
	}
	if masked := func(f wire.Field) bool { return Masked(f.Value) }; slices.ContainsFunc(r.Header, masked) {
		r.Header, r.NoHeader = slices.DeleteFunc(r.Header, masked), true
	}
	if r.Status == http.StatusPartialContent && r.BodyState == wire.BodyWhole {
		r.BodyState = wire.BodyCut
	}
	switch {
	case maskedBody(r.Body), bytes.HasPrefix(r.Body, []byte("\x1f\ufffd")): // gzip, of which a logger made text
		r.Body, r.BodyState = nil, wire.BodyNotRecorded
	case x.Err == nil && r.BodyState == wire.BodyWhole && !r.Truncated && r.Decoded == "" && x.Request.Method != http.MethodHead:
		keptBody(r)
	}
}

// maskedBody reports whether a body is only a mark; nginx writes "-" for none.
func maskedBody(b []byte) bool { return len(b) < 40 && (string(b) == "-" || Masked(string(b))) }

// keptBody holds the body of an answer that came whole against its header.
func keptBody(r *wire.Response) {
	switch coding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); {
	case strings.HasSuffix(coding, "gzip") && bytes.HasPrefix(r.Body, []byte("\x1f\x8b")):
		DecodeContent(r)
		return
	case coding != "" && coding != "identity", r.Status < 200, r.Status == http.StatusNoContent, r.Status == http.StatusNotModified:
		return // Content-Length is that of the coded bytes, or of none
	}
	if length, err := strconv.Atoi(r.Header.Get("Content-Length")); err == nil && length > 0 && len(r.Body) == 0 {
		r.BodyState = wire.BodyNotRecorded
	} else if keptBeginning(r.Body, r.Header) {
		r.BodyState = wire.BodyCut
	}
}

// keptBeginning reports whether a body is JSON that stops before its end because
// a logger kept no more: it is shorter than its header says, or has a mark for
// the rest, or is as long as people like limits to be.
func keptBeginning(body []byte, header wire.Header) bool {
	if len(body) == 0 || body[0] != '{' && body[0] != '[' {
		return false
	}
	length, _ := strconv.Atoi(header.Get("Content-Length"))
	rest, marked := cutMark(body)
	return (marked || length > len(body) || length == 0 && (len(body)%256 == 0 || len(body)%1000 == 0)) && stops(rest)
}

// cutMark takes the mark off that loggers write after what they kept: "...",
// "[truncated]", "... (1234 bytes truncated)".
func cutMark(body []byte) (rest []byte, marked bool) {
	const longest = 60
	end := bytes.TrimSpace(body[max(0, len(body)-longest):])
	at := len(end)
	if open := bytes.LastIndexAny(end, "[(<"); open >= 0 && bytes.Contains(bytes.ToLower(end[open:]), []byte("truncated")) {
		at = open
	} else if bytes.HasSuffix(bytes.ToLower(end), []byte("truncated")) {
		at -= len("truncated")
	}
	kept := bytes.TrimRight(end[:at], " ")
	for _, dots := range []string{"...", "…"} {
		kept = bytes.TrimSuffix(kept, []byte(dots))
	}
	return body[:len(body)-(len(end)-len(kept))], len(kept) < len(bytes.TrimRight(end, " "))
}

// stops reports whether a text is the beginning of JSON, and no more.
func stops(text []byte) bool {
	d := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	_, err := d.ReadValue()
	return errors.Is(err, io.ErrUnexpectedEOF)
}
