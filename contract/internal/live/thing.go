package live

import (
	"encoding/json"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// Thing is one of a resource that the suite made, or is about to make.
type Thing struct {
	Resource *spec.Resource
	In       string // path of its collection, escaped: "/users/contract_1/meals"
	ID       string // "" where the server has not given it yet
}

// Path is the path of one, escaped.
func (t Thing) Path() string { return t.In + "/" + read.EscapeSegment(t.ID) }

// Rule is that of users for the resource: "users/not-found" is "meals/not-found".
func (t Thing) Rule(r *rule.Rule) *rule.Rule {
	own := *r
	_, name, _ := strings.Cut(r.ID, "/")
	own.ID = t.Resource.Name + "/" + name
	return &own
}

// Keyed is a body with the key in it, where a replace documents that.
func (t Thing) Keyed(body map[string]any) map[string]any {
	if t.Resource.ClientKeys && t.Resource.Replace != nil {
		if key := spec.Properties(t.Resource.Replace.Sent())[t.Resource.Key]; key != nil && !key.ReadOnly {
			body[t.Resource.Key] = t.ID
		}
	}
	return body
}

// KeyText is a key as it stands in a path; "" for none.
func KeyText(key any) string {
	switch key := key.(type) {
	case string:
		return key
	case json.Number:
		return key.String()
	}
	return ""
}
