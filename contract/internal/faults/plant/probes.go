package plant

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
	"github.com/onvy-health/onvy-go/contract/internal/sample"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// input takes what is to be refused.
func (p planter) input() (rows []kit.Fault) {
	if p.Create == nil {
		return nil
	}
	for _, f := range p.Fields {
		if f.Create != nil && !f.Required {
			rows = append(rows, p.row("takes-any-"+f.Name, "create leaves a wrong "+f.Name+" out", "input/invalid", kit.OnOp(p.Create, kit.Instead(400, func(x *kit.Exchange) bool {
				_, given := x.Given()[f.Name]
				kit.Sent(kit.Drop(f.Name))(x)
				return given
			}))))
		}
	}
	rows = append(rows, p.row("takes-no-json", "create takes a body that is not JSON", "input/malformed", kit.OnOp(p.Create, kit.Instead(400, func(x *kit.Exchange) bool {
		if x.Given() != nil {
			return false
		}
		x.Body = kit.Encode(p.smallest())
		return true
	}))))
	rows = append(rows,
		p.row("takes-any-type", "create does not look at the content type", "input/content-type", kit.OnOp(p.Create, kit.Before(func(x *kit.Exchange) {
			if x.Given() != nil {
				x.Header.Set("Content-Type", "application/json")
			}
		}))),
		p.row("takes-any-size", "create takes a body of any size", "input/large", kit.OnOp(p.Create, kit.Instead(http.StatusRequestEntityTooLarge, func(x *kit.Exchange) bool {
			x.Body = kit.Encode(p.smallest())
			return true
		}))),
	)
	if p.Created != "" {
		rows = append(rows, p.row("created-writable", "a client sets "+p.Created, "read-only", kit.OnOp(p.Create, kit.Good(func(x *kit.Exchange) {
			if at, given := x.Given()[p.Created]; given {
				kit.Body(kit.Set(p.Created, at))(x)
			}
		}))))
	}
	return append(rows, when(func() kit.Fault {
		return p.row("unknown-found", "GET of one that is not there answers 200", "not-found", kit.OnOp(p.Read, kit.At(http.StatusNotFound, kit.Status(http.StatusOK))))
	}, p.Read)...)
}

// smallest is the least that create takes.
func (p planter) smallest() kit.Object {
	m := sample.Fixed()
	o := make(kit.Object)
	for _, f := range p.Fields {
		if value, ok := m.Value(f.Create); f.Required && ok {
			o[f.Name] = value
		}
	}
	if p.ClientKeys {
		o[p.Key] = kit.RandomText()
	}
	return o
}

// races lose what another writes at the same time.
func (p planter) races() []kit.Fault {
	rows := when(func() kit.Fault {
		return p.row("patch-loses-other", "of two PATCHes at once one is lost", "concurrent-patch", kit.OnOp(p.Patch, func(x *kit.Exchange, next func()) {
			old := kit.Parse(x.Here().Body.Bytes())
			if given := x.Given(); given != nil && x.Ask("PATCH", x.URL.EscapedPath(), []byte("{}"), x.Header).Code < 300 {
				time.Sleep(30 * time.Millisecond) // reads, thinks, and writes all back
				full := make(kit.Object)
				for _, f := range p.Fields {
					if value, there := old[f.Name]; there && f.Patch != nil {
						full[f.Name] = value
					}
				}
				maps.Copy(full, given)
				x.Body = kit.Encode(full)
			}
			next()
		}))
	}, p.Patch, p.Read)
	if !p.ClientKeys {
		return rows
	}
	return append(rows, when(func() kit.Fault {
		return p.row("creates-all-win", "of two creates at the same time both work", "concurrent-create", kit.OnOp(p.Create, bothWin(p)))
	}, p.Create, p.Read)...)
}

// bothWin answers a create that comes a moment after another of its key as that one.
func bothWin(p planter) kit.Mutator {
	return func(x *kit.Exchange, next func()) {
		next()
		id, _ := x.Given()[p.Key].(string)
		key := x.Project().ID + "/" + id
		switch x.Status {
		case p.Create.Success:
			x.State.Remember(key, time.Now().Format(time.RFC3339Nano))
		case http.StatusConflict:
			first, _ := x.State.Remembered(key)
			if time.Since(kit.TimeOf(first)) < 50*time.Millisecond {
				x.Status, x.Text = p.Create.Success, x.Ask("GET", x.URL.EscapedPath()+"/"+kit.Escape(id), nil, x.All()).Body.Bytes()
			}
		}
	}
}

// isolation lets one project, and one parent, reach what another has.
func (p planter) isolation() (rows []kit.Fault) {
	for _, o := range p.Operations() {
		rule := map[spec.Role]string{spec.Read: "read", spec.Replace: "write", spec.Patch: "write", spec.Delete: "delete", spec.List: "list"}[o.Role]
		if rule == "" || p.Read == nil || o.Role == spec.List && p.Parent == nil || o.Role == spec.Replace && p.ClientKeys {
			continue
		}
		if o.Role == spec.List && o.Page.CursorParam != "" {
			rows = append(rows, p.row("other-project-cursor", "a cursor works for another project", "isolation/cursor", kit.OnOp(o, kit.Instead(http.StatusBadRequest, func(x *kit.Exchange) bool {
				return x.URL.Query().Get(o.Page.CursorParam) != "" && kit.ToForeign(x)
			}))))
		}
		kind := "isolation/" + rule
		rows = append(rows, p.row("other-project-"+o.Role.String(), o.Method+" reaches what another project has", kind, kit.OnOp(o, kit.Instead(http.StatusNotFound, kit.ToForeign))))
		if p.Parent != nil && p.Create != nil && o.Role != spec.List && o.Role != spec.Replace {
			rows = append(rows, p.row("other-parent-"+o.Role.String(), o.Method+" reaches what another "+p.Parent.Noun+" has", kind, kit.All(
				kit.OnOp(p.Create, kit.Good(func(x *kit.Exchange) {
					x.State.Remember(x.Answer.Get("Location")[len(parent(x.Answer.Get("Location"))):], x.Answer.Get("Location"))
				})),
				kit.OnOp(o, kit.At(http.StatusNotFound, func(x *kit.Exchange) {
					path := x.URL.EscapedPath()
					if there, ok := x.State.Remembered(path[len(parent(path)):]); ok && there != path {
						w := x.Ask(x.Method, there, x.Body, x.Header)
						x.Status, x.Answer, x.Text = w.Code, w.Header(), w.Body.Bytes()
					}
				})))))
		}
	}
	return rows
}

// strays are schema faults that are of no keyword of one property.
func (p planter) strays(shown []string) (rows []kit.Fault) {
	for _, name := range shown {
		s := spec.Properties(p.Schema)[name]
		if name == p.Key || spec.Nullable(s) || slices.Contains([]string{p.Created, p.Updated}, name) {
			continue
		}
		rows = append(rows, p.row("null-"+name, "GET shows "+name+" as null", "schema/null", kit.OnOp(p.Read, kit.Good(kit.Body(kit.Set(name, nil))))))
	}
	return append(rows, p.row("undocumented", "GET shows a property that nobody knows", "schema/undocumented-property", kit.OnOp(p.Read, kit.Good(kit.Body(kit.Set("x_planted", 1))))))
}

// schema breaks each keyword of each property that GET shows.
func (p planter) schema() (rows []kit.Fault) {
	if p.Read == nil || p.Read.Answer == nil {
		return nil
	}
	shown := spec.Properties(p.Schema)
	for _, name := range slices.Sorted(maps.Keys(shown)) {
		s := spec.Plain(shown[name])
		plant := func(kind, rule string, value any) {
			rows = append(rows, p.row(kind+"-"+name, "GET shows "+name+" with another "+kind, "schema/"+rule, kit.OnOp(p.Read, kit.Good(kit.Body(kit.Set(name, value))))))
		}
		if name != p.Key && spec.EnumOf(s) == nil { // else schema/enum says it
			plant("type", "type", wrongType(s))
		}
		if spec.Requires(p.Schema, name) && name != p.Key {
			rows = append(rows, p.row("without-"+name, "GET leaves "+name+" out", "schema/required", kit.OnOp(p.Read, kit.Good(kit.Body(kit.Drop(name))))))
		}
		switch {
		case spec.EnumOf(s) != nil:
			plant("enum", "enum", "planted")
		case s.Format == "date" || s.Format == "date-time":
			plant("format", "format", "31 December")
		}
		if s.Max != nil {
			plant("maximum", "range", *s.Max+1)
		}
		if s.Min != nil {
			plant("minimum", "range", *s.Min-1)
		}
		if s.MaxLength != nil && *s.MaxLength < 1<<16 {
			plant("maxLength", "length", strings.Repeat("x", int(*s.MaxLength)+1)) // #nosec G115 -- bounded above
		}
	}
	return append(rows, p.strays(slices.Sorted(maps.Keys(shown)))...)
}

// wrongType is a value of a type that a schema does not have.
func wrongType(s *openapi3.Schema) any {
	if s.Type.Is(openapi3.TypeString) {
		return 7
	}
	return "planted"
}

func (p planter) answers() []kit.Fault {
	rows := when(func() kit.Fault {
		return p.row("another-id", "GET shows another id", "id", kit.OnOp(p.Read, kit.Good(kit.Body(kit.Change(p.Key, kit.Mapped(func(id string) string { return id + "x" }))))))
	}, p.Read)
	for _, f := range p.Fields {
		if f.Create == nil || f.Default == nil || p.Create == nil {
			continue
		}
		if other := another(f.Create, f.Default); other != nil {
			rows = append(rows, p.row("default-of-"+f.Name, "the default of "+f.Name+" is another", "default", kit.OnOp(p.Create, kit.Before(kit.Sent(kit.Ensure(f.Name, other))))))
		}
		rows = append(rows, p.row("default-hidden-"+f.Name, "create does not show the default of "+f.Name, "answers-agree", kit.OnOp(p.Create, func(x *kit.Exchange, next func()) {
			_, given := x.Given()[f.Name]
			next()
			if !given && x.Status < 300 {
				kit.Body(kit.Drop(f.Name))(x)
			}
		})))
	}
	if field := p.loose(); field != "" {
		rows = append(rows, when(func() kit.Fault {
			return p.row("list-without", "a list leaves "+field+" out", "list-agrees", kit.OnOp(p.List, kit.Good(p.each(kit.Drop(field)))))
		}, p.List, p.Read)...)
	}
	return rows
}

// another is a value that a schema allows beside one; nil for none that is known.
func another(s *openapi3.Schema, not any) any {
	for _, v := range spec.EnumOf(s) {
		if v != not {
			return v
		}
	}
	if s = spec.Plain(s); s.Type.Is(openapi3.TypeNumber) && s.Max != nil {
		return *s.Max
	}
	return nil
}
