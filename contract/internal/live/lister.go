package live

import (
	"net/url"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// Lister asks for the pages of a collection, as the spec says that it is paged.
type Lister struct {
	Resource *spec.Resource
	In       string
}

// Page is how the collection is paged.
func (l Lister) Page() *spec.Page { return l.Resource.List.Page }

// Path is that of a page; "" leaves a parameter out.
func (l Lister) Path(limit, cursor string) string {
	query := url.Values{}
	if limit != "" && l.Page().SizeParam != "" {
		query.Set(l.Page().SizeParam, limit)
	}
	if cursor != "" && l.Page().CursorParam != "" {
		query.Set(l.Page().CursorParam, cursor)
	}
	if len(query) == 0 {
		return l.In
	}
	return l.In + "?" + query.Encode()
}

// Send asks for a page.
func (l Lister) Send(p *Probe, limit, cursor string) *pass.Call {
	return p.Send(Request{Method: "GET", Path: l.Path(limit, cursor), Header: p.Authorization(l.Resource.List)})
}

// Items are those on a page that can be read.
func (l Lister) Items(c *pass.Call) (all []map[string]any) {
	found, _ := read.Follow(c.Decode().Value, l.Page().Items)
	items, _ := found.([]any)
	for _, item := range items {
		if object, ok := item.(map[string]any); ok {
			all = append(all, object)
		}
	}
	return all
}

// Next is the cursor of the next page; "" for none.
func (l Lister) Next(c *pass.Call) string {
	return textAt(c, l.Page().Next)
}

// Self is the cursor of the page itself, as the answer says it; "" for none.
func (l Lister) Self(c *pass.Call) string { return textAt(c, l.Page().Self) }

func textAt(c *pass.Call, path []string) string {
	if path == nil {
		return ""
	}
	found, _ := read.Follow(c.Decode().Value, path)
	text, _ := found.(string)
	return text
}
