package faults

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/read"
)

// all is the header of a request that may do everything in the request's
// project, with pairs on top: for what a fault has to find out or do aside.
func (x *exchange) all(pairs ...string) http.Header {
	h := http.Header{"Authorization": {"Bearer " + x.mint(x.project()).Reveal()}}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// allForeign is the same for the other project.
func (x *exchange) allForeign() http.Header {
	return http.Header{"Authorization": {"Bearer " + x.mint(x.foreign()).Reveal()}}
}

// stored asks for the user in the path.
func (x *exchange) stored() *httptest.ResponseRecorder {
	return x.ask("GET", "/users/"+x.userID(), nil, x.all())
}

// patch changes the user in the path aside.
func (x *exchange) patch(o object) {
	x.ask("PATCH", "/users/"+x.userID(), encode(o), x.all("Content-Type", "application/json"))
}

// everybody is all users of the request's project.
func (x *exchange) everybody() []object { return x.listAs(x.all()) }

func (x *exchange) listAs(header http.Header) []object {
	var users []object
	target := "/users?limit=1000"
	for {
		o := parse(x.ask("GET", target, nil, header).Body.Bytes())
		if o == nil || o["users"] == nil {
			return users
		}
		users = append(users, usersOf(o)...)
		next, _ := o["pagination"].(object)["next_page"].(string)
		if next == "" {
			return users
		}
		target = "/users?limit=1000&page=" + url.QueryEscape(next)
	}
}

// userPath is the path of a user.
func userPath(id string) string { return "/users/" + escape(id) }

// escape is an id as a segment of a path.
var escape = read.EscapeSegment

// setUserID puts another id into the path.
func (x *exchange) setUserID(id string) {
	if u, err := url.Parse(userPath(id)); err == nil && id != "" {
		x.url.Path, x.url.RawPath = u.Path, u.RawPath
	}
}

// putInstead answers with what PUT makes of a body.
func (x *exchange) putInstead(id string, body []byte) {
	w := x.ask("PUT", userPath(id), body, x.all("Content-Type", "application/json"))
	x.status, x.answer, x.text = w.Code, w.Header(), w.Body.Bytes()
}

// keep remembers a user of the request's project.
func (s *state) keep(x *exchange, u object) {
	id, ok := u["id"].(string)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[x.project().ID+"\x00"+id] = u
}

// kept is a remembered user, or nil.
func (s *state) kept(x *exchange, id any) object {
	name, _ := id.(string)
	s.mu.Lock()
	defer s.mu.Unlock()
	return clone(s.users[x.project().ID+"\x00"+name])
}

// all is the remembered users of the request's project.
func (s *state) all(x *exchange) []object {
	s.mu.Lock()
	defer s.mu.Unlock()
	var users []object
	for key, u := range s.users {
		if strings.HasPrefix(key, x.project().ID+"\x00") {
			users = append(users, clone(u))
		}
	}
	return users
}
