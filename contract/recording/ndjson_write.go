package recording

import (
	"io"
	"time"
	"unicode/utf8"

	"github.com/onvy-health/onvy-go/contract"
)

type (
	lineExchange struct {
		Started  string        `json:"started,omitempty"`
		Duration float64       `json:"duration_ms,omitzero"`
		Request  lineRequest   `json:"request"`
		Response *lineResponse `json:"response,omitempty"`
		Error    string        `json:"error,omitempty"`
		Cached   bool          `json:"from_cache,omitzero"`
	}
	lineRequest struct {
		Method  string      `json:"method"`
		URL     string      `json:"url"`
		Headers [][2]string `json:"headers"`
		Body    *string     `json:"body,omitzero"`
		Base64  []byte      `json:"body_base64,omitempty"`
		State   string      `json:"body_state,omitempty"`
	}
	lineResponse struct {
		Proto     string      `json:"proto,omitempty"`
		Status    int         `json:"status"`
		Reason    string      `json:"reason,omitempty"`
		Headers   [][2]string `json:"headers,omitzero"`
		Body      *string     `json:"body,omitzero"`
		Base64    []byte      `json:"body_base64,omitempty"`
		Decoded   string      `json:"decoded,omitempty"`
		Truncated bool        `json:"too_large,omitzero"`
		State     string      `json:"body_state,omitempty"`
	}
)

// WriteLine writes an exchange as a line of newline-delimited JSON, as it is:
// nothing is taken out of it.
func WriteLine(w io.Writer, x *contract.Exchange) error {
	l := lineExchange{
		Duration: float64(x.Duration) / float64(time.Millisecond),
		Request:  lineRequest{Method: latin1(x.Request.Method), URL: latin1(x.Request.URL), Headers: linePairs(x.Request.Header)},
	}
	l.Cached, l.Request.State = x.FromCache, bodyStates[x.Request.BodyState]
	if x.Request.BodyState != contract.BodyNotRecorded {
		l.Request.Body, l.Request.Base64 = lineBody(x.Request.Body)
	}
	if !x.Started.IsZero() {
		l.Started = x.Started.UTC().Format(time.RFC3339Nano)
	}
	if res := x.Response; res != nil {
		l.Response = &lineResponse{
			Proto: res.Proto, Status: res.Status, Reason: latin1(res.Reason),
			Headers: linePairs(res.Header), Decoded: res.Decoded, Truncated: res.Truncated,
			State: bodyStates[res.BodyState],
		}
		if res.NoHeader {
			l.Response.Headers = nil
		}
		if res.BodyState != contract.BodyNotRecorded {
			l.Response.Body, l.Response.Base64 = lineBody(res.Body)
		}
	}
	if x.Err != nil {
		l.Error = reason(x.Err)
	}
	b, err := appendJSON(nil, &l)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

func lineBody(body []byte) (*string, []byte) {
	switch {
	case utf8.Valid(body):
		return new(string(body)), nil
	}
	return nil, body
}

func linePairs(h contract.Header) [][2]string {
	ps := make([][2]string, len(h))
	for i, f := range h {
		ps[i] = [2]string{latin1(f.Name), latin1(f.Value)}
	}
	return ps
}
