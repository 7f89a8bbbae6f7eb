package html

import (
	"cmp"
	"encoding/json"
	"errors"
	"html/template"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// stepView is an exchange as evidence.
type stepView struct {
	Method, URL, Note string
	Outcome, Class    string
	Request, Response messageView
}

// messageView is one side of an exchange.
type messageView struct {
	Heads string
	Body  bodyView
	Cut   string
}

// bodyView is a body in lines, of which those that a finding is about are marked.
type bodyView struct{ Lines []bodyLine }

// Any reports whether there is a body.
func (b bodyView) Any() bool { return len(b.Lines) > 0 }

type bodyLine struct {
	Indent, Text string
	Marked       bool
}

// stepsOf are the steps of a finding; the place that it is about is marked in
// what was sent and in the last answer.
func stepsOf(f *contract.Finding) []stepView {
	var all []stepView
	if len(f.Steps) == 0 {
		return nil
	}
	pointer := cmp.Or(f.Steps[len(f.Steps)-1].Pointer, f.Pointer)
	for i := range f.Steps {
		st := &f.Steps[i]
		v := stepView{Method: words.Line(st.Method), URL: words.Line(words.PathOf(st.URL)), Note: noteOf(st), Outcome: "no answer", Class: "0"}
		v.Request = messageOf(&st.Request, pointer)
		if st.Status != 0 {
			v.Outcome, v.Class = strconv.Itoa(st.Status), strconv.Itoa(st.Status/100)
		}
		if st.Error != "" {
			v.Outcome += " (" + words.Line(st.Error) + ")"
		}
		if st.Response != nil {
			if i < len(f.Steps)-1 {
				v.Response = messageOf(st.Response, "")
			} else {
				v.Response = messageOf(st.Response, pointer)
			}
		}
		all = append(all, v)
	}
	return all
}

// noteOf says whose credentials went with a request.
func noteOf(st *contract.Step) string {
	note := cmp.Or(string(st.Auth), "no credentials")
	if st.Scope != "" {
		note += ", " + st.Scope
	}
	return words.Line(note)
}

func messageOf(m *contract.Message, pointer string) messageView {
	text, cut := words.Clip(m.Body, contract.StepLimit)
	v := messageView{Body: bodyOf(text, pointer)}
	heads := make([]string, 0, len(m.Header))
	for _, h := range m.Header[:min(len(m.Header), mostPlaces)] {
		heads = append(heads, words.Line(h))
	}
	v.Heads = strings.Join(heads, "\n")
	if cut += m.Omitted; cut > 0 {
		v.Cut = words.Number(cut, "byte") + " left out"
	}
	return v
}

// mostLinesOfBody keeps a body that is nested on purpose from taking the page.
const mostLinesOfBody = 4 << 10

// bodyOf is JSON with a member in each line, as far as it is JSON: what is cut
// off ends as it does.
func bodyOf(text, pointer string) bodyView {
	if text == "" {
		return bodyView{}
	}
	p := &bodyPrinter{text: text, dec: json.NewDecoder(strings.NewReader(text)), want: splitPointer(pointer)}
	p.dec.UseNumber()
	err := p.value(nil, "")
	switch rest := strings.TrimSpace(text[min(int(p.dec.InputOffset()), len(text)):]); {
	case errors.Is(err, errBodyLong) || len(p.lines) == 0:
		return bodyView{[]bodyLine{{Text: words.Visible(text)}}}
	case rest != "":
		p.lines = append(p.lines, bodyLine{Text: words.Visible(rest)})
	}
	return bodyView{p.lines}
}

// bodyPrinter prints the raw text of JSON, for which strings and numbers stay
// what they are.
type bodyPrinter struct {
	text  string
	dec   *json.Decoder
	want  []string // the place that is marked; nil for none
	lines []bodyLine
	bytes int
}

var errBodyLong = errors.New("too long in lines")

func splitPointer(pointer string) []string {
	if !strings.HasPrefix(pointer, "/") {
		return nil
	}
	return strings.Split(pointer, "/")[1:]
}

// value prints one value after a prefix, such as the name of its member.
func (p *bodyPrinter) value(at []string, prefix string) error {
	token, raw, err := p.next()
	if err != nil {
		return err
	}
	delim, _ := token.(json.Delim)
	if err := p.add(at, prefix+raw); err != nil || delim == 0 {
		return err
	}
	for i := 0; p.dec.More(); i++ {
		name, prefix := strconv.Itoa(i), ""
		if delim == '{' {
			key, raw, err := p.next()
			if err != nil {
				return err
			}
			name, _ = key.(string)
			prefix = raw + ": "
		}
		inner := append(at[:len(at):len(at)], strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
		if err := p.value(inner, prefix); err != nil {
			return err
		}
	}
	if _, raw, err = p.next(); err != nil {
		return err
	}
	return p.add(nil, raw, len(at))
}

func (p *bodyPrinter) next() (json.Token, string, error) {
	from := p.dec.InputOffset()
	token, err := p.dec.Token()
	if err != nil {
		return nil, "", err
	}
	return token, strings.TrimLeft(p.text[from:p.dec.InputOffset()], " \t\r\n,:"), nil
}

// add adds a line at a depth, that of its place if none is given.
func (p *bodyPrinter) add(at []string, text string, depth ...int) error {
	n := len(at)
	if len(depth) > 0 {
		n = depth[0]
	}
	l := bodyLine{Indent: strings.Repeat("  ", min(n, 20)), Text: words.Visible(text), Marked: len(depth) == 0 && p.marks(at)}
	if p.bytes += len(l.Indent) + len(l.Text); p.bytes > mostLinesOfBody {
		return errBodyLong
	}
	p.lines = append(p.lines, l)
	return nil
}

func (p *bodyPrinter) marks(at []string) bool {
	if p.want == nil || len(at) != len(p.want) {
		return false
	}
	for i := range at {
		if p.want[i] != "*" && p.want[i] != at[i] {
			return false
		}
	}
	return true
}

// sizeOf is how much of a page steps take.
func sizeOf(steps []stepView) int {
	n := 0
	for i := range steps {
		for _, m := range []*messageView{&steps[i].Request, &steps[i].Response} {
			n += len(template.HTMLEscapeString(m.Heads)) + 200
			for _, l := range m.Body.Lines {
				n += len(l.Indent) + len(template.HTMLEscapeString(l.Text)) + 30
			}
		}
	}
	return n
}
