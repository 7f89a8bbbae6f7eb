package faults

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/sample"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// input takes what is to be refused.
func (p planter) input() (rows []Fault) {
	if p.Create == nil {
		return nil
	}
	for _, f := range p.Fields {
		if f.Create != nil && !f.Required {
			rows = append(rows, p.row("takes-any-"+f.Name, "create leaves a wrong "+f.Name+" out", "input/invalid", onOp(p.Create, instead(400, func(x *exchange) bool {
				_, given := x.given()[f.Name]
				sent(drop(f.Name))(x)
				return given
			}))))
		}
	}
	rows = append(rows, p.row("takes-no-json", "create takes a body that is not JSON", "input/malformed", onOp(p.Create, instead(400, func(x *exchange) bool {
		if x.given() != nil {
			return false
		}
		x.body = encode(p.smallest())
		return true
	}))))
	if p.Created != "" {
		rows = append(rows, p.row("created-writable", "a client sets "+p.Created, "read-only", onOp(p.Create, good(func(x *exchange) {
			if at, given := x.given()[p.Created]; given {
				body(set(p.Created, at))(x)
			}
		}))))
	}
	return append(rows, when(func() Fault {
		return p.row("unknown-found", "GET of one that is not there answers 200", "not-found", onOp(p.Read, at(http.StatusNotFound, status(http.StatusOK))))
	}, p.Read)...)
}

// smallest is the least that create takes.
func (p planter) smallest() object {
	m := sample.Fixed()
	o := make(object)
	for _, f := range p.Fields {
		if value, ok := m.Value(f.Create); f.Required && ok {
			o[f.Name] = value
		}
	}
	if p.ClientKeys {
		o[p.Key] = randomText()
	}
	return o
}

// races lose what another writes at the same time.
func (p planter) races() []Fault {
	rows := when(func() Fault {
		return p.row("patch-loses-other", "of two PATCHes at once one is lost", "concurrent-patch", onOp(p.Patch, func(x *exchange, next func()) {
			old := parse(x.here().Body.Bytes())
			if given := x.given(); given != nil && x.ask("PATCH", x.url.EscapedPath(), []byte("{}"), x.header).Code < 300 {
				time.Sleep(30 * time.Millisecond) // reads, thinks, and writes all back
				full := make(object)
				for _, f := range p.Fields {
					if value, there := old[f.Name]; there && f.Patch != nil {
						full[f.Name] = value
					}
				}
				maps.Copy(full, given)
				x.body = encode(full)
			}
			next()
		}))
	}, p.Patch, p.Read)
	if !p.ClientKeys {
		return rows
	}
	return append(rows, when(func() Fault {
		return p.row("creates-all-win", "of two creates at the same time both work", "concurrent-create", onOp(p.Create, bothWin(p)))
	}, p.Create, p.Read)...)
}

// bothWin answers a create that comes a moment after another of its key as that one.
func bothWin(p planter) mutator {
	return func(x *exchange, next func()) {
		next()
		id, _ := x.given()[p.Key].(string)
		key := x.project().ID + "/" + id
		switch x.status {
		case p.Create.Success:
			x.state.remember(key, time.Now().Format(time.RFC3339Nano))
		case http.StatusConflict:
			first, _ := x.state.remembered(key)
			if time.Since(timeOf(first)) < 50*time.Millisecond {
				x.status, x.text = p.Create.Success, x.ask("GET", x.url.EscapedPath()+"/"+escape(id), nil, x.all()).Body.Bytes()
			}
		}
	}
}

// isolation lets one project, and one parent, reach what another has.
func (p planter) isolation() (rows []Fault) {
	for _, o := range p.Operations() {
		rule := map[spec.Role]string{spec.Read: "read", spec.Replace: "write", spec.Patch: "write", spec.Delete: "delete", spec.List: "list"}[o.Role]
		if rule == "" || p.Read == nil || o.Role == spec.List && p.Parent == nil || o.Role == spec.Replace && p.ClientKeys {
			continue
		}
		kind := "isolation/" + rule
		rows = append(rows, p.row("other-project-"+o.Role.String(), o.Method+" reaches what another project has", kind, onOp(o, instead(http.StatusNotFound, toForeign))))
		if p.Parent != nil && p.Create != nil && o.Role != spec.List && o.Role != spec.Replace {
			rows = append(rows, p.row("other-parent-"+o.Role.String(), o.Method+" reaches what another "+p.Parent.Noun+" has", kind, all(
				onOp(p.Create, good(func(x *exchange) {
					x.state.remember(x.answer.Get("Location")[len(parent(x.answer.Get("Location"))):], x.answer.Get("Location"))
				})),
				onOp(o, at(http.StatusNotFound, func(x *exchange) {
					path := x.url.EscapedPath()
					if there, ok := x.state.remembered(path[len(parent(path)):]); ok && there != path {
						w := x.ask(x.method, there, x.body, x.header)
						x.status, x.answer, x.text = w.Code, w.Header(), w.Body.Bytes()
					}
				})))))
		}
	}
	return rows
}

// walks break listings of more than one page.
func (p planter) walks() []Fault {
	if p.List == nil || p.List.Page.Next == nil || p.List.Page.CursorParam == "" {
		return nil
	}
	page := p.List.Page
	lists := func(f func(x *exchange, items []any, o object) []any) mutator { return onOp(p.List, good(p.listed(f))) }
	cursor := func(x *exchange) string { return x.url.Query().Get(page.CursorParam) }
	setNext := func(o object, to any) {
		if holder, name := hold(o, page.Next); holder != nil {
			holder[name] = to
		}
	}
	rows := []Fault{
		p.row("page-lacks-newest", "the newest is on no page", "page/full-walk", lists(func(_ *exchange, items []any, o object) []any {
			if p.next(o) != "" || len(items) == 0 {
				return items
			}
			p.add(o, -1)
			return items[:len(items)-1]
		})),
		p.row("page-loop", "the last page leads back to the second", "page/loop", lists(func(x *exchange, items []any, o object) []any {
			key := x.url.EscapedPath() + x.url.Query().Get(page.SizeParam)
			if cursor(x) == "" {
				x.state.remember(key, p.next(o))
			} else if first, ok := x.state.remembered(key); ok && p.next(o) == "" && first != "" && first != cursor(x) {
				setNext(o, first)
			}
			return items
		})),
		p.row("page-any-cursor", "a cursor that is none is taken for the first page", "page/invalid-cursor", onOp(p.List, instead(http.StatusBadRequest, func(x *exchange) bool {
			given := cursor(x) != ""
			q := x.url.Query()
			q.Del(page.CursorParam)
			x.url.RawQuery = q.Encode()
			return given
		}))),
		p.row("page-cursor-once", "a cursor works once", "page/cursor-again", onOp(p.List, func(x *exchange, next func()) {
			if c := cursor(x); c != "" {
				if _, used := x.state.remembered(c); used {
					failWith(http.StatusBadRequest)(x)
					return
				}
				x.state.remember(c, "used")
			}
			next()
		})),
		p.row("page-next-null", "the last page has a next one of null", "page/next-null", lists(func(_ *exchange, items []any, o object) []any {
			if p.next(o) == "" {
				setNext(o, nil)
			}
			return items
		})),
	}
	if page.Self != nil {
		rows = append(rows, p.row("page-echo", "the page in the answer is another", "page/page-echo", lists(func(_ *exchange, items []any, o object) []any {
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
		rows = append(rows, p.row("page-most-refused", "the highest limit is refused", "page/limits-work", onOp(p.List, replaced(func(x *exchange) bool {
			return x.url.Query().Get(page.SizeParam) == strconv.Itoa(page.Max)
		}, failWith(http.StatusBadRequest)))))
	}
	return rows
}

// strays are schema faults that are of no keyword of one property.
func (p planter) strays(shown []string) (rows []Fault) {
	for _, name := range shown {
		s := spec.Properties(p.Schema)[name]
		if name == p.Key || spec.Nullable(s) || slices.Contains([]string{p.Created, p.Updated}, name) {
			continue
		}
		rows = append(rows, p.row("null-"+name, "GET shows "+name+" as null", "schema/null", onOp(p.Read, good(body(set(name, nil))))))
	}
	return append(rows, p.row("undocumented", "GET shows a property that nobody knows", "schema/undocumented-property", onOp(p.Read, good(body(set("x_planted", 1))))))
}
