package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// models are the declarations of gen.go.
type models struct {
	types     map[string]*ast.TypeSpec
	docs      map[string]string
	constants map[string][]string // by type
}

func readModels(file string) (*models, error) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	m := &models{types: map[string]*ast.TypeSpec{}, docs: map[string]string{}, constants: map[string][]string{}}
	for _, decl := range f.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range group.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				m.types[spec.Name.Name] = spec
				m.docs[spec.Name.Name] = sentence(group.Doc.Text(), spec.Name.Name)
			case *ast.ValueSpec:
				if name, ok := spec.Type.(*ast.Ident); ok && group.Tok == token.CONST {
					m.constants[name.Name] = append(m.constants[name.Name], spec.Names[0].Name)
				}
			}
		}
	}
	return m, nil
}

// writeAliases writes an alias of each of the types and of all that they are
// made of.
func writeAliases(b *bytes.Buffer, m *models, roots []string) error {
	reached := map[string]bool{}
	for _, name := range roots {
		if m.types[name] == nil {
			return fmt.Errorf("there is no type %s", name)
		}
		m.reach(name, reached)
	}
	fmt.Fprint(b, "package onvy\n\nimport \"github.com/onvy-health/onvy-go/gen\"\n\n")
	fmt.Fprint(b, "// The models are those generated from the contract. Optional fields are\n// pointers, which new makes of a value: new(\"Avery\"), new(int32(3600)).\n\n")
	for _, name := range slices.Sorted(maps.Keys(reached)) {
		about := ": " + m.docs[name]
		switch {
		case m.docs[name] == "" && len(m.constants[name]) > 0:
			about = " is one of the values that the contract names."
		case m.docs[name] == "":
			about = " is as the contract has it."
		}
		fmt.Fprintf(b, "// %s%s\n", name, about)
		if fields, ok := m.types[name].Type.(*ast.StructType); ok {
			fmt.Fprint(b, "//\n")
			for _, line := range columns(fields) {
				fmt.Fprintf(b, "//\t%s\n", line)
			}
		}
		fmt.Fprintf(b, "type %s = gen.%s\n\n", name, name)
		if constants := slices.Sorted(slices.Values(m.constants[name])); len(constants) > 0 {
			fmt.Fprintf(b, "// The values of %s that the contract names.\nconst (\n", name)
			for _, c := range constants {
				fmt.Fprintf(b, "%s = gen.%s\n", c, c)
			}
			fmt.Fprint(b, ")\n\n")
		}
	}
	return nil
}

// reach notes a type and those that its fields name.
func (m *models) reach(name string, reached map[string]bool) {
	if m.types[name] == nil || reached[name] {
		return
	}
	reached[name] = true
	ast.Inspect(m.types[name].Type, func(n ast.Node) bool {
		if _, isSelector := n.(*ast.SelectorExpr); isSelector {
			return false // of another package
		}
		if field, isField := n.(*ast.Field); isField {
			ast.Inspect(field.Type, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					m.reach(id.Name, reached)
				}
				return true
			})
			return false
		}
		return true
	})
}

// columns are the fields of a struct in columns: name, type and what it is.
func columns(s *ast.StructType) []string {
	type row struct{ name, kind, doc string }
	var rows []row
	nameWidth, kindWidth := 0, 0
	for _, field := range s.Fields.List {
		for _, name := range field.Names {
			kind := types.ExprString(field.Type)
			kind = strings.NewReplacer("openapi_types.", "", "nullable.", "").Replace(kind)
			r := row{name.Name, kind, sentence(field.Doc.Text(), name.Name)}
			rows = append(rows, r)
			nameWidth, kindWidth = max(nameWidth, len(r.name)), max(kindWidth, len(r.kind))
		}
	}
	lines := make([]string, len(rows))
	for i, r := range rows {
		lines[i] = fmt.Sprintf("%-*s %-*s", nameWidth, r.name, kindWidth, r.kind)
		if r.doc != "" {
			lines[i] += " // " + r.doc
		}
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines
}

// sentence is the first paragraph of a comment that the generator wrote,
// without the name in front of it and without its placeholders.
func sentence(text, name string) string {
	text, _, _ = strings.Cut(text, "\n\n")
	text = strings.Join(strings.Fields(text), " ")
	text = strings.TrimSpace(strings.TrimPrefix(text, name))
	if strings.HasPrefix(text, "defines model for") {
		return ""
	}
	return text
}
