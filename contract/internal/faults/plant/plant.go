package plant

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// In returns the faults that a resource can have by what the spec says of
// it: each law of resources and pages broken once, and each keyword of each
// property. They grow with the spec; the tables say more about users.
func In(r *spec.Resource) []kit.Fault {
	p := planter{r}
	return slices.Concat(
		kit.Classed("semantics", p.writes(), p.deletes(), p.times(), p.answers(), p.pages(), p.walks(), p.input(), p.races(), p.isolation()),
		kit.Classed("schema", p.schema()),
	)
}

// planter makes faults of a resource.
type planter struct{ *spec.Resource }

func (p planter) row(name, title, rule string, m kit.Mutator) kit.Fault {
	if !strings.Contains(rule, "/") {
		rule = p.Name + "/" + rule
	}
	return kit.Row(p.Name+"-"+name, title, rule, m)
}

// rows are those that the resource has the operations for.
func (p planter) rows(rows ...[]kit.Fault) []kit.Fault { return slices.Concat(rows...) }

// when is a row if the resource has the operations; none otherwise.
func when(f func() kit.Fault, ops ...*spec.Operation) []kit.Fault {
	if slices.Contains(ops, nil) {
		return nil
	}
	return []kit.Fault{f()}
}

// losses lose each field that may be left out, by each operation that writes it.
func (p planter) losses() (rows []kit.Fault) {
	for _, f := range p.Fields {
		if f.Shown == nil || f.Required || f.Default != nil {
			continue
		}
		if f.Create != nil {
			rows = append(rows, p.row("create-loses-"+f.Name, "create drops "+f.Name, "read-back", kit.OnOp(p.Create, kit.Before(kit.Sent(kit.Drop(f.Name))))))
		}
		if f.Replace != nil {
			rows = append(rows, p.row("put-loses-"+f.Name, "PUT drops "+f.Name, "read-back", kit.OnOp(p.Replace, kit.Before(kit.Sent(kit.Drop(f.Name))))))
		}
	}
	return rows
}

// loose is a field that may be left out and has no default: what is lost is seen.
func (p planter) loose() string {
	for _, f := range p.Fields {
		if !f.Required && f.Default == nil && f.Create != nil && f.Shown != nil && f.Parts == nil && !f.Assigned {
			return f.Name
		}
	}
	return ""
}

func (p planter) writes() []kit.Fault {
	field := p.loose()
	if field == "" {
		return nil
	}
	rows := p.rows(
		p.losses(),
		when(func() kit.Fault {
			return p.row("create-hides", "the answer to create lacks "+field, "write-answer", kit.OnOp(p.Create, kit.Good(kit.Body(kit.Drop(field)))))
		}, p.Create),
		when(func() kit.Fault {
			return p.row("read-late", "the first GET of each finds nothing", "created-readable", kit.OnOp(p.Read, func(x *kit.Exchange, next func()) {
				if _, known := x.State.Remembered(x.URL.EscapedPath()); !known {
					x.State.Remember(x.URL.EscapedPath(), "asked")
					kit.AnswerWith(404, "application/json", `{"error":"not_found","message":"not found"}`)(x)
					return
				}
				next()
			}))
		}, p.Read),
		when(func() kit.Fault {
			rule := "created-readable"
			if p.Parent != nil { // which may be gone, and it with it
				rule = "page/loses-users"
			}
			return p.row("create-not-stored", "create stores nothing", rule, kit.OnOp(p.Create, kit.After(func(x *kit.Exchange) {
				if at := x.Answer.Get("Location"); x.Status == p.Create.Success && at != "" {
					x.Ask("DELETE", at, nil, x.All())
				}
			})))
		}, p.Create, p.Delete),
		when(func() kit.Fault {
			return p.row("update-answers-old", "PATCH answers with what was before", "stale-answer", kit.OnOp(p.Patch, func(x *kit.Exchange, next func()) {
				w := x.Here()
				next()
				if x.Status < 300 && w.Code < 300 {
					x.Text = w.Body.Bytes()
				}
			}))
		}, p.Patch, p.Read),
		when(func() kit.Fault {
			return p.row("patch-replaces", "PATCH resets what it does not name", "patch-keeps", kit.OnOp(p.Patch, kit.Before(func(x *kit.Exchange) {
				kit.Sent(p.needed(x))(x)
				x.Method = http.MethodPut
			})))
		}, p.Patch, p.Replace, p.Read),
		p.nested(),
		when(func() kit.Fault {
			return p.row("patch-keeps-nulls", "PATCH does not clear a field", "patch-clears", kit.OnOp(p.Patch, kit.Before(kit.Sent(dropNulls))))
		}, p.Patch),
		when(func() kit.Fault {
			return p.row("put-merges", "PUT keeps what it does not name", "put-replaces", kit.OnOp(p.Replace, kit.Before(func(x *kit.Exchange) {
				old := kit.Parse(x.Here().Body.Bytes())
				kit.Sent(func(o kit.Object) {
					for _, f := range p.Fields {
						if _, given := o[f.Name]; !given && f.Replace != nil && old[f.Name] != nil {
							o[f.Name] = old[f.Name]
						}
					}
				})(x)
			})))
		}, p.Replace, p.Read),
		when(func() kit.Fault {
			return p.row("refused-and-done", "a PATCH that is refused is done in part", "refused-changes-nothing", kit.OnOp(p.Patch, kit.At(400, func(x *kit.Exchange) {
				x.Ask("PATCH", x.URL.EscapedPath(), kit.Encode(kit.Object{field: nil}), x.All("Content-Type", "application/json"))
			})))
		}, p.Patch),
	)
	if !p.ClientKeys {
		return rows
	}
	return append(rows, when(func() kit.Fault {
		return p.row("create-twice", "creating what is there answers as the first time", "unique-id", kit.OnOp(p.Create, kit.At(409, func(x *kit.Exchange) {
			id, _ := x.Given()[p.Key].(string)
			w := x.Ask("GET", x.URL.EscapedPath()+"/"+kit.Escape(id), nil, x.All())
			x.Status, x.Text = p.Create.Success, w.Body.Bytes()
			x.Answer.Set("Location", x.URL.EscapedPath()+"/"+kit.Escape(id))
		})))
	}, p.Create, p.Read)...)
}

// nested replaces an object where a part of it is patched.
func (p planter) nested() (rows []kit.Fault) {
	for _, f := range p.Fields {
		if f.Patch != nil && len(f.Parts) > 1 && f.Nullable && p.Read != nil {
			rows = append(rows, p.row("patch-replaces-"+f.Name, "PATCH of a part of "+f.Name+" replaces it", "patch-merges", kit.OnOp(p.Patch, kit.Before(func(x *kit.Exchange) {
				if _, is := x.Given()[f.Name].(kit.Object); is {
					x.Ask("PATCH", x.URL.EscapedPath(), kit.Encode(kit.Object{f.Name: nil}), x.All("Content-Type", "application/json"))
				}
			}))))
		}
	}
	return rows
}

// needed fills in what PUT has to have.
func (p planter) needed(x *kit.Exchange) func(kit.Object) {
	old := kit.Parse(x.Here().Body.Bytes())
	return func(o kit.Object) {
		for name, v := range o {
			if v == nil {
				delete(o, name)
			}
		}
		for _, f := range p.Fields {
			if _, given := o[f.Name]; !given && spec.Requires(p.Replace.Sent(), f.Name) {
				o[f.Name] = old[f.Name]
			}
		}
	}
}

func dropNulls(o kit.Object) { maps.DeleteFunc(o, func(_ string, v any) bool { return v == nil }) }

func (p planter) deletes() []kit.Fault {
	return p.rows(
		when(func() kit.Fault {
			return p.row("delete-does-nothing", "DELETE answers as always and deletes nothing", "deleted-gone", kit.OnOp(p.Delete, kit.Replaced(func(x *kit.Exchange) bool { return x.Here().Code == 200 }, kit.Status(p.Delete.Success))))
		}, p.Delete, p.Read),
		when(func() kit.Fault {
			return p.row("delete-leaves-in-list", "a list has what was deleted", "deleted-listed", kit.All(
				kit.OnOp(p.Delete, func(x *kit.Exchange, next func()) {
					w := x.Here()
					next()
					if x.Status < 300 {
						x.State.Remember(parent(x.URL.EscapedPath()), w.Body.String())
					}
				}),
				kit.OnOp(p.List, kit.Good(p.listed(func(x *kit.Exchange, items []any, o kit.Object) []any {
					gone, ok := x.State.Remembered(x.URL.EscapedPath())
					if !ok || p.next(o) != "" {
						return items
					}
					p.add(o, 1)
					return append(items, kit.Parse([]byte(gone)))
				})))))
		}, p.Delete, p.Read, p.List),
	)
}

func parent(path string) string { return path[:strings.LastIndexByte(path, '/')] }

func (p planter) times() []kit.Fault {
	var rows []kit.Fault
	if p.Created != "" {
		rows = append(rows, when(func() kit.Fault {
			return p.row("created-moves", "PATCH changes "+p.Created, "created-at-fixed", kit.OnOp(p.Patch, kit.Good(kit.Body(kit.Set(p.Created, "2020-01-01T00:00:00Z")))))
		}, p.Patch)...)
	}
	if p.Updated == "" || p.Created == "" {
		return rows
	}
	return append(rows, p.rows(
		when(func() kit.Fault {
			return p.row("updated-stays", p.Updated+" never moves", "updated-at-moves", kit.Where(p.shows, kit.Good(p.each(func(o kit.Object) { o[p.Updated] = o[p.Created] }))))
		}, p.Patch),
		when(func() kit.Fault {
			return p.row("updated-before-created", p.Updated+" is a day before "+p.Created, "timestamps", kit.OnOp(p.Read, kit.Good(kit.Body(func(o kit.Object) {
				o[p.Updated] = kit.TimeOf(o[p.Created]).Add(-24 * time.Hour).Format(time.RFC3339Nano)
			}))))
		}, p.Read),
		when(func() kit.Fault {
			return p.row("read-touches", "each GET moves "+p.Updated, "read-is-safe", kit.OnOp(p.Read, kit.Good(func(x *kit.Exchange) {
				x.State.Mu.Lock()
				x.State.Count++
				n := x.State.Count
				x.State.Mu.Unlock()
				kit.Body(func(o kit.Object) {
					o[p.Updated] = kit.TimeOf(o[p.Updated]).Add(time.Duration(n) * time.Millisecond).Format(time.RFC3339Nano)
				})(x)
			})))
		}, p.Read),
	)...)
}

// shows reports whether an operation answers with one or more.
func (p planter) shows(x *kit.Exchange) bool {
	return slices.ContainsFunc(p.Operations(), func(o *spec.Operation) bool { return o.ID == x.ID && o.Answer != nil })
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

// each edits the one of an answer, or each of a list.
func (p planter) each(edit func(kit.Object)) kit.Step {
	return func(x *kit.Exchange) {
		if p.List == nil || x.ID != p.List.ID {
			kit.Body(edit)(x)
			return
		}
		p.listed(func(_ *kit.Exchange, items []any, _ kit.Object) []any {
			for _, item := range items {
				if o, ok := item.(kit.Object); ok {
					edit(o)
				}
			}
			return items
		})(x)
	}
}

// listed edits the items of a page, and what is beside them.
func (p planter) listed(f func(x *kit.Exchange, items []any, o kit.Object) []any) kit.Step {
	return func(x *kit.Exchange) {
		kit.Body(func(o kit.Object) {
			holder, name := hold(o, p.List.Page.Items)
			if items, ok := holder[name].([]any); ok {
				holder[name] = f(x, items, o)
			}
		})(x)
	}
}

// hold is the object that holds a member of members, and its name in it.
func hold(o kit.Object, path []string) (kit.Object, string) {
	if len(path) == 0 {
		return nil, ""
	}
	for _, name := range path[:len(path)-1] {
		o, _ = o[name].(kit.Object)
	}
	return o, path[len(path)-1]
}

func (p planter) next(o kit.Object) string {
	holder, name := hold(o, p.List.Page.Next)
	next, _ := holder[name].(string)
	return next
}

// add makes the total another.
func (p planter) add(o kit.Object, n int64) {
	holder, name := hold(o, p.List.Page.Total)
	if total, ok := holder[name].(json.Number); ok {
		i, _ := total.Int64()
		holder[name] = i + n
	}
}

func (p planter) pages() []kit.Fault {
	if p.List == nil || len(p.List.Page.Items) == 0 {
		return nil
	}
	page := p.List.Page
	lists := func(f func(x *kit.Exchange, items []any, o kit.Object) []any) kit.Mutator {
		return kit.OnOp(p.List, kit.Good(p.listed(f)))
	}
	rows := []kit.Fault{p.row("page-repeats", "the first of a page is on it twice", "page/repeats", lists(func(_ *kit.Exchange, items []any, o kit.Object) []any {
		if len(items) == 0 {
			return items
		}
		p.add(o, 1)
		return append(items, items[0])
	}))}
	if page.Total != nil {
		rows = append(rows,
			p.row("page-total-zero", "total is 0", "page/total", lists(func(_ *kit.Exchange, items []any, o kit.Object) []any {
				holder, name := hold(o, page.Total)
				holder[name] = 0
				return items
			})),
			p.row("page-total-more", "total is two too many", "page/total-agrees", lists(func(_ *kit.Exchange, items []any, o kit.Object) []any {
				p.add(o, 2)
				return items
			})))
	}
	if page.SizeParam != "" && page.Size != nil {
		rows = append(rows, p.row("page-limit-echo", "the limit in the answer is another", "page/limit-echo", lists(func(_ *kit.Exchange, items []any, o kit.Object) []any {
			holder, name := hold(o, page.Size)
			if n, ok := holder[name].(json.Number); ok {
				i, _ := n.Int64()
				holder[name] = i%10 + 1
			}
			return items
		})), p.row("page-limit-more", "a page has one more than the limit", "page/limit", p.resized(+1)))
	}
	if page.Max > 0 {
		rows = append(rows, p.row("page-limit-range", "a limit that is too high is cut", "page/limit-range", kit.OnOp(p.List, kit.Before(func(x *kit.Exchange) {
			q := x.URL.Query()
			if n, err := strconv.Atoi(q.Get(page.SizeParam)); err == nil && n > page.Max {
				q.Set(page.SizeParam, strconv.Itoa(page.Max))
				x.URL.RawQuery = q.Encode()
			}
		}))))
	}
	if page.Next != nil {
		rows = append(rows,
			p.row("page-next-self", "the next page is the page itself", "page/next-is-self", lists(func(x *kit.Exchange, items []any, o kit.Object) []any {
				holder, name := hold(o, page.Next)
				if this := x.URL.Query().Get(page.CursorParam); this != "" && holder != nil {
					holder[name] = this
				}
				return items
			})),
			p.row("page-loses", "the second page lacks its first", "page/loses-users", lists(func(x *kit.Exchange, items []any, _ kit.Object) []any {
				if x.URL.Query().Get(page.CursorParam) != "" && len(items) > 0 {
					return items[1:]
				}
				return items
			})))
	}
	return rows
}

// resized serves every limit as another, and says the limit that was asked.
func (p planter) resized(by int) kit.Mutator {
	page := p.List.Page
	return kit.OnOp(p.List, func(x *kit.Exchange, next func()) {
		q := x.URL.Query()
		n, err := strconv.Atoi(q.Get(page.SizeParam))
		if err != nil || !page.Allows(n+by) {
			next()
			return
		}
		q.Set(page.SizeParam, strconv.Itoa(n+by))
		x.URL.RawQuery = q.Encode()
		next()
		kit.Good(p.listed(func(_ *kit.Exchange, items []any, o kit.Object) []any {
			holder, name := hold(o, page.Size)
			holder[name] = n
			return items
		}))(x, func() {})
	})
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
