// Package gatewaylog makes logs such as an API gateway writes: the traffic of
// many users with a server that keeps to the contract, but for the faults that
// are planted. It knows what it planted, so that whatever else is found is wrong.
package gatewaylog

import (
	"encoding/base64"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract"
)

// Options of a log.
type Options struct {
	Seed      uint64
	Exchanges int
	Users     int     // at most so many at one time
	Opaque    bool    // tokens that say nothing
	Faults    float64 // how likely it is for an exchange to show a fault
	PageSize  int     // users on a page; 0 is 20
}

// Log is a log that is being made.
type Log struct {
	Planted map[string]int // by the rule that is for the fault; complete when All has ended

	o     Options
	rand  *rand.Rand
	now   time.Time
	users map[string]*user
	ids   []string // of users, in the order of the listing
	gone  []string
	next  int
	token string
	ends  time.Time
	old   string // an expired token
	calls int
	walk  string // the page that is to come next
	full  bool   // and they are all wanted
}

type user struct {
	fields           map[string]any
	created, updated time.Time
}

// New returns a log. The same options give the same log.
func New(o Options) *Log {
	if o.PageSize == 0 {
		o.PageSize = 20
	}
	return &Log{
		Planted: make(map[string]int), o: o, rand: rand.New(rand.NewPCG(o.Seed, 1)),
		now: time.Date(2026, 3, 5, 6, 0, 0, 0, time.UTC), users: make(map[string]*user),
	}
}

// All yields the exchanges in the order of their ends, nearly: those that
// overlap may change places.
func (l *Log) All() iter.Seq[*contract.Exchange] {
	return func(yield func(*contract.Exchange) bool) {
		for range l.o.Exchanges {
			l.now = l.now.Add(time.Duration(1+l.rand.IntN(200)) * time.Millisecond)
			if !yield(l.exchange()) {
				return
			}
		}
	}
}

func (l *Log) exchange() *contract.Exchange {
	switch {
	case l.token == "" || l.now.After(l.ends.Add(-10*time.Second)):
		return l.grant()
	case l.walk != "":
		return l.list()
	}
	switch p := l.rand.IntN(100); {
	case len(l.ids) < 3 || p < 14 && len(l.ids) < l.o.Users:
		return l.create()
	case p < 55:
		return l.read()
	case p < 80:
		return l.patch()
	case p < 86:
		return l.put()
	case p < 90:
		return l.remove()
	}
	return l.list()
}

// fault reports whether to plant a fault here, and counts it.
func (l *Log) fault(rule string) bool {
	if l.rand.Float64() >= l.o.Faults {
		return false
	}
	l.Planted[rule]++
	return true
}

func (l *Log) grant() *contract.Exchange {
	l.calls++
	if l.old == "" {
		l.old = l.token
	}
	claims := fmt.Sprintf(`{"iss":"https://api.onvy.health","aud":"api","iat":%d,"nbf":%d,"exp":%d,"jti":"jti-%d","project_id":"proj_1","sub":"client","principal_type":"server","scope":"users:create users:read users:update users:delete"}`,
		l.now.Unix(), l.now.Unix(), l.now.Unix()+900, l.calls)
	encode := base64.RawURLEncoding.EncodeToString
	l.token = encode([]byte(`{"alg":"ES256","typ":"JWT"}`)) + "." + encode([]byte(claims)) + "." + encode([]byte("signature"))
	if l.o.Opaque {
		l.token = "opaque-token-" + strconv.Itoa(l.calls)
	}
	l.ends = l.now.Add(900 * time.Second)
	x := l.make("POST", "/v1/projects/proj_1/auth/server", `{"scope":"users:create users:read users:update users:delete"}`, 200,
		fmt.Sprintf(`{"access_token":%q,"token_type":"Bearer","expires_in":900,"scope":"users:create users:read users:update users:delete"}`, l.token))
	x.Request.Header[0].Value = "Basic Y2xpZW50OnNlY3JldC1vZi10aGUtY2xpZW50"
	x.Response.Header = append(x.Response.Header, contract.Field{Name: "Cache-Control", Value: "no-store"}, contract.Field{Name: "Pragma", Value: "no-cache"})
	return x
}

func (l *Log) create() *contract.Exchange {
	var id string
	if len(l.gone) > 0 && l.rand.IntN(4) == 0 {
		id, l.gone = l.gone[0], l.gone[1:]
	} else {
		l.next++
		id = fmt.Sprintf("user_%08d", l.next)
	}
	u := &user{fields: l.fields(0.7), created: l.now, updated: l.now}
	sent := maps.Clone(u.fields)
	sent["id"] = id
	l.users[id] = u
	at, _ := slices.BinarySearch(l.ids, id)
	l.ids = slices.Insert(l.ids, at, id)
	x := l.make("POST", "/users", object(sent), 201, l.show(id, u.fields, u))
	x.Response.Header = append(x.Response.Header, contract.Field{Name: "Location", Value: "/users/" + id})
	return x
}

func (l *Log) some() string { return l.ids[l.rand.IntN(len(l.ids))] }

func (l *Log) read() *contract.Exchange {
	if len(l.gone) > 0 && l.rand.IntN(50) == 0 {
		return l.missing("GET", l.gone[l.rand.IntN(len(l.gone))], "")
	}
	id := l.some()
	u := *l.users[id]
	fields := u.fields
	switch l.rand.IntN(4) {
	case 0:
		if fields["birthday"] != nil && l.fault("users/read-back") {
			fields = maps.Clone(fields)
			fields["birthday"] = "1901-01-01"
		}
	case 1:
		if l.fault("users/created-at-fixed") {
			u.created = u.created.Add(-time.Hour)
		}
	case 2:
		if l.fault("users/created-readable") {
			return l.missing("GET", id, "")
		}
	case 3:
		if l.old != "" && l.fault("token/expired") {
			x := l.make("GET", "/users/"+id, "", 200, l.show(id, fields, &u))
			x.Request.Header[0].Value = "Bearer " + l.old
			return x
		}
	}
	return l.make("GET", "/users/"+id, "", 200, l.show(id, fields, &u))
}

func (l *Log) missing(method, id, sent string) *contract.Exchange {
	return l.make(method, "/users/"+id, sent, 404, `{"error":"not_found","message":"There is no such user."}`)
}

func (l *Log) patch() *contract.Exchange {
	id := l.some()
	u := l.users[id]
	sent := l.fields(0.15)
	if thresholds, ok := sent["thresholds"].(map[string]any); ok && l.rand.IntN(2) == 0 {
		sent["thresholds"] = map[string]any{"ftp": thresholds["ftp"]}
	}
	changed := false
	for name, value := range sent {
		if parts, ok := value.(map[string]any); ok {
			if old, ok := u.fields[name].(map[string]any); ok {
				merged := maps.Clone(old)
				maps.Copy(merged, parts)
				value = merged
			}
		}
		changed = changed || object(map[string]any{"v": u.fields[name]}) != object(map[string]any{"v": value})
		u.fields[name] = value
	}
	if u.fields["lastname"] != nil && sent["lastname"] == nil && l.fault("users/patch-keeps") {
		delete(u.fields, "lastname")
		changed = true
	}
	if changed {
		u.updated = l.now
	}
	return l.make("PATCH", "/users/"+id, object(sent), 200, l.show(id, u.fields, u))
}

func (l *Log) put() *contract.Exchange {
	id := l.some()
	u := l.users[id]
	sent := l.fields(0.6)
	kept := u.fields["gender"]
	u.fields, u.updated = maps.Clone(sent), l.now
	if kept != nil && sent["gender"] == nil && l.fault("users/put-replaces") {
		u.fields["gender"] = kept
	}
	return l.make("PUT", "/users/"+id, object(sent), 200, l.show(id, u.fields, u))
}

func (l *Log) remove() *contract.Exchange {
	id := l.some()
	if at, found := slices.BinarySearch(l.ids, id); found {
		l.ids = slices.Delete(l.ids, at, at+1)
	}
	delete(l.users, id)
	l.gone = append(l.gone, id)
	return l.make("DELETE", "/users/"+id, "", 204, "")
}

func (l *Log) list() *contract.Exchange {
	from := 0
	path := "/users?limit=" + strconv.Itoa(l.o.PageSize)
	if l.walk != "" {
		path += "&page=" + l.walk
		from, _ = slices.BinarySearch(l.ids, strings.TrimPrefix(l.walk, "after-"))
	}
	to := min(from+l.o.PageSize, len(l.ids))
	var users []string
	for _, id := range l.ids[from:to] {
		u, fields := l.users[id], l.users[id].fields
		if fields["gender"] != nil && l.rand.IntN(l.o.PageSize) == 0 && l.fault("users/list-agrees") {
			fields = maps.Clone(fields)
			delete(fields, "gender")
		}
		users = append(users, l.show(id, fields, u))
	}
	next := ""
	l.walk = ""
	if to < len(l.ids) {
		next = fmt.Sprintf(`,"next_page":%q`, "after-"+l.ids[to])
		if from == 0 {
			l.full = l.rand.IntN(100) == 0
		}
		if l.full || l.rand.IntN(2) == 0 { // most people look no further
			l.walk = "after-" + l.ids[to]
		}
	}
	return l.make("GET", path, "", 200, fmt.Sprintf(`{"users":[%s],"pagination":{"limit":%d,"total":%d%s}}`, strings.Join(users, ","), l.o.PageSize, len(l.ids), next))
}

// fields are some fields of a user, each as likely as is said.
func (l *Log) fields(likely float64) map[string]any {
	all := map[string]any{
		"firstname": pick(l.rand, "Avery", "Robin", "Zoë", "Kim"), "lastname": pick(l.rand, "Smith", "Jones", "Müller"),
		"gender": pick(l.rand, "male", "female", "other"), "birthday": fmt.Sprintf("19%02d-04-23", 50+l.rand.IntN(50)),
		"height": 150 + float64(l.rand.IntN(500))/10, "weight": 50 + float64(l.rand.IntN(500))/10, "language": pick(l.rand, "en", "de"), "tz_offset": 3600,
		"thresholds": map[string]any{"ftp": 200 + l.rand.IntN(100), "mhr": 180 + l.rand.IntN(20), "lthr": 160}, "location": map[string]any{"lat": 48.1, "lon": 11.5},
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if l.rand.Float64() > likely {
			delete(all, name)
		}
	}
	return all
}

func pick(r *rand.Rand, values ...string) string { return values[r.IntN(len(values))] }
