package evidence

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/onvy-health/onvy-go/contract/internal/history"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Step writes an exchange of the suite as evidence.
func (e *Writer) Step(x *wire.Exchange) rule.Step {
	e = e.Knowing(&x.Request)
	st := rule.Step{Method: x.Request.Method, URL: e.address(x.Request.URL)}
	st.Auth, st.Scope = e.auth(&x.Request)
	st.Request = e.message(x.Request.Header, x.Request.Body, mostRequestBody, false, true, func(string) bool { return false })
	if st.Auth == rule.LiteralAuth {
		st.Request.Header = append([]string{"Authorization: " + x.Request.Header.Get("Authorization")}, st.Request.Header...)
	}
	if x.Err != nil {
		st.Error = x.Err.Error()
	}
	if x.Response == nil {
		return st
	}
	st.Status = x.Response.Status
	// An answer that is about nothing of the suite's has other users or tokens in
	// it: what cannot be read of it cannot be masked either.
	done, own := x.Response.Status/100 == 2, e.InOne(x)
	m := e.message(x.Response.Header, x.Response.Body, mostResponseBody, done && !own && x.Request.Method == "GET", !done || own, e.foreign)
	st.Response = &m
	return st
}

// recordedStep writes an exchange that has been redacted as evidence.
func recordedStep(x *wire.Exchange) rule.Step {
	st := rule.Step{Method: x.Request.Method, URL: clip(x.Request.URL, 300)}
	if x.Request.Header.Has("Authorization") {
		st.Auth = rule.HiddenAuth
	}
	st.Request = plainMessage(x.Request.Header, x.Request.Body, mostRequestBody)
	if x.Err != nil {
		st.Error = x.Err.Error()
	}
	if x.Response != nil {
		st.Status = x.Response.Status
		m := plainMessage(x.Response.Header, x.Response.Body, mostResponseBody)
		st.Response = &m
	}
	return st
}

func plainMessage(header wire.Header, body []byte, most int) rule.Message {
	text, omitted := shortened(string(body), most)
	return rule.Message{Header: telling(header), Body: text, Omitted: omitted}
}

// message writes one side of an exchange. Values outside of objects with
// an id of the suite's are hidden in a listing; a body that is no JSON is shown
// only if raw allows it.
func (e *Writer) message(header wire.Header, body []byte, most int, listing, raw bool, foreign func(id string) bool) rule.Message {
	m := rule.Message{Header: telling(header)}
	for i, line := range m.Header {
		m.Header[i] = e.Scrub(line)
	}
	text := string(body)
	switch masked, ok := maskJSON(body, listing, foreign); {
	case ok:
		text = masked
	case strings.HasPrefix(strings.ToLower(header.Get("Content-Type")), "application/x-www-form-urlencoded"):
		text = maskForm(text)
	case !raw && len(body) > 0:
		return rule.Message{Header: m.Header, Omitted: len(body)}
	}
	m.Body, m.Omitted = shortened(e.Scrub(text), most)
	return m
}

// telling are the header fields that a reader needs: not those that every
// client and server sends, and no credentials.
func telling(header wire.Header) []string {
	var lines []string
	for _, f := range header {
		switch http.CanonicalHeaderKey(f.Name) {
		case "Authorization", "User-Agent", "Accept-Encoding", "Date", "Connection", "Content-Length", "Cookie", "Set-Cookie", "X-Api-Key", "Proxy-Authorization":
			if !strings.EqualFold(f.Name, "Set-Cookie") && !strings.EqualFold(f.Name, "X-Api-Key") {
				continue
			}
			f.Value = "…"
		}
		lines = append(lines, clip(f.Name+": "+f.Value, mostHeaderLine))
	}
	total := 0
	for i, line := range lines {
		if total += len(line); total > 400 {
			return lines[:i]
		}
	}
	return lines
}

// address is a URL with its secrets masked; ids of other people are in none
// that the suite asks for.
func (e *Writer) address(u string) string {
	path, query, has := strings.Cut(u, "?")
	if has {
		parts := strings.Split(query, "&")
		for i, part := range parts {
			name, _, _ := strings.Cut(part, "=")
			if variable, secret := secretNames[name]; secret {
				parts[i] = name + "=" + variable
			}
		}
		path += "?" + strings.Join(parts, "&")
	}
	return clip(e.Scrub(path), 300)
}

var jwtText = regexp.MustCompile(`eyJ[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*){0,2}`)

// Knowing is e for a request: what it carries as a secret is one too, for a
// server that repeats it. The suite also sends secrets that are nearly right.
func (e *Writer) Knowing(r *wire.Request) *Writer {
	more := slices.Clone(e.more)
	if scheme, value := r.Credentials(); value != "" && e.secret(r.Header.Get("Authorization")) || scheme == "basic" {
		more = append(more, value)
		pair, _ := base64.StdEncoding.DecodeString(value)
		_, secret, _ := strings.Cut(string(pair), ":")
		more = append(more, secret)
	}
	_, query, _ := strings.Cut(r.URL, "?")
	for _, text := range []string{query, string(r.Body)} {
		form, err := url.ParseQuery(text)
		if err != nil {
			continue
		}
		for name := range secretNames {
			for _, value := range form[name] {
				more = append(more, value, url.QueryEscape(value))
			}
		}
	}
	return &Writer{shared: e.shared, Things: e.Things, target: e.target, Base: e.Base, more: more}
}

// Scrub takes tokens and the secrets of the target out of a text, halves of
// them too.
func (e *Writer) Scrub(text string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	text = jwtText.ReplaceAllString(text, "…")
	hide := func(secret string) {
		if len(secret) < 6 || !strings.Contains(strings.ToLower(text), strings.ToLower(secret[:6])) && !strings.Contains(text, secret[len(secret)/2:]) {
			return
		}
		for _, part := range []string{secret, secret[:len(secret)/2], secret[len(secret)/2:]} {
			if len(part) >= 8 || part == secret { // shorter ones stand in other words by chance
				text = replaceFold(text, part)
			}
		}
	}
	for _, secret := range e.secrets() {
		hide(secret)
	}
	for token := range e.issued {
		if !strings.HasPrefix(token, "eyJ") && strings.Contains(text, token[:min(8, len(token))]) {
			hide(token)
		}
	}
	return text
}

// replaceFold replaces a part of a text in any case.
func replaceFold(text, part string) string {
	lower, part := strings.ToLower(text), strings.ToLower(part)
	if len(lower) != len(text) { // some letters change their length
		return strings.ReplaceAll(text, part, "…")
	}
	var b strings.Builder
	for {
		i := strings.Index(lower, part)
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i] + "…")
		text, lower = text[i+len(part):], lower[i+len(part):]
	}
}

// secretNames are the members that hold secrets and cursors, with what stands
// for them in a command.
var secretNames = map[string]string{
	"access_token": "${TOKEN}", "refresh_token": "${REFRESH_TOKEN}", "id_token": "${ONVY_ID_TOKEN}", "token": "${ONVY_ID_TOKEN}",
	"subject_token": "${ONVY_ID_TOKEN}", "actor_token": "${ONVY_ID_TOKEN}", "client_secret": "${ONVY_CLIENT_SECRET}",
	"assertion": "${ONVY_ID_TOKEN}", "client_assertion": "${ONVY_CLIENT_SECRET}", "password": "…", "page": "${PAGE}", "next_page": "${PAGE}",
}

// shortened is a text of at most so many bytes, and how many are left out.
func shortened(text string, most int) (string, int) {
	text = strings.ToValidUTF8(text, "\ufffd")
	short := clip(text, most)
	if len(short) == len(text) {
		return text, 0
	}
	return short, len(text) - (len(short) - len("…"))
}

func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	text = text[:most]
	for !utf8.ValidString(text) {
		text = text[:len(text)-1]
	}
	return text + "…"
}

// Compare fills Expected and Actual from the steps.
func Compare(f *rule.Finding) {
	last := &f.Steps[len(f.Steps)-1]
	if last.Pointer == "" || last.Response == nil {
		return
	}
	if f.Actual == "" {
		f.Actual, _ = valueAt(last.Response.Body, last.Pointer)
	}
	if f.Expected != "" || !slices.Contains(sentIsExpected, f.Rule) {
		return
	}
	for _, st := range slices.Backward(f.Steps) {
		if sent, ok := valueAt(st.Request.Body, last.Pointer); ok {
			f.Expected = sent
			return
		}
	}
}

// sentIsExpected are the rules that want back what was sent.
var sentIsExpected = []string{history.ReadBack.ID, history.WriteAnswer.ID, history.StaleAnswer.ID, history.PatchKeeps.ID, history.ListAgrees.ID}

// valueAt is the JSON text at a pointer; of "*" the first item that has it.
func valueAt(text, pointer string) (string, bool) {
	value, ok := read.Value([]byte(text))
	if !ok {
		return "", false
	}
	value, ok = lookUp(value, strings.Split(pointer, "/")[1:])
	if !ok {
		return "", false
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return "", false
	}
	return clip(unescaped(raw), 120), true
}

func lookUp(value any, path []string) (any, bool) {
	if len(path) == 0 {
		return value, true
	}
	name := read.Unescape(path[0])
	switch value := value.(type) {
	case map[string]any:
		if inner, ok := value[name]; ok {
			return lookUp(inner, path[1:])
		}
	case []any:
		if i, err := strconv.Atoi(name); err == nil && i < len(value) && i >= 0 {
			return lookUp(value[i], path[1:])
		}
		for _, item := range value {
			if found, ok := lookUp(item, path[1:]); ok && name == "*" {
				return found, true
			}
		}
	}
	return nil, false
}

const (
	mostRequestBody  = 600
	mostResponseBody = 900
	mostHeaderLine   = 160
)
