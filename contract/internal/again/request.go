package again

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// action is a statement as what it does: it waits, or it sends a request and may
// keep a member of the answer.
type action struct {
	wait    time.Duration
	request live.Request
	keep    string // the variable
	member  string // of the answer
	without string // what the member must not have in it
}

// actionOf works out what a statement does, with what is known by then.
func actionOf(s statement, v *values) (a action, err error) {
	first, err := v.texts(s.pipe[0][:min(2, len(s.pipe[0]))])
	if err != nil {
		return a, err
	}
	curl := s.pipe[0]
	var input string
	switch {
	case len(first) == 2 && first[0] == "sleep" && s.name == "" && len(s.pipe) == 1:
		a.wait, err = time.ParseDuration(first[1] + "s")
		return a, err
	case len(first) == 2 && first[0] == "printf" && s.name == "" && len(s.pipe) == 2:
		if input, err = octal(first[1]); err != nil {
			return a, err
		}
		curl = s.pipe[1]
	case s.name != "" && len(s.pipe) == 2:
		filter, err := v.texts(s.pipe[1])
		if err != nil {
			return a, err
		}
		found := memberFilter.FindStringSubmatch(strings.Join(filter, " "))
		if found == nil {
			return a, errForm
		}
		a.keep, a.member, a.without = s.name, found[1], found[2]
	case len(s.pipe) != 1 || s.name != "":
		return a, errForm
	}
	words, err := v.texts(curl)
	if err != nil {
		return a, err
	}
	a.request, err = requestOf(words, input)
	return a, err
}

// memberFilter is what takes a member out of an answer.
var memberFilter = regexp.MustCompile(`^sed -n s/\.\*"([A-Za-z0-9_-]+)" \*: \*"\\\(\[\^("|"/\?#)\]\*\\\)"\.\*/\\1/p$`)

// requestOf reads the arguments of curl.
func requestOf(words []string, input string) (r live.Request, err error) {
	if len(words) == 0 || words[0] != "curl" {
		return r, errForm
	}
	r.Method = "GET"
	var query []string
	for words = words[1:]; len(words) > 0; words = words[1:] {
		switch option := words[0]; {
		case option == "-i", option == "-sS", option == "-g", option == "--path-as-is", option == "-G":
			continue
		case option == "--head":
			r.Method = "HEAD"
			continue
		case strings.HasPrefix(option, base+"/"), option == base:
			r.Path = strings.TrimPrefix(option, base)
			continue
		case len(words) < 2:
			return r, errForm
		}
		value := words[1]
		switch words[0] {
		case "-o":
		case "-X":
			r.Method = value
		case "-u":
			id, secret, _ := strings.Cut(value, ":")
			r.Header = append(r.Header, live.Basic(id, secret)...)
		case "-H":
			name, content, ok := strings.Cut(value, ":")
			if content = strings.TrimPrefix(content, " "); ok && content != "" { // else curl is told to send none
				r.Header = append(r.Header, wire.Field{Name: name, Value: content})
			}
		case "-d", "--data-raw":
			r.Body = []byte(value)
		case "--data-binary":
			r.Body = []byte(input)
		case "--data-urlencode":
			name, content, _ := strings.Cut(value, "=")
			query = append(query, name+"="+url.QueryEscape(content))
		default:
			return r, errForm
		}
		words = words[1:]
	}
	if len(query) > 0 {
		mark := "?"
		if strings.Contains(r.Path, "?") {
			mark = "&"
		}
		r.Path += mark + strings.Join(query, "&")
	}
	if len(r.Body) == 0 {
		r.Body = nil
	}
	return r, nil
}

// base stands for the base URL in scripts.
const base = "\x00URL"

// memberOf is a member of an answer, wherever it is in it; "" if it is not there.
func memberOf(body []byte, name string) string {
	all := regexp.MustCompile(`"`+name+`" *: *("[^"]*")`).FindAllSubmatch(body, -1)
	if all == nil {
		return ""
	}
	var text string
	if json.Unmarshal(all[len(all)-1][1], &text) != nil {
		return ""
	}
	return text
}
