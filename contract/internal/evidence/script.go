package evidence

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// script writes the shell lines that make exchanges again: sh and curl run them
// as they are. Bodies are literal; secrets are the ONVY_* variables, and the
// first lines fetch the tokens and cursors that the requests need.
type script struct {
	e      *Writer
	head   []string          // lines that fetch tokens and cursors
	names  map[string]string // variable by token or cursor
	taken  map[string]int    // how many variables have a name already
	given  []string          // ids that the server has given, and gives anew
	partly string            // why it does not show the same; "" if it does
}

// mostScriptBody is how much of a body a script has. A body that is longer, or no
// text, is left out.
const mostScriptBody = 8 << 10

func (s *script) text(f *rule.Finding, exchanges []*wire.Exchange) string {
	var lines []string
	var created []*thing
	for i, x := range exchanges {
		if one := s.e.of(x); one != nil && x.Request.Method == "POST" {
			created = append(created, one)
			if !one.ClientKeys && i < len(exchanges)-1 {
				s.given = append(s.given, one.id)
				s.fetched(one.id, strings.ToUpper(one.Noun)+"_ID", x, one.Key)
				lines = append(lines, s.head...)
				s.head = nil
				continue
			}
		}
		options := "-i -sS"
		if len(exchanges) > MostOfOne && i < len(exchanges)-1 && x.Request.Method != "GET" {
			options = "-sS -o /dev/null" // users that are there to be listed
		}
		line := s.command(x, options)
		lines = append(append(lines, s.head...), line)
		s.head = nil
	}
	if cleaning := s.cleaning(created); len(cleaning) > 0 {
		lines = append(append(lines, s.head...), cleaning...)
	}
	text := "URL=${ONVY_BASE_URL:-" + s.e.Base + "}; URL=${URL%/}\n" + strings.Join(lines, "\n") + "\n"
	if s.e.leaks(text) {
		return ""
	}
	if s.partly != "" {
		text = "# Not all of it can be made again: " + s.partly + ".\n" + text
	}
	about := strings.ReplaceAll(f.Message, "\n", " ")
	return "# " + f.Rule + ": " + strings.Map(visible, about) + "\n" + text
}

// projectMark stands for the id of a project in URLs: ONVY_PROJECT_ID has it.
const projectMark = "onvy_project_id"

// recordedScript is that of redacted exchanges. Whoever has the server can see
// with it what was recorded, as far as the pseudonyms allow.
func recordedScript(t Things, f *rule.Finding, redacted []*wire.Exchange) string {
	u, err := url.Parse(redacted[0].Request.URL)
	if err != nil {
		return ""
	}
	base := &url.URL{Scheme: u.Scheme, Host: u.Host}
	e := New(t.Spec, &run.Target{}, base)
	e.Things, e.recorded = t, true
	by := &wire.Exchange{Request: wire.Request{
		Method: "POST", URL: e.Base + pass.ServerPath(projectMark), Body: []byte("{}"),
		Header: wire.Header{{Name: "Authorization", Value: "Basic Og=="}, {Name: "Content-Type", Value: "application/json"}},
	}}
	for _, x := range redacted {
		if token := x.Request.Bearer(); token != "" {
			e.issued[token] = issued{auth: rule.ServerAuth, plain: true, by: by, member: "access_token"}
		}
	}
	s := &script{e: e, names: map[string]string{}, taken: map[string]int{}, partly: "it was recorded, and ids and values are pseudonyms"}
	return s.text(f, redacted)
}

// cleaning deletes what was created, and with it what that holds.
func (s *script) cleaning(created []*thing) (lines []string) {
	ids := make(map[string][]string) // by collection
	var collections []string
	for _, one := range created {
		held := slices.ContainsFunc(created, func(other *thing) bool { return strings.HasPrefix(one.collection, other.path()+"/") })
		if held || one.Delete == nil || !one.ClientKeys && !slices.Contains(s.given, one.id) {
			continue
		}
		if ids[one.collection] == nil {
			collections = append(collections, one.collection)
		}
		// Ids are escaped as in a URL, which leaves no quote in them but much else
		// that a shell reads.
		word := "'" + read.EscapeSegment(one.id) + "'"
		if name, ok := s.names[one.id]; ok {
			word = `"` + name + `"`
		}
		ids[one.collection] = append(ids[one.collection], word)
	}
	token := s.e.AnyToken()
	for _, collection := range collections {
		if token == "" {
			return []string{"# What this creates stays: no token is known that may delete it."}
		}
		url := s.join(append([]piece{{text: "$URL", code: true}}, append(s.pieces(collection+"/"), piece{text: "$id", code: true})...))
		lines = append(lines, fmt.Sprintf(`for id in %s; do curl -sS -o /dev/null -X DELETE %s -H "Authorization: Bearer %s"; done # clean up`,
			strings.Join(ids[collection], " "), url, s.token(token)))
	}
	return lines
}

// command is a curl line for a request.
func (s *script) command(x *wire.Exchange, options string) string {
	r := &x.Request
	var b strings.Builder
	b.WriteString("curl " + options)
	pipe := ""
	switch {
	case r.Method == "HEAD":
		b.WriteString(" --head")
	case r.Method != "GET" || len(r.Body) > 0:
		b.WriteString(" -X " + r.Method)
	}
	b.WriteString(s.address(r))
	b.WriteString(s.headers(x))
	switch {
	case len(r.Body) > mostScriptBody:
		s.partly = fmt.Sprintf("a body of %d bytes is left out", len(r.Body))
	case len(r.Body) > 0 && plainText(r.Body):
		b.WriteString(" --data-raw " + s.word(string(r.Body)))
	case len(r.Body) > 0:
		pipe = "printf " + octal(r.Body) + " | "
		b.WriteString(" --data-binary @-")
	case r.Method == "POST" || r.Method == "PUT" || r.Method == "PATCH":
		b.WriteString(" -d ''")
	}
	return pipe + b.String()
}

// address is the URL of a request. A cursor has to be a fresh one.
func (s *script) address(r *wire.Request) string {
	rest := strings.TrimPrefix(r.URL, s.e.Base)
	path, query, has := strings.Cut(rest, "?")
	var fresh, kept []string
	for part := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(part, "=")
		plain, err := url.QueryUnescape(value)
		if cursor := s.e.cursorIn(plain); err == nil && cursor != "" {
			before, after, _ := strings.Cut(plain, cursor)
			fresh = append(fresh, s.join([]piece{{text: name + "=" + before}, {text: s.cursor(cursor), code: true}, {text: after}}))
			continue
		}
		kept = append(kept, part)
	}
	text := path
	if has && len(kept) > 0 {
		text += "?" + strings.Join(kept, "&")
	}
	flags := ""
	if strings.Contains(path, "//") || strings.Contains(path, "/./") || strings.Contains(path, "/../") {
		flags += " --path-as-is"
	}
	if strings.ContainsAny(text, "[]{}") {
		flags += " -g"
	}
	line := flags + " " + s.join(append([]piece{{text: "$URL", code: true}}, s.pieces(text)...))
	for i, part := range fresh {
		if i == 0 {
			line += " -G"
		}
		line += " --data-urlencode " + part
	}
	return line
}

// headers are those that a request has and curl does not send by itself.
func (s *script) headers(x *wire.Exchange) string {
	var b strings.Builder
	typed := false
	for _, f := range x.Request.Header {
		switch name := strings.ToLower(f.Name); {
		case name == "authorization":
			b.WriteString(s.authorization(x, f.Value))
			continue
		case name == "user-agent" && f.Value == "onvy-contract", name == "accept-encoding" && f.Value == "identity",
			name == "content-length", name == "host", name == "connection":
			continue
		case name == "content-type":
			typed = true
		}
		b.WriteString(" -H " + s.word(f.Name+": "+f.Value))
	}
	method := x.Request.Method
	if !typed && (len(x.Request.Body) > 0 || method == "POST" || method == "PUT" || method == "PATCH") {
		b.WriteString(" -H 'Content-Type:'") // else curl says that it is a form
	}
	if len(s.e.target.Reach.Header) > 0 {
		b.WriteString(` -H @"$ONVY_HEADER_FILE"`) // as of --header-file
	}
	return b.String()
}

// authorization is what stands for a header of credentials.
func (s *script) authorization(x *wire.Exchange, value string) string {
	scheme, encoded, _ := strings.Cut(value, " ")
	if strings.EqualFold(scheme, "basic") {
		pair, err := base64.StdEncoding.DecodeString(encoded)
		id, secret, ok := strings.Cut(string(pair), ":")
		if err == nil && ok && plainText(pair) {
			word := s.join(s.pieces(string(pair)))
			if p := &s.e.target.Project; s.e.recorded || id == p.ClientID && secret == p.ClientSecret.Reveal() {
				word = `"$ONVY_CLIENT_ID:$ONVY_CLIENT_SECRET"`
			}
			if scheme == "Basic" {
				return " -u " + word
			}
			return ` -H "Authorization: ` + scheme + ` $(printf %s ` + word + ` | base64 | tr -d '\n')"`
		}
	}
	if is, ok := s.e.issuer(strings.TrimSpace(encoded)); ok && !s.e.recorded && x.Started.After(is.until) {
		return ` -H "Authorization: ` + scheme + ` ` + s.expired(strings.TrimSpace(encoded), is) + `"`
	}
	return " -H " + s.word("Authorization: "+value)
}

// token is the variable with a token like one that the server gave.
func (s *script) token(token string) string {
	is, _ := s.e.issuer(token)
	key := token
	if is.plain && is.auth == rule.ServerAuth {
		key = "the token with all scopes"
	}
	return s.fetched(key, tokenNames[is.auth]+strings.TrimPrefix(strings.ToUpper(is.member), "ACCESS_"), is.by, is.member)
}

var tokenNames = map[rule.Auth]string{rule.ServerAuth: "", rule.UserAuth: "USER_", rule.OtherAuth: "OTHER_"}

// cursor is the variable with a cursor like one that the server gave.
func (s *script) cursor(cursor string) string {
	return s.fetched(cursor, "PAGE", s.e.giver(cursor), "next_page")
}

// fetched is a variable whose value a request gives, in a member of its answer.
func (s *script) fetched(value, name string, by *wire.Exchange, member string) string {
	if known, ok := s.names[value]; ok {
		return known
	}
	if len(s.names) > 40 {
		s.partly = "it would take many pages"
		return "${" + name + "}"
	}
	if s.taken[name]++; s.taken[name] > 1 {
		name += fmt.Sprint("_", s.taken[name])
	}
	s.names[value] = "${" + name + "}" // before the request for it, which may have the value in it
	line, but := s.command(by, "-sS"), `"`
	if slices.Contains(s.given, value) {
		but = `"/?#` // it goes into paths, and must not lead elsewhere
	}
	s.head = append(s.head, fmt.Sprintf(`%s=$(%s | sed -n 's/.*"%s" *: *"\([^%s]*\)".*/\1/p')`, name, line, member, but))
	return s.names[value]
}

// expired is the variable with a token that has expired. A token that lives for
// long is not waited for.
func (s *script) expired(token string, is issued) string {
	key := token + " expired"
	if known, ok := s.names[key]; ok {
		return known
	}
	fresh := *is.by
	s.names[key] = s.fetched(key, "EXPIRED_TOKEN", &fresh, "access_token")
	if is.lifetime > time.Minute {
		s.partly = fmt.Sprintf("the token in EXPIRED_TOKEN expires after %v", is.lifetime.Round(time.Second))
		return s.names[key]
	}
	s.head = append(s.head, fmt.Sprintf("sleep %d # until it has expired", int((is.lifetime+pass.ExpiryLeeway)/time.Second)+1))
	return s.names[key]
}

// MostOfOne and MostOfList are how many exchanges of a case a script has.
const (
	MostOfOne  = 8
	MostOfList = 30
)

// AccessTokenOf is the token that an answer gives.
func AccessTokenOf(x *wire.Exchange) (string, bool) {
	if x.Response == nil || x.Request.Method != "POST" {
		return "", false
	}
	value, _ := read.Value(x.Response.Body)
	object, _ := value.(map[string]any)
	token, ok := object["access_token"].(string)
	return token, ok
}

// visible leaves out what a terminal would obey.
func visible(r rune) rune {
	if !strconv.IsPrint(r) {
		return -1
	}
	return r
}
