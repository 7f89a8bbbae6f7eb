package example

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/wire"
)

// BaseURL is that of the server in the examples.
const BaseURL = "https://api.onvy.health"

// Noon is when the first exchange of an example starts.
var Noon = time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)

// lineError is an error at a line of a section, counted from 1.
type lineError struct {
	line int
	error
}

// parser is what has been read of an example.
type parser struct {
	Example
	name              string
	open              *wire.Exchange // nil between two exchanges
	request, response []string       // its lines
	tokens            []string       // names and what stands for them, in turn
}

func parseExample(text, name string) (*Example, *lineError) {
	p := &parser{name: name, Example: Example{Text: strings.TrimSpace(text)}}
	n := 0
	for line := range strings.Lines(text) {
		n++
		if err := p.take(strings.TrimSuffix(line, "\n")); err != nil {
			return nil, &lineError{n, err}
		}
	}
	if err := p.end(); err != nil {
		return nil, &lineError{n, err}
	}
	if len(p.Exchanges) == 0 {
		return nil, &lineError{0, errors.New("the example has no exchange")}
	}
	slices.Sort(p.Also)
	return &p.Example, nil
}

// take reads a line.
func (p *parser) take(line string) (err error) {
	if line == "" {
		return p.end()
	}
	mark, rest, _ := strings.Cut(line, " ")
	if mark == "#" {
		return nil
	}
	if p.open == nil {
		p.open = &wire.Exchange{Name: p.name, Started: Noon, Duration: 10 * time.Millisecond}
	}
	switch mark {
	case ">q", "<q":
		if rest, err = strconv.Unquote(rest); err != nil {
			return fmt.Errorf("what follows %s is a text in the quotes of Go", mark)
		}
	}
	if mark != "*" {
		rest = strings.NewReplacer(p.tokens...).Replace(rest)
	}
	switch mark {
	case ">", ">q":
		p.request = append(p.request, rest)
	case "<", "<q":
		p.response = append(p.response, rest)
	case "*":
		return p.fact(rest)
	default:
		times, err := strconv.ParseUint(strings.TrimPrefix(mark, "<x"), 10, 17)
		if err != nil || !strings.HasPrefix(mark, "<x") {
			return fmt.Errorf("a line begins with > < >q <q <x9 * or #, not with %q", mark)
		}
		for i := range times {
			p.response = append(p.response, strings.ReplaceAll(rest, "%d", strconv.FormatUint(i+1, 10)))
		}
	}
	return nil
}

// end ends an exchange, if one is open.
func (p *parser) end() error {
	if p.open == nil {
		return nil
	}
	x := p.open
	if err := readRequest(&x.Request, p.request); err != nil {
		return err
	}
	if len(p.response) > 0 && x.Response == nil {
		x.Response = &wire.Response{}
	}
	if x.Response != nil {
		if err := readResponse(x.Response, p.response); err != nil {
			return err
		}
	}
	p.Exchanges = append(p.Exchanges, x)
	p.open, p.request, p.response = nil, nil, nil
	return nil
}

func readRequest(r *wire.Request, lines []string) (err error) {
	if len(lines) == 0 {
		return errors.New("an exchange has no request")
	}
	method, target, ok := strings.Cut(strings.TrimSuffix(lines[0], " HTTP/1.1"), " ")
	if !ok {
		return errors.New("a request begins with a line like GET /users HTTP/1.1")
	}
	r.Method, r.URL = method, target
	if strings.HasPrefix(target, "/") {
		r.URL = BaseURL + target
	}
	r.Header, r.Body, err = readMessage(lines[1:])
	return err
}

func readResponse(r *wire.Response, lines []string) (err error) {
	if len(lines) == 0 {
		return errors.New("an exchange has no response that this could be about")
	}
	proto, rest, _ := strings.Cut(lines[0], " ")
	code, reason, _ := strings.Cut(rest, " ")
	if r.Status, err = strconv.Atoi(code); err != nil || !strings.HasPrefix(proto, "HTTP/") {
		return errors.New("a response begins with a line like HTTP/1.1 200 OK")
	}
	r.Proto, r.Reason = proto, reason
	r.Header, r.Body, err = readMessage(lines[1:])
	return err
}

// readMessage reads header fields and the body behind them.
func readMessage(lines []string) (header wire.Header, body []byte, err error) {
	for i, line := range lines {
		if line == "" {
			return header, []byte(strings.Join(lines[i+1:], "\n")), nil
		}
		// A name may begin with a colon, and a broken one may be empty.
		end := strings.Index(line[1:], ":") + 1
		if strings.HasPrefix(line, ": ") {
			end = 0
		} else if end == 0 {
			return nil, nil, errors.New("a header field is a name, a colon and a value; an empty line is before a body")
		}
		header = append(header, wire.Field{Name: line[:end], Value: strings.TrimPrefix(line[end+1:], " ")})
	}
	return header, nil, nil
}
