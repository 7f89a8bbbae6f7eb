package kit

import (
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/read"
)

// UserPath is the path of a user.
func UserPath(id string) string { return "/users/" + Escape(id) }

// Escape is an id as a segment of a path.
var Escape = read.EscapeSegment

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
