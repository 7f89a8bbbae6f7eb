package faults

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// Planted returns the faults that a resource can have by what the spec says of
// it: each law of resources and pages broken once, and each keyword of each
// property. They grow with the spec; the tables say more about users.
func Planted(r *spec.Resource) []Fault {
	p := planter{r}
	return slices.Concat(
		classed("semantics", p.writes(), p.deletes(), p.times(), p.answers(), p.pages(), p.walks(), p.input(), p.races(), p.isolation()),
		classed("schema", p.schema()),
	)
}

// planter makes faults of a resource.
type planter struct{ *spec.Resource }

func (p planter) row(name, title, rule string, m mutator) Fault {
	if !strings.Contains(rule, "/") {
		rule = p.Name + "/" + rule
	}
	return row(p.Name+"-"+name, title, rule, m)
}

// rows are those that the resource has the operations for.
func (p planter) rows(rows ...[]Fault) []Fault { return slices.Concat(rows...) }

// when is a row if the resource has the operations; none otherwise.
func when(f func() Fault, ops ...*spec.Operation) []Fault {
	if slices.Contains(ops, nil) {
		return nil
	}
	return []Fault{f()}
}

// onOp applies mutators to an operation.
func onOp(o *spec.Operation, ms ...mutator) mutator { return on(o.ID, ms...) }

// losses lose each field that may be left out, by each operation that writes it.
func (p planter) losses() (rows []Fault) {
	for _, f := range p.Fields {
		if f.Shown == nil || f.Required || f.Default != nil {
			continue
		}
		if f.Create != nil {
			rows = append(rows, p.row("create-loses-"+f.Name, "create drops "+f.Name, "read-back", onOp(p.Create, before(sent(drop(f.Name))))))
		}
		if f.Replace != nil {
			rows = append(rows, p.row("put-loses-"+f.Name, "PUT drops "+f.Name, "read-back", onOp(p.Replace, before(sent(drop(f.Name))))))
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

func (p planter) writes() []Fault {
	field := p.loose()
	if field == "" {
		return nil
	}
	rows := p.rows(
		p.losses(),
		when(func() Fault {
			return p.row("create-hides", "the answer to create lacks "+field, "write-answer", onOp(p.Create, good(body(drop(field)))))
		}, p.Create),
		when(func() Fault {
			return p.row("read-late", "the first GET of each finds nothing", "created-readable", onOp(p.Read, func(x *exchange, next func()) {
				if _, known := x.state.remembered(x.url.EscapedPath()); !known {
					x.state.remember(x.url.EscapedPath(), "asked")
					answerWith(404, "application/json", `{"error":"not_found","message":"not found"}`)(x)
					return
				}
				next()
			}))
		}, p.Read),
		when(func() Fault {
			rule := "created-readable"
			if p.Parent != nil { // which may be gone, and it with it
				rule = "page/loses-users"
			}
			return p.row("create-not-stored", "create stores nothing", rule, onOp(p.Create, after(func(x *exchange) {
				if at := x.answer.Get("Location"); x.status == p.Create.Success && at != "" {
					x.ask("DELETE", at, nil, x.all())
				}
			})))
		}, p.Create, p.Delete),
		when(func() Fault {
			return p.row("update-answers-old", "PATCH answers with what was before", "stale-answer", onOp(p.Patch, func(x *exchange, next func()) {
				w := x.here()
				next()
				if x.status < 300 && w.Code < 300 {
					x.text = w.Body.Bytes()
				}
			}))
		}, p.Patch, p.Read),
		when(func() Fault {
			return p.row("patch-replaces", "PATCH resets what it does not name", "patch-keeps", onOp(p.Patch, before(func(x *exchange) {
				sent(p.needed(x))(x)
				x.method = http.MethodPut
			})))
		}, p.Patch, p.Replace, p.Read),
		p.nested(),
		when(func() Fault {
			return p.row("patch-keeps-nulls", "PATCH does not clear a field", "patch-clears", onOp(p.Patch, before(sent(dropNulls))))
		}, p.Patch),
		when(func() Fault {
			return p.row("put-merges", "PUT keeps what it does not name", "put-replaces", onOp(p.Replace, before(func(x *exchange) {
				old := parse(x.here().Body.Bytes())
				sent(func(o object) {
					for _, f := range p.Fields {
						if _, given := o[f.Name]; !given && f.Replace != nil && old[f.Name] != nil {
							o[f.Name] = old[f.Name]
						}
					}
				})(x)
			})))
		}, p.Replace, p.Read),
		when(func() Fault {
			return p.row("refused-and-done", "a PATCH that is refused is done in part", "refused-changes-nothing", onOp(p.Patch, at(400, func(x *exchange) {
				x.ask("PATCH", x.url.EscapedPath(), encode(object{field: nil}), x.all("Content-Type", "application/json"))
			})))
		}, p.Patch),
	)
	if !p.ClientKeys {
		return rows
	}
	return append(rows, when(func() Fault {
		return p.row("create-twice", "creating what is there answers as the first time", "unique-id", onOp(p.Create, at(409, func(x *exchange) {
			id, _ := x.given()[p.Key].(string)
			w := x.ask("GET", x.url.EscapedPath()+"/"+escape(id), nil, x.all())
			x.status, x.text = p.Create.Success, w.Body.Bytes()
			x.answer.Set("Location", x.url.EscapedPath()+"/"+escape(id))
		})))
	}, p.Create, p.Read)...)
}

// nested replaces an object where a part of it is patched.
func (p planter) nested() (rows []Fault) {
	for _, f := range p.Fields {
		if f.Patch != nil && len(f.Parts) > 1 && f.Nullable && p.Read != nil {
			rows = append(rows, p.row("patch-replaces-"+f.Name, "PATCH of a part of "+f.Name+" replaces it", "patch-merges", onOp(p.Patch, before(func(x *exchange) {
				if _, is := x.given()[f.Name].(object); is {
					x.ask("PATCH", x.url.EscapedPath(), encode(object{f.Name: nil}), x.all("Content-Type", "application/json"))
				}
			}))))
		}
	}
	return rows
}

// here asks for what is at the path of the request.
func (x *exchange) here() *httptest.ResponseRecorder {
	return x.ask("GET", x.url.EscapedPath(), nil, x.all())
}

// needed fills in what PUT has to have.
func (p planter) needed(x *exchange) func(object) {
	old := parse(x.here().Body.Bytes())
	return func(o object) {
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

func dropNulls(o object) { maps.DeleteFunc(o, func(_ string, v any) bool { return v == nil }) }

func (p planter) deletes() []Fault {
	return p.rows(
		when(func() Fault {
			return p.row("delete-does-nothing", "DELETE answers as always and deletes nothing", "deleted-gone", onOp(p.Delete, replaced(func(x *exchange) bool { return x.here().Code == 200 }, status(p.Delete.Success))))
		}, p.Delete, p.Read),
		when(func() Fault {
			return p.row("delete-leaves-in-list", "a list has what was deleted", "deleted-listed", all(
				onOp(p.Delete, func(x *exchange, next func()) {
					w := x.here()
					next()
					if x.status < 300 {
						x.state.remember(parent(x.url.EscapedPath()), w.Body.String())
					}
				}),
				onOp(p.List, good(p.listed(func(x *exchange, items []any, o object) []any {
					gone, ok := x.state.remembered(x.url.EscapedPath())
					if !ok || p.next(o) != "" {
						return items
					}
					p.add(o, 1)
					return append(items, parse([]byte(gone)))
				})))))
		}, p.Delete, p.Read, p.List),
	)
}

func parent(path string) string { return path[:strings.LastIndexByte(path, '/')] }

func (p planter) times() []Fault {
	var rows []Fault
	if p.Created != "" {
		rows = append(rows, when(func() Fault {
			return p.row("created-moves", "PATCH changes "+p.Created, "created-at-fixed", onOp(p.Patch, good(body(set(p.Created, "2020-01-01T00:00:00Z")))))
		}, p.Patch)...)
	}
	if p.Updated == "" || p.Created == "" {
		return rows
	}
	return append(rows, p.rows(
		when(func() Fault {
			return p.row("updated-stays", p.Updated+" never moves", "updated-at-moves", on(p.ids(), good(p.each(func(o object) { o[p.Updated] = o[p.Created] }))))
		}, p.Patch),
		when(func() Fault {
			return p.row("updated-before-created", p.Updated+" is a day before "+p.Created, "timestamps", onOp(p.Read, good(body(func(o object) {
				o[p.Updated] = timeOf(o[p.Created]).Add(-24 * time.Hour).Format(time.RFC3339Nano)
			}))))
		}, p.Read),
		when(func() Fault {
			return p.row("read-touches", "each GET moves "+p.Updated, "read-is-safe", onOp(p.Read, good(func(x *exchange) {
				x.state.mu.Lock()
				x.state.count++
				n := x.state.count
				x.state.mu.Unlock()
				body(func(o object) {
					o[p.Updated] = timeOf(o[p.Updated]).Add(time.Duration(n) * time.Millisecond).Format(time.RFC3339Nano)
				})(x)
			})))
		}, p.Read),
	)...)
}

// ids are the operations that answer with one or more.
func (p planter) ids() string {
	var ids []string
	for _, o := range p.Operations() {
		if o.Answer != nil {
			ids = append(ids, o.ID)
		}
	}
	return strings.Join(ids, " ")
}

func (p planter) answers() []Fault {
	rows := when(func() Fault {
		return p.row("another-id", "GET shows another id", "id", onOp(p.Read, good(body(change(p.Key, mapped(func(id string) string { return id + "x" }))))))
	}, p.Read)
	for _, f := range p.Fields {
		if f.Create == nil || f.Default == nil || p.Create == nil {
			continue
		}
		if other := another(f.Create, f.Default); other != nil {
			rows = append(rows, p.row("default-of-"+f.Name, "the default of "+f.Name+" is another", "default", onOp(p.Create, before(sent(ensure(f.Name, other))))))
		}
		rows = append(rows, p.row("default-hidden-"+f.Name, "create does not show the default of "+f.Name, "answers-agree", onOp(p.Create, func(x *exchange, next func()) {
			_, given := x.given()[f.Name]
			next()
			if !given && x.status < 300 {
				body(drop(f.Name))(x)
			}
		})))
	}
	if field := p.loose(); field != "" {
		rows = append(rows, when(func() Fault {
			return p.row("list-without", "a list leaves "+field+" out", "list-agrees", onOp(p.List, good(p.each(drop(field)))))
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
func (p planter) each(edit func(object)) step {
	return func(x *exchange) {
		if p.List == nil || x.op != p.List.ID {
			body(edit)(x)
			return
		}
		p.listed(func(_ *exchange, items []any, _ object) []any {
			for _, item := range items {
				if o, ok := item.(object); ok {
					edit(o)
				}
			}
			return items
		})(x)
	}
}

// listed edits the items of a page, and what is beside them.
func (p planter) listed(f func(x *exchange, items []any, o object) []any) step {
	return func(x *exchange) {
		body(func(o object) {
			holder, name := hold(o, p.List.Page.Items)
			if items, ok := holder[name].([]any); ok {
				holder[name] = f(x, items, o)
			}
		})(x)
	}
}

// hold is the object that holds a member of members, and its name in it.
func hold(o object, path []string) (object, string) {
	if len(path) == 0 {
		return nil, ""
	}
	for _, name := range path[:len(path)-1] {
		o, _ = o[name].(object)
	}
	return o, path[len(path)-1]
}

func (p planter) next(o object) string {
	holder, name := hold(o, p.List.Page.Next)
	next, _ := holder[name].(string)
	return next
}

// add makes the total another.
func (p planter) add(o object, n int64) {
	holder, name := hold(o, p.List.Page.Total)
	if total, ok := holder[name].(json.Number); ok {
		i, _ := total.Int64()
		holder[name] = i + n
	}
}

func (p planter) pages() []Fault {
	if p.List == nil || len(p.List.Page.Items) == 0 {
		return nil
	}
	page := p.List.Page
	lists := func(f func(x *exchange, items []any, o object) []any) mutator { return onOp(p.List, good(p.listed(f))) }
	rows := []Fault{p.row("page-repeats", "the first of a page is on it twice", "page/repeats", lists(func(_ *exchange, items []any, o object) []any {
		if len(items) == 0 {
			return items
		}
		p.add(o, 1)
		return append(items, items[0])
	}))}
	if page.Total != nil {
		rows = append(rows,
			p.row("page-total-zero", "total is 0", "page/total", lists(func(_ *exchange, items []any, o object) []any {
				holder, name := hold(o, page.Total)
				holder[name] = 0
				return items
			})),
			p.row("page-total-more", "total is two too many", "page/total-agrees", lists(func(_ *exchange, items []any, o object) []any {
				p.add(o, 2)
				return items
			})))
	}
	if page.SizeParam != "" && page.Size != nil {
		rows = append(rows, p.row("page-limit-echo", "the limit in the answer is another", "page/limit-echo", lists(func(_ *exchange, items []any, o object) []any {
			holder, name := hold(o, page.Size)
			if n, ok := holder[name].(json.Number); ok {
				i, _ := n.Int64()
				holder[name] = i%10 + 1
			}
			return items
		})), p.row("page-limit-more", "a page has one more than the limit", "page/limit", p.resized(+1)))
	}
	if page.Max > 0 {
		rows = append(rows, p.row("page-limit-range", "a limit that is too high is cut", "page/limit-range", onOp(p.List, before(func(x *exchange) {
			q := x.url.Query()
			if n, err := strconv.Atoi(q.Get(page.SizeParam)); err == nil && n > page.Max {
				q.Set(page.SizeParam, strconv.Itoa(page.Max))
				x.url.RawQuery = q.Encode()
			}
		}))))
	}
	if page.Next != nil {
		rows = append(rows,
			p.row("page-next-self", "the next page is the page itself", "page/next-is-self", lists(func(x *exchange, items []any, o object) []any {
				holder, name := hold(o, page.Next)
				if this := x.url.Query().Get(page.CursorParam); this != "" && holder != nil {
					holder[name] = this
				}
				return items
			})),
			p.row("page-loses", "the second page lacks its first", "page/loses-users", lists(func(x *exchange, items []any, _ object) []any {
				if x.url.Query().Get(page.CursorParam) != "" && len(items) > 0 {
					return items[1:]
				}
				return items
			})))
	}
	return rows
}

// resized serves every limit as another, and says the limit that was asked.
func (p planter) resized(by int) mutator {
	page := p.List.Page
	return onOp(p.List, func(x *exchange, next func()) {
		q := x.url.Query()
		n, err := strconv.Atoi(q.Get(page.SizeParam))
		if err != nil || !page.Allows(n+by) {
			next()
			return
		}
		q.Set(page.SizeParam, strconv.Itoa(n+by))
		x.url.RawQuery = q.Encode()
		next()
		good(p.listed(func(_ *exchange, items []any, o object) []any {
			holder, name := hold(o, page.Size)
			holder[name] = n
			return items
		}))(x, func() {})
	})
}

// schema breaks each keyword of each property that GET shows.
func (p planter) schema() (rows []Fault) {
	if p.Read == nil || p.Read.Answer == nil {
		return nil
	}
	shown := spec.Properties(p.Schema)
	for _, name := range slices.Sorted(maps.Keys(shown)) {
		s := spec.Plain(shown[name])
		plant := func(kind, rule string, value any) {
			rows = append(rows, p.row(kind+"-"+name, "GET shows "+name+" with another "+kind, "schema/"+rule, onOp(p.Read, good(body(set(name, value))))))
		}
		if name != p.Key && spec.EnumOf(s) == nil { // else schema/enum says it
			plant("type", "type", wrongType(s))
		}
		if spec.Requires(p.Schema, name) && name != p.Key {
			rows = append(rows, p.row("without-"+name, "GET leaves "+name+" out", "schema/required", onOp(p.Read, good(body(drop(name))))))
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
