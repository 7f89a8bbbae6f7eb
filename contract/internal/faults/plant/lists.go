package plant

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
)

// lists makes faults of the list of a resource.
type lists struct{ planter }

// listed edits the items of a page, and what is beside them.
func (p lists) listed(f func(x *kit.Exchange, items []any, o kit.Object) []any) kit.Step {
	return func(x *kit.Exchange) {
		kit.Body(func(o kit.Object) {
			holder, name := hold(o, p.List.Page.Items)
			if items, ok := holder[name].([]any); ok {
				holder[name] = f(x, items, o)
			}
		})(x)
	}
}

// edits changes the items of each page, and what is beside them.
func (p lists) edits(f func(x *kit.Exchange, items []any, o kit.Object) []any) kit.Mutator {
	return kit.OnOp(p.List, kit.Good(p.listed(f)))
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

func (p lists) next(o kit.Object) string {
	holder, name := hold(o, p.List.Page.Next)
	next, _ := holder[name].(string)
	return next
}

func (p lists) setNext(o kit.Object, to any) {
	if holder, name := hold(o, p.List.Page.Next); holder != nil {
		holder[name] = to
	}
}

// cursor is that of a request.
func (p lists) cursor(x *kit.Exchange) string { return x.URL.Query().Get(p.List.Page.CursorParam) }

// add makes the total another.
func (p lists) add(o kit.Object, n int64) {
	holder, name := hold(o, p.List.Page.Total)
	if total, ok := holder[name].(json.Number); ok {
		i, _ := total.Int64()
		holder[name] = i + n
	}
}

// pages break what each page by itself has to hold.
func (p lists) pages() []kit.Fault {
	if p.List == nil || len(p.List.Page.Items) == 0 {
		return nil
	}
	repeats := p.row("page-repeats", "the first of a page is on it twice", "page/repeats", p.edits(func(_ *kit.Exchange, items []any, o kit.Object) []any {
		if len(items) == 0 {
			return items
		}
		p.add(o, 1)
		return append(items, items[0])
	}))
	return slices.Concat([]kit.Fault{repeats}, p.totals(), p.sizes(), p.nexts())
}

func (p lists) totals() (rows []kit.Fault) {
	page := p.List.Page
	if page.Total != nil {
		rows = append(rows,
			p.row("page-total-zero", "total is 0", "page/total", p.edits(func(_ *kit.Exchange, items []any, o kit.Object) []any {
				holder, name := hold(o, page.Total)
				holder[name] = 0
				return items
			})),
			p.row("page-total-more", "total is two too many", "page/total-agrees", p.edits(func(_ *kit.Exchange, items []any, o kit.Object) []any {
				p.add(o, 2)
				return items
			})))
	}
	return rows
}

func (p lists) sizes() (rows []kit.Fault) {
	page := p.List.Page
	if page.SizeParam != "" && page.Size != nil {
		rows = append(rows, p.row("page-limit-echo", "the limit in the answer is another", "page/limit-echo", p.edits(func(_ *kit.Exchange, items []any, o kit.Object) []any {
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
	return rows
}

func (p lists) nexts() (rows []kit.Fault) {
	page := p.List.Page
	if page.Next != nil {
		rows = append(rows,
			p.row("page-next-self", "the next page is the page itself", "page/next-is-self", p.edits(func(x *kit.Exchange, items []any, o kit.Object) []any {
				holder, name := hold(o, page.Next)
				if this := x.URL.Query().Get(page.CursorParam); this != "" && holder != nil {
					holder[name] = this
				}
				return items
			})),
			p.row("page-loses", "the second page lacks its first", "page/loses-users", p.edits(func(x *kit.Exchange, items []any, _ kit.Object) []any {
				if x.URL.Query().Get(page.CursorParam) != "" && len(items) > 0 {
					return items[1:]
				}
				return items
			})))
	}
	return rows
}

// resized serves every limit as another, and says the limit that was asked.
func (p lists) resized(by int) kit.Mutator {
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

// walks break listings of more than one page.
func (p lists) walks() []kit.Fault {
	if p.List == nil || p.List.Page.Next == nil || p.List.Page.CursorParam == "" {
		return nil
	}
	return slices.Concat(p.orders(), p.offsets(), p.cursors(), p.edges())
}

// offsets lose one behind what was deleted during a walk.
func (p lists) offsets() []kit.Fault {
	return when(func() kit.Fault {
		return p.row("page-offsets", "pages count from the front, whatever goes there meanwhile", "page/stable", kit.All(
			kit.OnOp(p.Delete, kit.After(func(x *kit.Exchange) {
				if x.Status < 300 {
					x.State.Remember(parent(x.URL.EscapedPath()), "one is gone")
				}
			})),
			p.edits(func(x *kit.Exchange, items []any, _ kit.Object) []any {
				gone, _ := x.State.Remembered(x.URL.EscapedPath())
				x.State.Remember(x.URL.EscapedPath(), "")
				if gone != "" && p.cursor(x) != "" && len(items) > 0 {
					return items[1:]
				}
				return items
			})))
	}, p.Delete)
}

// orders break what the pages of a listing show together.
func (p lists) orders() []kit.Fault {
	return []kit.Fault{
		p.row("page-lacks-newest", "the newest is on no page", "page/full-walk", p.edits(func(_ *kit.Exchange, items []any, o kit.Object) []any {
			if p.next(o) != "" || len(items) == 0 {
				return items
			}
			p.add(o, -1)
			return items[:len(items)-1]
		})),
		p.row("page-loop", "the last page leads back to the second", "page/loop", p.edits(func(x *kit.Exchange, items []any, o kit.Object) []any {
			key := x.URL.EscapedPath() + x.URL.Query().Get(p.List.Page.SizeParam)
			if p.cursor(x) == "" {
				x.State.Remember(key, p.next(o))
			} else if first, ok := x.State.Remembered(key); ok && p.next(o) == "" && first != "" && first != p.cursor(x) {
				p.setNext(o, first)
			}
			return items
		})),
		p.row("page-repeats-last", "each page begins with the last of the page before", "page/repeats-between", p.edits(func(x *kit.Exchange, items []any, _ kit.Object) []any {
			key := x.URL.EscapedPath() + " last"
			if last, ok := x.State.Remembered(key); ok && p.cursor(x) != "" {
				items = append([]any{kit.Parse([]byte(last))}, items...)
			}
			if len(items) > 0 {
				x.State.Remember(key, string(kit.Encode(items[len(items)-1])))
			}
			return items
		})),
	}
}

// cursors break what a cursor is good for.
func (p lists) cursors() []kit.Fault {
	return []kit.Fault{
		p.row("page-any-cursor", "a cursor that is none is taken for the first page", "page/invalid-cursor", kit.OnOp(p.List, kit.Instead(http.StatusBadRequest, func(x *kit.Exchange) bool {
			given := p.cursor(x) != ""
			q := x.URL.Query()
			q.Del(p.List.Page.CursorParam)
			x.URL.RawQuery = q.Encode()
			return given
		}))),
		p.row("page-cursor-once", "a cursor works once", "page/cursor-again", kit.OnOp(p.List, func(x *kit.Exchange, next func()) {
			if c := p.cursor(x); c != "" {
				if _, used := x.State.Remembered(c); used {
					kit.FailWith(http.StatusBadRequest)(x)
					return
				}
				x.State.Remember(c, "used")
			}
			next()
		})),
	}
}

// edges break the last page, and the least and the most that a page has.
func (p lists) edges() []kit.Fault {
	page := p.List.Page
	rows := []kit.Fault{
		p.row("page-next-null", "the last page has a next one of null", "page/next-null", p.edits(func(_ *kit.Exchange, items []any, o kit.Object) []any {
			if p.next(o) == "" {
				p.setNext(o, nil)
			}
			return items
		})),
	}
	if page.Self != nil {
		rows = append(rows, p.row("page-echo", "the page in the answer is another", "page/page-echo", p.edits(func(_ *kit.Exchange, items []any, o kit.Object) []any {
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
