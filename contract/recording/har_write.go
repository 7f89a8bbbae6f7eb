package recording

import (
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/onvy-health/onvy-go/contract"
)

// The parts of HAR 1.2 that an exchange fills. What the format asks for and an
// exchange does not know is -1, empty or 0, as the format wants it.
type (
	harEntry struct {
		StartedDateTime string      `json:"startedDateTime"`
		Time            float64     `json:"time"`
		Request         harRequest  `json:"request"`
		Response        harResponse `json:"response"`
		Cache           struct{}    `json:"cache"`
		Timings         harTimings  `json:"timings"`
		Error           string      `json:"_error,omitempty"`
		Onvy            harOnvy     `json:"_onvy"`
	}
	harRequest struct {
		Method      string       `json:"method"`
		URL         string       `json:"url"`
		HTTPVersion string       `json:"httpVersion"`
		Cookies     []harPair    `json:"cookies"`
		Headers     []harPair    `json:"headers"`
		QueryString []harPair    `json:"queryString"`
		PostData    *harPostData `json:"postData,omitempty"`
		HeadersSize int          `json:"headersSize"`
		BodySize    int          `json:"bodySize"`
	}
	harPostData struct {
		MIMEType string `json:"mimeType"`
		Text     string `json:"text"`
		Encoding string `json:"_encoding,omitempty"`
	}
	harResponse struct {
		Status      int        `json:"status"`
		StatusText  string     `json:"statusText"`
		HTTPVersion string     `json:"httpVersion"`
		Cookies     []harPair  `json:"cookies"`
		Headers     []harPair  `json:"headers"`
		Content     harContent `json:"content"`
		RedirectURL string     `json:"redirectURL"`
		HeadersSize int        `json:"headersSize"`
		BodySize    int        `json:"bodySize"`
	}
	harContent struct {
		Size     int    `json:"size"`
		MIMEType string `json:"mimeType"`
		Text     string `json:"text"`
		Encoding string `json:"encoding,omitempty"`
	}
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	harTimings struct {
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
	}
	harOnvy struct {
		Decoded   string `json:"decoded,omitempty"`
		Truncated bool   `json:"truncated,omitzero"`
		Extra     []byte `json:"extra,omitempty"`
		Header    string `json:"header,omitempty"`
		Sent      string `json:"request_body,omitempty"`
		Got       string `json:"body,omitempty"`
		FromCache bool   `json:"from_cache,omitzero"`
	}
)

// appendHAR appends an exchange as an entry of a HAR. The name of the exchange
// is left out: it may hold the name of a file.
func appendHAR(dst []byte, x *contract.Exchange) ([]byte, error) {
	ms := float64(x.Duration) / float64(time.Millisecond)
	body, coding := text(x.Request.Body)
	e := harEntry{
		StartedDateTime: x.Started.UTC().Format(time.RFC3339Nano),
		Time:            ms,
		Request: harRequest{
			Method:      latin1(x.Request.Method),
			URL:         latin1(x.Request.URL),
			HTTPVersion: "HTTP/1.1",
			Headers:     pairs(x.Request.Header),
			QueryString: query(x.Request.URL),
			HeadersSize: -1,
			BodySize:    len(x.Request.Body),
		},
		Response: harResponse{HeadersSize: -1, BodySize: -1, Content: harContent{MIMEType: "x-unknown"}},
		Timings:  harTimings{Wait: ms},
	}
	if len(x.Request.Body) > 0 {
		e.Request.PostData = &harPostData{MIMEType: latin1(x.Request.Header.Get("Content-Type")), Text: body, Encoding: coding}
	}
	if res := x.Response; res != nil {
		body, coding := text(res.Body)
		e.Response = harResponse{
			Status:      res.Status,
			StatusText:  latin1(res.Reason),
			HTTPVersion: res.Proto,
			Headers:     pairs(res.Header),
			Content:     harContent{Size: len(res.Body), MIMEType: latin1(res.Header.Get("Content-Type")), Text: body, Encoding: coding},
			RedirectURL: latin1(res.Header.Get("Location")),
			HeadersSize: -1,
			BodySize:    -1,
		}
		if res.Proto != "" {
			e.Request.HTTPVersion = res.Proto
		}
		e.Onvy = harOnvy{Decoded: res.Decoded, Truncated: res.Truncated, Extra: res.Extra, Got: bodyStates[res.BodyState]}
		if res.NoHeader {
			e.Onvy.Header = bodyStates[contract.BodyNotRecorded]
		}
	}
	e.Onvy.Sent, e.Onvy.FromCache = bodyStates[x.Request.BodyState], x.FromCache
	if x.Err != nil {
		e.Error = reason(x.Err)
	}
	return appendJSON(dst, &e)
}

// text is a body as a member of JSON: as it is if it is UTF-8, else in base64.
func text(body []byte) (text, encoding string) {
	if utf8.Valid(body) {
		return string(body), ""
	}
	return base64.StdEncoding.EncodeToString(body), "base64"
}

func pairs(h contract.Header) []harPair {
	ps := make([]harPair, len(h))
	for i, f := range h {
		ps[i] = harPair{latin1(f.Name), latin1(f.Value)}
	}
	return ps
}

// query is the list that a HAR has beside the URL. What does not unescape is
// left as it was sent.
func query(raw string) []harPair {
	_, raw, _ = strings.Cut(raw, "?")
	var ps []harPair
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		ps = append(ps, harPair{unescape(name), unescape(value)})
	}
	return ps
}

func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		s = plain
	}
	return latin1(s)
}

// latin1 is a value of the head of a message as text. HTTP lets bytes beyond
// ASCII through there and says that they were once ISO 8859-1 (RFC 9110, 5.5):
// where they are not UTF-8 they are read as that.
func latin1(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	rs := make([]rune, len(s))
	for i := range len(s) {
		rs[i] = rune(s[i])
	}
	return string(rs)
}

// appendJSON appends v. It cannot fail for what this package builds, all of
// whose text is UTF-8 by then; if it does, that is the error.
func appendJSON(dst []byte, v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return dst, errors.New("recording: an exchange cannot be written as JSON")
	}
	return append(dst, b...), nil
}
