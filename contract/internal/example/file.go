package example

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
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

// dir is where a package of rules has its examples.
const dir = "testdata"

// Path is where the file of a rule is in the file system of its package.
func Path(id string) string { return path.Join(dir, id+".txtar") }

// Read reads the file of a rule. The error names the rule, or the file and line.
func Read(fsys fs.FS, id string) (*File, error) {
	text, err := fs.ReadFile(fsys, Path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the rule %s has no examples: there is no %s", id, Path(id))
	} else if err != nil {
		return nil, fmt.Errorf("the examples of %s cannot be read: %w", id, err)
	}
	return parse(id, text)
}

// ReadAll reads the files of rules. An error of one keeps no other from being read;
// it says each rule that has none, each id that two rules have, and each file that
// is for none.
func ReadAll(fsys fs.FS, ids []string) ([]*File, error) {
	var all []*File
	var errs []error
	seen := make(map[string]bool)
	for _, id := range ids {
		if seen[id] {
			errs = append(errs, fmt.Errorf("there are two rules %s", id))
			continue
		}
		seen[id] = true
		f, err := Read(fsys, id)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all = append(all, f)
	}
	err := fs.WalkDir(fsys, dir, func(name string, entry fs.DirEntry, err error) error {
		id, isExample := strings.CutSuffix(strings.TrimPrefix(name, dir+"/"), ".txtar")
		if err == nil && !entry.IsDir() && (!isExample || !seen[id]) {
			errs = append(errs, fmt.Errorf("%s is for no rule", name))
		}
		return err
	})
	return all, errors.Join(append(errs, err)...)
}

func parse(id string, text []byte) (*File, error) {
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
			return nil, fmt.Errorf("%s:%d: a section is bad, good or openapi.yaml, not %q", Path(id), line, section.Name)
		}
		if list != nil {
			e, err := parseExample(string(section.Data), fmt.Sprintf("%s %s %d", id, section.Name, len(*list)+1))
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", Path(id), line+err.line, err)
			}
			if slices.Contains(e.Also, id) {
				return nil, fmt.Errorf("%s:%d: the rule of the file speaks of what is bad, and of nothing else", Path(id), line)
			}
			*list = append(*list, *e)
		}
		line += strings.Count(string(section.Data), "\n")
	}
	if len(f.Bad) == 0 || len(f.Good) == 0 {
		return nil, fmt.Errorf("the rule %s has no examples: %s needs a section bad and a section good", id, Path(id))
	}
	return f, nil
}
