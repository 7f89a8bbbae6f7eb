package onvy_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/onvy-health/onvy-go"

// floors are the packages of the module, the lowest first: one imports those of
// its own floor and of lower ones. A folder stands for those below it that have
// no place of their own.
var floors = [][]string{
	{"gen", "internal"},
	{"."},
	{
		"contract/wire", "contract/internal/atomicfile", "contract/internal/coverage", "contract/internal/example", "contract/internal/fact",
		"contract/internal/marks", "contract/internal/mask", "contract/internal/near", "contract/internal/read", "contract/internal/recent",
		"contract/internal/ruleid", "contract/internal/sample", "contract/internal/spec", "contract/internal/speclint",
	},
	{"contract/rule", "contract/internal/accept"},
	{"contract/run", "contract/sandbox", "contract/internal/history", "contract/internal/pass"},
	{
		"contract/internal/evidence", "contract/internal/past", "contract/internal/rules", "contract/internal/ruletest",
		"contract/internal/faults", "contract/internal/live/client",
	},
	{"contract/internal/live", "contract/internal/observe", "contract/internal/replay"},
	{"contract/internal/again", "contract/internal/live/cases"},
	{"contract"},
	{
		"contract/recording", "contract/report", "contract/internal/baseline", "contract/internal/gatewaylog", "contract/internal/outsiders",
		"contract/internal/selftest", "contract/internal/suggest", "contract/internal/verdicts", "contract/internal/waivers",
	},
	{"contract/cmd"},
}

// floorOf is that of a package; -1 if it has none.
func floorOf(dir string) int {
	for at := dir; ; at = path.Dir(at) {
		if i := slices.IndexFunc(floors, func(all []string) bool { return slices.Contains(all, at) }); i >= 0 && (at != "." || dir == ".") {
			return i
		}
		if at == "." {
			return -1
		}
	}
}

// What a package, a type and a function may have at most, and what has more.
const (
	mostLines    = 2500 // of a package
	mostFiles    = 2    // that the methods of one type stand in
	mostOfOne    = 60   // lines of a function, or of a table with functions in it
	tooManyLines = "%s has %d lines, and %d is the most: split it along its grain"
	tooManyFiles = "the methods of %s stand in %d files, and %d is the most: it is more than one type"
	tooLong      = "%s has %d lines, and %d is the most: give its parts names"
)

var exceptions = map[string]int{
	"contract/recording": 3100,
}

// source is a file of Go that somebody wrote and that is no test.
type source struct {
	dir, name string
	file      *ast.File
}

// sources are those of the module.
func sources(t *testing.T) (fset *token.FileSet, all []source) {
	t.Helper()
	fset = token.NewFileSet()
	require.NoError(t, filepath.WalkDir(".", func(at string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			_, err := os.Stat(filepath.Join(at, "go.mod"))
			if at != "." && (err == nil || d.Name()[0] == '.' || slices.Contains([]string{"testdata", "node_modules", "bin"}, d.Name())) {
				return fs.SkipDir
			}
		case strings.HasSuffix(at, ".go") && !strings.HasSuffix(at, "_test.go"):
			f, err := parser.ParseFile(fset, at, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			if !ast.IsGenerated(f) {
				all = append(all, source{filepath.ToSlash(filepath.Dir(at)), d.Name(), f})
			}
		}
		return nil
	}))
	require.Greater(t, len(all), 200)
	return fset, all
}

func TestImportsRunDownwards(t *testing.T) {
	_, all := sources(t)
	for _, s := range all {
		from := floorOf(s.dir)
		require.GreaterOrEqual(t, from, 0, "%s has no floor: give it one in layout_test.go", s.dir)
		for _, spec := range s.file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			require.NoError(t, err)
			rest, ours := strings.CutPrefix(name, module)
			if !ours {
				continue
			}
			to := path.Clean(strings.TrimPrefix(rest, "/"))
			if floorOf(to) > from {
				t.Errorf("%s/%s imports %s, which is of a higher floor", s.dir, s.name, to)
			}
		}
	}
}

func TestPackagesTypesAndFunctionsAreSmall(t *testing.T) {
	fset, all := sources(t)
	lines := make(map[string]int)
	files := make(map[string]map[string]bool) // of methods, by type
	longest := make(map[string]int)
	for _, s := range all {
		lines[s.dir] += fset.File(s.file.Pos()).LineCount()
		for _, d := range s.file.Decls {
			for _, one := range parts(d) {
				if f, ok := one.node.(*ast.FuncDecl); ok && f.Recv != nil {
					name := s.dir + "." + receiver(f)
					if files[name] == nil {
						files[name] = make(map[string]bool)
					}
					files[name][s.name] = true
				}
				name := s.dir + "/" + s.name + ":" + one.name
				longest[name] = max(longest[name], fset.Position(one.node.End()).Line-fset.Position(one.node.Pos()).Line+1)
			}
		}
	}
	needed := make(map[string]bool)
	hold := func(what string, n, most int, message string) {
		if n <= most {
			return
		}
		needed[what] = true
		if limit, known := exceptions[what]; !known || n > limit {
			t.Errorf(message, what, n, max(most, limit))
		}
	}
	for dir, n := range lines {
		hold(dir, n, mostLines, tooManyLines)
	}
	for name, in := range files {
		hold(name, len(in), mostFiles, tooManyFiles)
	}
	for name, n := range longest {
		hold(name, n, mostOfOne, tooLong)
	}
	for what := range exceptions {
		if !needed[what] {
			t.Errorf("%s is no exception any more: take it out of the list", what)
		}
	}
}

type part struct {
	name string
	node ast.Node
}

// parts are a function, or the values of a declaration that have functions in
// them: tables of data may be long.
func parts(d ast.Decl) (all []part) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return []part{{d.Name.Name, d}}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			v, ok := s.(*ast.ValueSpec)
			if !ok {
				continue
			}
			has := false
			ast.Inspect(v, func(n ast.Node) bool {
				_, is := n.(*ast.FuncLit)
				has = has || is
				return true
			})
			if has {
				all = append(all, part{v.Names[0].Name, v})
			}
		}
	}
	return all
}

// receiver is the name of the type that a method is of.
func receiver(f *ast.FuncDecl) string {
	of := f.Recv.List[0].Type
	for {
		switch t := of.(type) {
		case *ast.StarExpr:
			of = t.X
		case *ast.IndexExpr:
			of = t.X
		case *ast.IndexListExpr:
			of = t.X
		case *ast.Ident:
			return t.Name
		default:
			return ""
		}
	}
}
