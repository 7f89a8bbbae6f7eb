package example

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/onvy-health/onvy-go/contract/wire"
)

// File has the examples of a rule.
type File struct {
	Rule      string // its id
	Doc       string // what the file says of itself
	Spec      []byte // the spec that they are of; nil for the shipped one
	Bad, Good []Example
}

// Example is what breaks a rule, or what looks like it and does not.
type Example struct {
	Exchanges []*wire.Exchange // one; for a rule of the history, in the order in which they ended
	Also      []string         // other rules that rightly speak of it, sorted
	Text      string           // as it stands in the file
}

// Path is where the file of a rule is: in testdata, if the package has one, and
// otherwise in that of the package of its family, below it.
func Path(fsys fs.FS, id string) string {
	if _, err := fs.Stat(fsys, "testdata"); err == nil {
		return "testdata/" + id + ".txtar"
	}
	family, name, _ := strings.Cut(id, "/")
	return family + "/testdata/" + name + ".txtar"
}

// Read reads the file of a rule. The error names the rule, or the file and line.
func Read(fsys fs.FS, id string) (*File, error) {
	at := Path(fsys, id)
	text, err := fs.ReadFile(fsys, at)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the rule %s has no examples: there is no %s", id, at)
	} else if err != nil {
		return nil, fmt.Errorf("the examples of %s cannot be read: %w", id, err)
	}
	return parse(id, at, text)
}

// ReadAll reads the files of rules. An error of one keeps no other from being read;
// it says each rule that has none, each id that two rules have, and each file that
// is for none.
func ReadAll(fsys fs.FS, ids []string) ([]*File, error) {
	var all []*File
	var errs []error
	seen := make(map[string]bool) // the files, by their paths
	for _, id := range ids {
		at := Path(fsys, id)
		if seen[at] {
			errs = append(errs, fmt.Errorf("there are two rules %s", id))
			continue
		}
		seen[at] = true
		f, err := Read(fsys, id)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all = append(all, f)
	}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !seen[name] {
			errs = append(errs, fmt.Errorf("%s is for no rule", name))
		}
		return err
	})
	return all, errors.Join(append(errs, err)...)
}

func parse(id, at string, text []byte) (*File, error) {
	archive := txtar.Parse(text)
	f := &File{Rule: id, Doc: strings.TrimSpace(string(archive.Comment))}
	line := strings.Count(string(archive.Comment), "\n")
	for _, section := range archive.Files {
		line++
		var list *[]Example
		switch section.Name {
		case "bad":
			list = &f.Bad
		case "good":
			list = &f.Good
		case "openapi.yaml":
			f.Spec = section.Data
		default:
			return nil, fmt.Errorf("%s:%d: a section is bad, good or openapi.yaml, not %q", at, line, section.Name)
		}
		if list != nil {
			e, err := parseExample(string(section.Data), fmt.Sprintf("%s %s %d", id, section.Name, len(*list)+1))
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", at, line+err.line, err)
			}
			if slices.Contains(e.Also, id) {
				return nil, fmt.Errorf("%s:%d: the rule of the file speaks of what is bad, and of nothing else", at, line)
			}
			*list = append(*list, *e)
		}
		line += strings.Count(string(section.Data), "\n")
	}
	if len(f.Bad) == 0 || len(f.Good) == 0 {
		return nil, fmt.Errorf("the rule %s has no examples: %s needs a section bad and a section good", id, at)
	}
	return f, nil
}
