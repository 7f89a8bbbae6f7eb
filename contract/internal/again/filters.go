package again

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/evidence"
)

// values are the variables of a script, by name, and how much text has been made
// of it.
type values struct {
	of   map[string]string
	made int // bytes
}

// mostText is more than the scripts of package evidence make, in which a body has
// 8 KB at most. A script that doubles a text with every few characters of its own
// could make any amount.
const mostText = 1 << 20

var errText = errors.New("its script makes more than 1 MiB of text")

// grow counts text that is about to be made.
func (v *values) grow(bytes int) error {
	if v.made += bytes; v.made > mostText {
		return errText
	}
	return nil
}

// text is what a word stands for.
func (v *values) text(w word) (string, error) {
	var b strings.Builder
	for _, p := range w {
		text, err := v.part(p)
		if err == nil {
			err = v.grow(len(text))
		}
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

// part is what a part of a word stands for.
func (v *values) part(p part) (string, error) {
	switch {
	case p.variable != "":
		value, known := v.of[p.variable]
		if !known {
			return "", fmt.Errorf("it needs %s", p.variable)
		}
		if p.suffix == "##*." {
			return value[strings.LastIndexByte(value, '.')+1:], nil
		}
		return value[:max(0, len(value)-strings.Count(p.suffix, "?"))], nil
	case p.pipe != nil:
		out, err := v.output(p.pipe)
		return strings.TrimRight(out, "\n"), err
	}
	return p.text, nil
}

func (v *values) texts(words []word) (all []string, err error) {
	for _, w := range words {
		text, err := v.text(w)
		if err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, nil
}

// output is what a pipeline of printf and filters writes.
func (v *values) output(pipe [][]word) (out string, err error) {
	for i, command := range pipe {
		words, err := v.texts(command)
		if err != nil {
			return "", err
		}
		if len(words) < 1 || (words[0] == "printf") != (i == 0) {
			return "", errForm
		}
		filter := filters[words[0]]
		if filter == nil {
			return "", errForm
		}
		if out, err = filter(v, out, words[1:]); err == nil {
			err = v.grow(len(out))
		}
		if err != nil {
			return "", err
		}
	}
	return out, nil
}

// filters are what scripts make changed tokens with. What they return is counted
// then: only sed, which may have many commands, makes much more than it is given.
var filters = map[string]func(v *values, in string, args []string) (string, error){
	"printf": func(_ *values, _ string, args []string) (string, error) {
		switch {
		case len(args) > 1 && args[0] == "%s":
			return strings.Join(args[1:], ""), nil
		case len(args) == 2 && args[0] == "%s===":
			return args[1] + "===", nil
		case len(args) == 1:
			return octal(args[0])
		}
		return "", errForm
	},
	"cut": func(_ *values, in string, args []string) (string, error) {
		if len(args) != 2 || args[0] != "-d." || !strings.HasPrefix(args[1], "-f") {
			return "", errForm
		}
		n, err := strconv.Atoi(args[1][2:])
		parts := strings.Split(in, ".")
		if err != nil || n < 1 {
			return "", errForm
		}
		if n > len(parts) {
			return "", nil
		}
		return parts[n-1], nil
	},
	"base64": func(_ *values, in string, args []string) (string, error) {
		if len(args) == 0 {
			return base64.StdEncoding.EncodeToString([]byte(in)), nil
		}
		text, _ := base64.RawStdEncoding.DecodeString(strings.TrimRight(in, "=")) // as far as it can be read
		return string(text), nil
	},
	"tr":  translate,
	"sed": substitute,
}

// octal is the format of printf with its escapes read.
func octal(format string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		switch c := format[i]; {
		case c == '%':
			return "", errForm
		case c != '\\':
			b.WriteByte(c)
		case i+3 < len(format):
			n, err := strconv.ParseUint(format[i+1:i+4], 8, 8)
			if err != nil {
				return "", errForm
			}
			b.WriteByte(byte(n))
			i += 3
		default:
			return "", errForm
		}
	}
	return b.String(), nil
}

// mostSet is more than the sets of tr have in scripts: each character of a text
// is looked for in one.
const mostSet = 64

// translate is tr.
func translate(_ *values, in string, args []string) (string, error) {
	if len(args) != 2 || len(args[0])+len(args[1]) > mostSet {
		return "", errForm
	}
	from, to := strings.ReplaceAll(args[0], `\n`, "\n"), strings.ReplaceAll(args[1], `\n`, "\n")
	switch {
	case from == "-d":
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune(to, r) {
				return -1
			}
			return r
		}, in), nil
	case from == "a-zA-Z" && to == "A-Za-z":
		return evidence.OtherCase(in), nil
	case len(from) != len(to) || strings.Contains(strings.Trim(from, "-"), "-"):
		return "", errForm
	}
	return strings.Map(func(r rune) rune {
		if i := strings.IndexRune(from, r); i >= 0 {
			return rune(to[i])
		}
		return r
	}, in), nil
}

// substitute is sed with commands of the form s/this/that/, and t after one that
// ends where it has changed something.
func substitute(v *values, in string, args []string) (string, error) {
	for _, arg := range args {
		if arg == "-e" {
			continue
		}
		changed := false
		for command := range strings.SplitSeq(arg, ";") {
			if command == "t" {
				if changed {
					return in, nil
				}
				continue
			}
			parts := strings.Split(command, "/")
			if len(parts) != 4 || parts[0] != "s" || parts[3] != "" {
				return "", errForm
			}
			this, err := regexp.Compile(basic.Replace(parts[1]))
			if err != nil {
				return "", errForm
			}
			repeats := strings.Count(parts[2], `\1`) * len(in)
			if err := v.grow(len(in) + len(parts[2]) + repeats); err != nil {
				return "", err
			}
			that := strings.ReplaceAll(strings.ReplaceAll(parts[2], "$", "$$"), `\1`, "${1}")
			if at := this.FindStringSubmatchIndex(in); at != nil {
				changed = true
				in = in[:at[0]] + string(this.ExpandString(nil, that, in, at)) + in[at[1]:]
			}
		}
	}
	return in, nil
}

// basic makes the expressions that sed takes into those of package regexp.
var basic = strings.NewReplacer(`\(`, "(", `\)`, ")", `\{`, "{", `\}`, "}", "(", `\(`, ")", `\)`, "{", `\{`, "}", `\}`, "+", `\+`, "?", `\?`, "|", `\|`)
