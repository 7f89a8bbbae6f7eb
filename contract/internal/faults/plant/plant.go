package plant

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// In returns the faults that a resource can have by what the spec says of
// it: each law of resources and pages broken once, and each keyword of each
// property. They grow with the spec; the tables say more about users.
func In(r *spec.Resource) []kit.Fault {
	p := planter{r}
	return slices.Concat(
		kit.Classed("semantics", p.writes(), p.deletes(), p.times(), p.answers(), lists{p}.pages(), lists{p}.walks(), p.input(), p.races(), p.isolation()),
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
	return slices.Concat(p.creates(field), p.changes(field))
}

// creates break what create stores, and what is then shown.
func (p planter) creates(field string) []kit.Fault {
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

// changes break what PATCH and PUT store.
func (p planter) changes(field string) []kit.Fault {
	return p.rows(
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
				kit.OnOp(p.List, kit.Good(lists{p}.listed(func(x *kit.Exchange, items []any, o kit.Object) []any {
					gone, ok := x.State.Remembered(x.URL.EscapedPath())
					if !ok || (lists{p}).next(o) != "" {
						return items
					}
					lists{p}.add(o, 1)
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

// each edits the one of an answer, or each of a list.
func (p planter) each(edit func(kit.Object)) kit.Step {
	return func(x *kit.Exchange) {
		if p.List == nil || x.ID != p.List.ID {
			kit.Body(edit)(x)
			return
		}
		lists{p}.listed(func(_ *kit.Exchange, items []any, _ kit.Object) []any {
			for _, item := range items {
				if o, ok := item.(kit.Object); ok {
					edit(o)
				}
			}
			return items
		})(x)
	}
}
