package again

import (
	"errors"
	"strings"
)

// statement is a line of a script: a pipeline, whose output a variable keeps
// where it has a name.
type statement struct {
	name string
	pipe [][]word
}

// word is what one argument is put together from.
type word []part

// part of a word: text, or a variable, or the output of a pipeline.
type part struct {
	text     string
	variable string
	suffix   string // what is cut off the variable: "%?" or "##*."
	pipe     [][]word
}

// errForm is that a script has what the scripts of package evidence do not have.
var errForm = errors.New("its script has a line that only a shell can read")

// parser reads a script. Quoting begins anew inside of $( ).
type parser struct {
	rest  string
	depth int // of $( ) in each other
}

// deepest is more than the scripts of package evidence have. A report is a file of
// which nobody knows who has written it.
const deepest = 16

// parse reads the statements of a script. Its first line, which takes the base
// URL from the environment, and its last one, which deletes what was created, are
// left out.
func parse(script string) (all []statement, err error) {
	p := &parser{rest: script}
	for {
		p.rest = strings.TrimLeft(p.rest, " \n")
		switch {
		case p.rest == "":
			return all, nil
		case p.rest[0] == '#', strings.HasPrefix(p.rest, "URL="), strings.HasPrefix(p.rest, "for id in "):
			_, p.rest, _ = strings.Cut(p.rest, "\n")
			continue
		}
		s := statement{name: p.assigned()}
		if s.pipe, err = p.pipeline(s.name); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
}

// assigned takes NAME= off the text; "" if the statement has none.
func (p *parser) assigned() string {
	name, rest, ok := strings.Cut(p.rest, "=$(")
	if !ok || name == "" || strings.Trim(name, nameLetters) != "" {
		return ""
	}
	p.rest = rest
	return name
}

const nameLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"

// pipeline reads commands until the end of the line, or, inside of $( ), until
// it is closed.
func (p *parser) pipeline(inside string) (pipe [][]word, err error) {
	var command []word
	for {
		p.rest = strings.TrimLeft(p.rest, " ")
		end := p.rest == "" || p.rest[0] == '\n' || p.rest[0] == '#' || p.rest[0] == ')'
		switch {
		case end && (inside != "") != strings.HasPrefix(p.rest, ")"):
			return nil, errForm
		case end && inside != "":
			p.rest = p.rest[1:]
			return append(pipe, command), nil
		case end:
			_, p.rest, _ = strings.Cut(p.rest, "\n")
			return append(pipe, command), nil
		case p.rest[0] == '|':
			pipe, command, p.rest = append(pipe, command), nil, p.rest[1:]
			continue
		}
		w, err := p.word()
		if err != nil {
			return nil, err
		}
		command = append(command, w)
	}
}

// word reads one argument.
func (p *parser) word() (w word, err error) {
	quoted := false
	for p.rest != "" {
		c := p.rest[0]
		switch {
		case c == '"':
			quoted, p.rest = !quoted, p.rest[1:]
		case c == '$':
			one, err := p.expansion()
			if err != nil {
				return nil, err
			}
			w = append(w, one)
		case quoted:
			text := p.rest[:indexOr(p.rest, `"$`)]
			if strings.ContainsAny(text, "\\`") {
				return nil, errForm
			}
			w, p.rest = append(w, part{text: text}), p.rest[len(text):]
		case c == '\'':
			text, rest, ok := strings.Cut(p.rest[1:], "'")
			if !ok {
				return nil, errForm
			}
			w, p.rest = append(w, part{text: text}), rest
		case strings.HasPrefix(p.rest, `\'`):
			w, p.rest = append(w, part{text: "'"}), p.rest[2:]
		case strings.IndexByte(" \n|)", c) >= 0:
			return w, nil
		case strings.IndexByte("\\`;&<(*?[~", c) >= 0:
			return nil, errForm
		default:
			text := p.rest[:1+indexOr(p.rest[1:], " \n|)\"'$\\`;&<(*?[~")]
			w, p.rest = append(w, part{text: text}), p.rest[len(text):]
		}
	}
	if quoted {
		return nil, errForm
	}
	return w, nil
}

// expansion reads $NAME, ${NAME}, ${NAME%?}, ${NAME##*.} or $( ).
func (p *parser) expansion() (one part, err error) {
	switch {
	case strings.HasPrefix(p.rest, "$("):
		if p.depth++; p.depth > deepest {
			return one, errForm
		}
		p.rest = p.rest[2:]
		one.pipe, err = p.pipeline("$(")
		p.depth--
		return one, err
	case strings.HasPrefix(p.rest, "${"):
		inner, rest, ok := strings.Cut(p.rest[2:], "}")
		if !ok {
			return one, errForm
		}
		p.rest = rest
		one.variable = inner[:len(inner)-len(strings.TrimLeft(inner, nameLetters))]
		one.suffix = inner[len(one.variable):]
		if one.variable == "" || one.suffix != "##*." && strings.Trim(strings.TrimPrefix(one.suffix, "%"), "?") != "" {
			return one, errForm
		}
		return one, nil
	}
	rest := strings.TrimLeft(p.rest[1:], nameLetters)
	one.variable = p.rest[1 : len(p.rest)-len(rest)]
	p.rest = rest
	if one.variable == "" {
		return one, errForm
	}
	return one, nil
}

// indexOr is the place of the first of some characters, or the end.
func indexOr(text, characters string) int {
	if i := strings.IndexAny(text, characters); i >= 0 {
		return i
	}
	return len(text)
}
