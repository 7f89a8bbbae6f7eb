package contract_test

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
)

func TestEveryRuleSaysWhatItIs(t *testing.T) {
	id := regexp.MustCompile(`^[a-z]+/[a-z0-9-]+$`)
	source := regexp.MustCompile(`^(rfc\d{4}#\d+(\.\d+)*|quickstart|authentication|resources-and-pagination|users/[a-z-]+|policy|assumed|openapi\.yaml)$`)
	sentence := regexp.MustCompile(`^[A-Za-z0-9_.].*\.$`)
	seen := make(map[string]bool)
	for _, r := range contract.Rules() {
		require.False(t, seen[r.ID], "%s stands twice", r.ID)
		seen[r.ID] = true
		require.Regexp(t, id, r.ID)
		require.Regexp(t, source, r.Source, r.ID)
		require.Regexp(t, sentence, r.Title, r.ID)
		require.NotEmpty(t, r.Breaks, r.ID)
		require.NotEmpty(t, r.Holds, r.ID)
		require.Contains(t, []contract.Level{contract.Violation, contract.Assumption, contract.Drift}, r.Level, r.ID)
	}
}

// A finding under an id that is in no table would be a panic, and a rule that
// nothing reports would be an empty promise: the code itself says which are
// reported.
func TestEveryReportedRuleIsInTheTableAndEveryRuleIsReported(t *testing.T) {
	kinds := make(map[string]contract.Kind)
	for _, r := range contract.Rules() {
		kinds[r.ID] = r.Kind
	}
	reported := make(map[string]bool)
	for call := range calls(t) {
		name := called(call)
		at, reports := map[string]int{"finding": 1, "refuses": 1, "refusesAs": 1, "report": 1, "matrix": 0, "matrixOn": 1}[name]
		if !reports || len(call.Args) <= at {
			continue
		}
		id, ok := literal(call.Args[at])
		if !ok || id == "" {
			continue
		}
		require.Contains(t, kinds, id, "%s reports a rule that is not there", name)
		if name != "report" {
			require.Equal(t, contract.KindProbe, kinds[id], "%s: %s is for probes", id, name)
		}
		reported[id] = true
	}
	// What goes through a variable.
	for _, id := range assigned(t) {
		if kinds[id] != "" {
			reported[id] = true
		}
	}
	for id, kind := range kinds {
		if kind == contract.KindProbe { // the others carry their own check, or have a row that breaks them
			require.True(t, reported[id], "nothing reports %s", id)
		}
	}
}

// sources are the files of the package without its tests.
func sources(t *testing.T) []*ast.File {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(gotoken.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, file)
	}
	require.NotEmpty(t, files)
	return files
}

func calls(t *testing.T) map[*ast.CallExpr]bool {
	all := make(map[*ast.CallExpr]bool)
	for _, file := range sources(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok {
				all[c] = true
			}
			return true
		})
	}
	return all
}

// assigned are the texts that stand on the right of an assignment.
func assigned(t *testing.T) []string {
	var all []string
	for _, file := range sources(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			if a, ok := n.(*ast.AssignStmt); ok {
				for _, value := range a.Rhs {
					if s, ok := literal(value); ok {
						all = append(all, s)
					}
				}
			}
			return true
		})
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func called(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.Ident:
		return f.Name
	}
	return ""
}

func literal(e ast.Expr) (string, bool) {
	basic, ok := e.(*ast.BasicLit)
	if !ok || basic.Kind != gotoken.STRING {
		return "", false
	}
	s, err := strconv.Unquote(basic.Value)
	return s, err == nil
}
