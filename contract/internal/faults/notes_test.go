package faults_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// reply is an answer as far as it can be read.
type reply struct {
	Line   string            // the status line
	Lines  []string          // the header lines
	Header map[string]string // the first value of each
	Body   string
	JSON   map[string]any
}

func readReply(raw []byte) reply {
	head, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	lines := strings.Split(string(head), "\r\n")
	r := reply{Line: lines[0], Lines: lines[1:], Header: make(map[string]string), Body: string(body)}
	for _, line := range r.Lines {
		if name, value, ok := strings.Cut(line, ": "); ok && r.Header[name] == "" {
			r.Header[name] = value
		}
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	_ = d.Decode(&r.JSON)
	return r
}

func (r reply) text(names ...string) string {
	var v any = r.JSON
	for _, name := range names {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	text, _ := v.(string)
	return text
}

// notes writes an answer down without what is another one in every run:
// times become what they are beside others, and what is random gets a number.
type notes struct {
	literal bool              // bodies as they are, with the order of their keys
	created map[string]string // first created_at by id
	last    map[string]string // last updated_at by id
	random  map[string]string
}

func newNotes(literal bool) *notes {
	return &notes{literal: literal, created: make(map[string]string), last: make(map[string]string), random: make(map[string]string)}
}

var (
	jwtPattern     = regexp.MustCompile(`eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*`)
	refreshPattern = regexp.MustCompile(`(rt_|user_|at_)[A-Z2-7]{26}`)
	cursorPattern  = regexp.MustCompile(`[A-Za-z0-9+/]{48}|[A-Za-z0-9+/%]{47,70}`)
	timePattern    = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\d]*(Z|[+-]\d\d:\d\d)?`)
)

func (n *notes) of(method string, r reply) string {
	var lines []string
	for _, line := range r.Lines {
		name, value, _ := strings.Cut(line, ":")
		switch value = strings.TrimSpace(value); name {
		case "Connection":
			continue
		case "Date":
			if at, err := time.Parse(time.RFC1123, value); err == nil && time.Since(at).Abs() < time.Hour {
				continue
			}
		case "Content-Length":
			if size, err := strconv.Atoi(value); err == nil && size == len(r.Body) || method == "HEAD" && size > 2 {
				continue
			}
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	body := r.Body
	if r.JSON != nil {
		if !n.literal && jsontext.Value(body).IsValid() {
			b, _ := json.Marshal(r.JSON) // one order of keys
			body = string(b)
		}
		if strings.Contains(r.Line, " 201 ") {
			delete(n.created, fmt.Sprint(r.JSON["id"]))
		}
		body = n.times(body, r.JSON)
	}
	return r.Line + "\n" + strings.Join(lines, "\n") + "\n" + body
}

// times puts what a time is beside others in its place.
func (n *notes) times(body string, o map[string]any) string {
	users := []any{any(o)}
	if list, ok := o["users"].([]any); ok {
		users = list
	}
	var remarks []string
	for _, u := range users {
		u, _ := u.(map[string]any)
		id, created, updated := fmt.Sprint(u["id"]), fmt.Sprint(u["created_at"]), fmt.Sprint(u["updated_at"])
		if u["created_at"] == nil || u["updated_at"] == nil {
			continue
		}
		remark := "created same, "
		if known, ok := n.created[id]; ok && known != created {
			remark = "created moved, "
		}
		switch {
		case updated > n.last[id]:
			remark += "updated forward"
		case updated == n.last[id]:
			remark += "updated still"
		default:
			remark += "updated back"
		}
		if created == updated {
			remark += ", both equal"
		}
		if at, err := time.Parse(time.RFC3339Nano, updated); err == nil && time.Until(at) > time.Hour {
			remark += ", ahead"
		}
		n.created[id], n.last[id] = created, updated
		remarks = append(remarks, id+": "+remark)
	}
	return body + strings.Join(remarks, "\n")
}

// alias gives numbers to what is random in a text.
func (n *notes) alias(text string) string {
	text = timePattern.ReplaceAllStringFunc(text, func(s string) string { return regexp.MustCompile(`\d`).ReplaceAllString(s, "0") })
	text = jwtPattern.ReplaceAllStringFunc(text, n.jwt)
	text = refreshPattern.ReplaceAllStringFunc(text, func(s string) string { return n.number(s) })
	return cursorPattern.ReplaceAllStringFunc(text, func(s string) string {
		plain := strings.NewReplacer("%2B", "+", "%2F", "/").Replace(s)
		if b, err := base64.StdEncoding.DecodeString(plain); err == nil && len(b) == 36 {
			return n.number(plain)
		}
		return s
	})
}

func (n *notes) number(s string) string {
	if n.random[s] == "" {
		n.random[s] = fmt.Sprintf("[random %d]", len(n.random)+1)
	}
	return n.random[s]
}

// jwt is the claims of a token, with its times beside each other.
func (n *notes) jwt(token string) string {
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	var c map[string]any
	if err != nil || json.Unmarshal(payload, &c) != nil {
		return token
	}
	iat, _ := c["iat"].(float64)
	for _, name := range []string{"exp", "nbf"} {
		if at, ok := c[name].(float64); ok {
			c[name] = at - iat
		}
	}
	if iat != 0 {
		c["iat"] = iat > float64(time.Now().Unix()+600)
	}
	if jti, ok := c["jti"].(string); ok {
		c["jti"] = n.number(jti)
	}
	text, _ := json.Marshal(c)
	return string(text)
}
