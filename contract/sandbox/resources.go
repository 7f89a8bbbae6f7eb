package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/sandbox/internal/document"
)

// subject is the parameter of paths, and the claim of tokens, that says which
// user a request is about. A user's own token reaches what is below that user.
const subject = "user_id"

// defaultLimit is that of a list which documents none.
const defaultLimit = 100

// reply is a success.
type reply struct {
	status   int
	location string // "" for none
	body     jsontext.Value
}

var resourceHandlers = map[spec.Role]handler{
	spec.Create: create, spec.List: showList, spec.Read: show, spec.Replace: replace, spec.Patch: patch, spec.Delete: remove,
}

// place is where the request is about.
func (c *call) place() place { return place{c.op.Resource, c.vars} }

// id is that of the one that the request is about.
func (c *call) id() string { return c.vars[c.op.Resource.Param] }

// may refuses what is not below the user whom a token is for, as if it were not
// there.
func (c *call) may() error {
	for _, name := range c.op.Vars {
		if name == subject && !c.principal.may(c.vars[name]) {
			return refuse(http.StatusNotFound, "not_found", "no such user")
		}
	}
	return nil
}

// create answers 201, or 409 for an id that is taken. A user's own token
// creates that user and no other.
func create(s *Server, c *call) (*reply, error) {
	if err := c.may(); err != nil {
		return nil, err
	}
	p := c.place()
	id := c.givenID()
	if p.r.Param == subject && !c.principal.may(id) {
		return nil, refuse(http.StatusForbidden, "forbidden", "the token is for another user")
	}
	u, err := s.projects.store(c).create(p, id, document.Fields{}.Merge(p.r, c.body))
	if err != nil {
		return nil, err
	}
	a := c.shows(u)
	if ref := c.op.Doc.Responses.Status(a.status); p.r.Item != "" && ref != nil && ref.Value.Headers["Location"] != nil {
		a.location = p.path(u.id)
	}
	return a, nil
}

// show answers with one, or 404.
func show(s *Server, c *call) (*reply, error) {
	if err := c.may(); err != nil {
		return nil, err
	}
	u, err := s.projects.store(c).get(c.place(), c.id())
	if err != nil {
		return nil, err
	}
	return c.shows(u), nil
}

// replace replaces one and creates none: the pages call it an update.
func replace(s *Server, c *call) (*reply, error) {
	if err := c.may(); err != nil {
		return nil, err
	}
	p := c.place()
	if id := c.givenID(); id != "" && p.r.ClientKeys && id != c.id() {
		return nil, refuse(http.StatusConflict, "conflict", "the id in the body is not that in the path")
	}
	doc := document.Fields{}.Merge(p.r, c.body)
	u, err := s.projects.store(c).update(p, c.id(), func(document.Fields) document.Fields { return doc })
	if err != nil {
		return nil, err
	}
	return c.shows(u), nil
}

// patch changes the fields that the body has. A body without any changes
// nothing, not even the time of change.
func patch(s *Server, c *call) (*reply, error) {
	if err := c.may(); err != nil {
		return nil, err
	}
	p := c.place()
	u, err := s.projects.store(c).update(p, c.id(), func(old document.Fields) document.Fields {
		if !document.Touches(p.r, c.body) {
			return nil
		}
		return old.Merge(p.r, c.body)
	})
	if err != nil {
		return nil, err
	}
	return c.shows(u), nil
}

// remove answers with a success, and 404 for what is gone already.
func remove(s *Server, c *call) (*reply, error) {
	if err := c.may(); err != nil {
		return nil, err
	}
	gone, err := s.projects.store(c).delete(c.place(), c.id())
	if err != nil {
		return nil, err
	}
	return c.shows(gone), nil
}

// givenID is the id in the body; "" for none.
func (c *call) givenID() string {
	value := document.Members(c.body)[c.op.Resource.Key]
	if value.Kind() == '"' {
		id, _ := jsontext.AppendUnquote(nil, value)
		return string(id)
	}
	return string(value)
}

func (c *call) shows(u *record) *reply {
	a := &reply{status: c.op.Success}
	if c.op.Answer != nil {
		a.body = c.place().json(u)
	}
	return a
}

// showList lists the records of a place in the order of their creation. A
// user's own token lists that user alone. The last page has no next one.
func showList(s *Server, c *call) (*reply, error) {
	if err := c.may(); err != nil {
		return nil, err
	}
	p, page := c.place(), c.op.Page
	limit, err := c.limit()
	if err != nil {
		return nil, err
	}
	shown := map[string]jsontext.Value{join(page.Size): document.Number(limit)}
	var after uint64
	if cursor, given := c.param(page.CursorParam); given {
		if after, err = s.cursors.open(c.cursorOf(), cursor); err != nil {
			return nil, err
		}
		shown[join(page.Self)] = document.Quote(cursor)
	}
	records, next, total, err := s.projects.store(c).page(p, after, limit)
	if err != nil {
		return nil, err
	}
	if p.r.Param == subject && c.principal.user != "" {
		records, next, total = nil, 0, 0
		if u, err := s.projects.store(c).get(p, c.principal.user); err == nil && u.seq > after {
			records, total = []*record{u}, 1
		}
	}
	shown[join(page.Total)] = document.Number(total)
	if next != 0 {
		shown[join(page.Next)] = document.Quote(s.cursors.seal(c.cursorOf(), next))
	}
	items := []byte{'['}
	for i, u := range records {
		if i > 0 {
			items = append(items, ',')
		}
		items = append(items, p.json(u)...)
	}
	shown[join(page.Items)] = append(items, ']')
	return &reply{status: c.op.Success, body: nest(shown, join(page.Items))}, nil
}

// cursorOf is what a cursor is good for: one list of one project.
func (c *call) cursorOf() string { return c.principal.project + "\x00" + c.place().key() }

func (c *call) limit() (int, error) {
	page := c.op.Page
	text, given := c.param(page.SizeParam)
	if !given {
		if page.Default > 0 {
			return page.Default, nil
		}
		return defaultLimit, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 0 {
		return 0, badRequest("the parameter " + page.SizeParam + " is not valid")
	}
	return limit, nil
}

// param is a parameter of the query.
func (c *call) param(name string) (string, bool) {
	values := c.query[name]
	if name == "" || len(values) == 0 {
		return "", false
	}
	return values[0], true
}

// join writes a path of names as one; the empty path is the whole body, and a
// nil one nowhere.
func join(path []string) string { return strings.Join(path, "\x00") }

// nest makes an object of values by their paths, the first one before the
// others. An array that has an empty path is the whole.
func nest(values map[string]jsontext.Value, first string) jsontext.Value {
	if whole := values[""]; whole.Kind() == '[' {
		return whole
	}
	delete(values, "")
	holders := make(map[string]map[string]jsontext.Value)
	doc := make(document.Fields)
	for path, value := range values {
		name, rest, deep := strings.Cut(path, "\x00")
		if !deep {
			doc[name] = value
			continue
		}
		if holders[name] == nil {
			holders[name] = make(map[string]jsontext.Value)
		}
		holders[name][rest] = value
	}
	for name, inner := range holders {
		doc[name] = nest(inner, "")
	}
	first, _, _ = strings.Cut(first, "\x00")
	others := slices.DeleteFunc(sortedNames(doc), func(name string) bool { return name == first })
	return doc.Object(append([]string{first}, others...))
}

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// store is where the records of a call are.
func (all tenants) store(c *call) *store { return all[c.principal.project].store }
