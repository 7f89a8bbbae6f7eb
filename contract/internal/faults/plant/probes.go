package plant

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

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

// walks break listings of more than one page.
func (p planter) walks() []kit.Fault {
	if p.List == nil || p.List.Page.Next == nil || p.List.Page.CursorParam == "" {
		return nil
	}
	page := p.List.Page
	lists := func(f func(x *kit.Exchange, items []any, o kit.Object) []any) kit.Mutator {
		return kit.OnOp(p.List, kit.Good(p.listed(f)))
	}
	cursor := func(x *kit.Exchange) string { return x.URL.Query().Get(page.CursorParam) }
	setNext := func(o kit.Object, to any) {
		if holder, name := hold(o, page.Next); holder != nil {
			holder[name] = to
		}
	}
	rows := []kit.Fault{
		p.row("page-lacks-newest", "the newest is on no page", "page/full-walk", lists(func(_ *kit.Exchange, items []any, o kit.Object) []any {
			if p.next(o) != "" || len(items) == 0 {
				return items
			}
			p.add(o, -1)
			return items[:len(items)-1]
		})),
		p.row("page-loop", "the last page leads back to the second", "page/loop", lists(func(x *kit.Exchange, items []any, o kit.Object) []any {
			key := x.URL.EscapedPath() + x.URL.Query().Get(page.SizeParam)
			if cursor(x) == "" {
				x.State.Remember(key, p.next(o))
			} else if first, ok := x.State.Remembered(key); ok && p.next(o) == "" && first != "" && first != cursor(x) {
				setNext(o, first)
			}
			return items
		})),
		p.row("page-repeats-last", "each page begins with the last of the page before", "page/repeats-between", lists(func(x *kit.Exchange, items []any, _ kit.Object) []any {
			key := x.URL.EscapedPath() + " last"
			if last, ok := x.State.Remembered(key); ok && cursor(x) != "" {
				items = append([]any{kit.Parse([]byte(last))}, items...)
			}
			if len(items) > 0 {
				x.State.Remember(key, string(kit.Encode(items[len(items)-1])))
			}
			return items
		})),
		p.row("page-any-cursor", "a cursor that is none is taken for the first page", "page/invalid-cursor", kit.OnOp(p.List, kit.Instead(http.StatusBadRequest, func(x *kit.Exchange) bool {
			given := cursor(x) != ""
			q := x.URL.Query()
			q.Del(page.CursorParam)
			x.URL.RawQuery = q.Encode()
			return given
		}))),
		p.row("page-cursor-once", "a cursor works once", "page/cursor-again", kit.OnOp(p.List, func(x *kit.Exchange, next func()) {
			if c := cursor(x); c != "" {
				if _, used := x.State.Remembered(c); used {
					kit.FailWith(http.StatusBadRequest)(x)
					return
				}
				x.State.Remember(c, "used")
			}
			next()
		})),
		p.row("page-next-null", "the last page has a next one of null", "page/next-null", lists(func(_ *kit.Exchange, items []any, o kit.Object) []any {
			if p.next(o) == "" {
				setNext(o, nil)
			}
			return items
		})),
	}
	if page.Self != nil {
		rows = append(rows, p.row("page-echo", "the page in the answer is another", "page/page-echo", lists(func(_ *kit.Exchange, items []any, o kit.Object) []any {
			if holder, name := hold(o, page.Self); holder[name] != nil {
				holder[name] = "another"
			}
			return items
		})))
	}
	if page.SizeParam != "" && page.Size != nil {
		rows = append(rows, p.row("page-short", "a page has one less than the limit", "page/short", p.resized(-1)))
	}
	if page.Max > 0 {
		rows = append(rows, p.row("page-most-refused", "the highest limit is refused", "page/limits-work", kit.OnOp(p.List, kit.Replaced(func(x *kit.Exchange) bool {
			return x.URL.Query().Get(page.SizeParam) == strconv.Itoa(page.Max)
		}, kit.FailWith(http.StatusBadRequest)))))
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
