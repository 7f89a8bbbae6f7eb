package kit

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/read"
)

// All is the header of a request that may do everything in the request's
// project, with pairs on top: for what a fault has to find out or do aside.
func (x *Exchange) All(pairs ...string) http.Header {
	h := http.Header{"Authorization": {"Bearer " + x.mint(x.Project()).Reveal()}}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// AllForeign is the same for the other project.
func (x *Exchange) AllForeign() http.Header {
	return http.Header{"Authorization": {"Bearer " + x.mint(x.Foreign()).Reveal()}}
}

// Stored asks for the user in the path.
func (x *Exchange) Stored() *httptest.ResponseRecorder {
	return x.Ask("GET", "/users/"+x.UserID(), nil, x.All())
}

// Patch changes the user in the path aside.
func (x *Exchange) Patch(o Object) {
	x.Ask("PATCH", "/users/"+x.UserID(), Encode(o), x.All("Content-Type", "application/json"))
}

// Everybody is all users of the request's project.
func (x *Exchange) Everybody() []Object { return x.ListAs(x.All()) }

func (x *Exchange) ListAs(header http.Header) []Object {
	var users []Object
	target := "/users?limit=1000"
	for {
		o := Parse(x.Ask("GET", target, nil, header).Body.Bytes())
		if o == nil || o["users"] == nil {
			return users
		}
		users = append(users, usersOf(o)...)
		next, _ := o["pagination"].(Object)["next_page"].(string)
		if next == "" {
			return users
		}
		target = "/users?limit=1000&page=" + url.QueryEscape(next)
	}
}

// UserPath is the path of a user.
func UserPath(id string) string { return "/users/" + Escape(id) }

// Escape is an id as a segment of a path.
var Escape = read.EscapeSegment

// SetUserID puts another id into the path.
func (x *Exchange) SetUserID(id string) {
	if u, err := url.Parse(UserPath(id)); err == nil && id != "" {
		x.URL.Path, x.URL.RawPath = u.Path, u.RawPath
	}
}

// PutInstead answers with what PUT makes of a body.
func (x *Exchange) PutInstead(id string, body []byte) {
	w := x.Ask("PUT", UserPath(id), body, x.All("Content-Type", "application/json"))
	x.Status, x.Answer, x.Text = w.Code, w.Header(), w.Body.Bytes()
}

// Keep remembers a user of the request's project.
func (s *state) Keep(x *Exchange, u Object) {
	id, ok := u["id"].(string)
	if !ok {
		return
	}
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.Users[x.Project().ID+"\x00"+id] = u
}

// Kept is a remembered user, or nil.
func (s *state) Kept(x *Exchange, id any) Object {
	name, _ := id.(string)
	s.Mu.Lock()
	defer s.Mu.Unlock()
	return Clone(s.Users[x.Project().ID+"\x00"+name])
}

// All is the remembered users of the request's project.
func (s *state) All(x *Exchange) []Object {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	var users []Object
	for key, u := range s.Users {
		if strings.HasPrefix(key, x.Project().ID+"\x00") {
			users = append(users, Clone(u))
		}
	}
	return users
}

// Here asks for what is at the path of the request.
func (x *Exchange) Here() *httptest.ResponseRecorder {
	return x.Ask("GET", x.URL.EscapedPath(), nil, x.All())
}
