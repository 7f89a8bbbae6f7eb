package faults_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// patience is how long an answer may take, for those that never come.
const patience = 2 * faults.Slow

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// session is a fixed series of requests over bare connections. It stops where
// an answer is not the expected one.
type session struct {
	t    *testing.T
	srv  *sandbox.Server
	addr string

	expected   []string
	transcript []string
	difference string
	notes      *notes
}

func newSession(t *testing.T, srv *sandbox.Server, addr string, expected []string, literal bool) *session {
	return &session{t: t, srv: srv, addr: addr, expected: expected, notes: newNotes(literal)}
}

type stop struct{}

func (s *session) run() {
	defer func() {
		if r := recover(); r != nil && r != (stop{}) {
			panic(r)
		}
	}()
	s.tokens()
	s.oauth()
	s.bearers()
	s.users()
	s.values()
	s.refusals()
	s.pages()
	s.projects()
	s.protocol()
	s.race()
}

// do sends a request, writes down the answer, and stops the session if it is
// another one than expected.
func (s *session) do(method, target, body string, header ...string) reply {
	raw := s.raw(method, target, body, header...)
	r := readReply(raw)
	line := fmt.Sprintf("%d. %s %s %.60s\n%s", len(s.transcript)+1, method, target, body, s.notes.of(method, r))
	line = s.notes.alias(line)
	s.transcript = append(s.transcript, line)
	if n := len(s.transcript); s.expected != nil && line != s.expected[n-1] {
		s.difference = fmt.Sprintf("expected %s\ngot      %s", s.expected[n-1], line)
		panic(stop{})
	}
	return r
}

// raw returns all bytes that come back until the connection is closed.
func (s *session) raw(method, target, body string, header ...string) []byte {
	conn, err := net.Dial("tcp", s.addr)
	require.NoError(s.t, err)
	defer conn.Close()
	require.NoError(s.t, conn.SetDeadline(time.Now().Add(patience)))
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", method, target, s.addr)
	if body != "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	}
	for i := 0; i < len(header); i += 2 {
		fmt.Fprintf(&b, "%s: %s\r\n", header[i], header[i+1])
	}
	b.WriteString("\r\n" + body)
	_, _ = conn.Write(b.Bytes())
	asked := time.Now()
	raw, err := io.ReadAll(io.LimitReader(conn, 1<<17))
	if nerr, ok := err.(net.Error); ok && nerr.Timeout() {
		raw = append(raw, "\n[no more for a while]"...)
	} else if time.Since(asked) >= faults.Slow {
		raw = append(raw, "\n[late]"...)
	}
	return raw
}

const (
	asJSON = "application/json"
	asForm = "application/x-www-form-urlencoded"
)

func (s *session) json(method, target, token, body string) reply {
	return s.do(method, target, body, "Authorization", "Bearer "+token, "Content-Type", asJSON)
}

func (s *session) get(target, token string) reply {
	return s.do("GET", target, "", "Authorization", "Bearer "+token)
}

func (s *session) mint(change ...func(map[string]any)) string {
	return s.srv.MintAccessToken(change...).Reveal()
}

func claim(name string, value any) func(map[string]any) {
	return func(claims map[string]any) { claims[name] = value }
}

func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

func (s *session) tokens() {
	p, o := s.srv.Project, s.srv.Other
	right := basic(p.ClientID, p.ClientSecret.Reveal())
	server := func(authorization, body string) reply {
		return s.do("POST", "/v1/projects/"+p.ID+"/auth/server", body, "Authorization", authorization, "Content-Type", asJSON)
	}
	sdk := func(grant, token string) reply {
		return s.do("POST", "/v1/projects/"+p.ID+"/auth/sdk", fmt.Sprintf(`{"grant":%q,"token":%q,"client_id":"sdk"}`, grant, token), "Content-Type", asJSON)
	}
	first := server(right, `{"scope":"users:read users:create"}`)
	server(right, `{"scope":"users:read users:create"}`)
	server(right, `{}`)
	server(right, `{"scope":"nope"}`)
	server("basic"+right[5:], `{"scope":"users:read"}`)
	server(basic(p.ClientID, "canary-secret"), `{}`)
	server(basic("nobody", "canary-secret"), `{}`)
	server(basic(o.ClientID, o.ClientSecret.Reveal()), `{}`)
	server("Basic !", `{}`)
	server("", `{}`)
	server("Bearer "+first.text("access_token"), `{}`)
	server(basic("nobody", p.ClientSecret.Reveal()), `{}`)
	server(right, `{`)
	s.do("POST", "/v1/projects/proj_unknown/auth/server", `{}`, "Authorization", right, "Content-Type", asJSON)
	s.do("GET", "/v1/projects/"+p.ID+"/auth/server", "")
	s.get("/users", first.text("access_token"))

	exchanged := sdk("exchange", s.srv.MintIDToken("eve").Reveal())
	s.get("/users/eve", exchanged.text("access_token"))
	refreshed := sdk("refresh", exchanged.text("refresh_token"))
	s.get("/users", refreshed.text("access_token"))
	sdk("refresh", exchanged.text("refresh_token"))
	sdk("refresh", "garbage")
	s.do("POST", "/v1/projects/"+p.ID+"/auth/sdk", `{"grant":"exchange","token":"x","client_id":"nobody"}`, "Content-Type", asJSON)
	sdk("exchange", "garbage")
	sdk("exchange", s.srv.MintIDToken("eve", claim("aud", "elsewhere")).Reveal())
}

func (s *session) oauth() {
	p := s.srv.Project
	post := func(query string, form url.Values, header ...string) reply {
		return s.do("POST", "/oauth/token"+query, form.Encode(), append([]string{"Content-Type", asForm}, header...)...)
	}
	form := func(pairs ...string) url.Values {
		f := url.Values{"audience": {"urn:onvy:project:" + p.ID}}
		for i := 0; i < len(pairs); i += 2 {
			f.Add(pairs[i], pairs[i+1])
		}
		return f
	}
	client := []string{"grant_type", "client_credentials", "client_id", p.ClientID, "client_secret", p.ClientSecret.Reveal()}
	post("", form(append(client, "scope", "users:read")...))
	post("", form(append(client, "unknown", "1")...))
	s.get("/users", post("", form(append(client, "scope", "users:read")...)).text("access_token"))
	post("", url.Values{"audience": {"urn:onvy:project:nope"}, "grant_type": {"client_credentials"}, "client_id": {p.ClientID}, "client_secret": {p.ClientSecret.Reveal()}})
	post("", form("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange", "client_id", "sdk"))
	post("", form(append(client, "scope", "users:read", "scope", "users:create")...))
	post("", form(append(client, "scope", "nope")...))
	post("", form(client...), "Authorization", basic(p.ClientID, p.ClientSecret.Reveal()))
	post("?"+form(client...).Encode(), form("grant_type", "client_credentials"))
	post("", form("grant_type", "password", "client_id", p.ClientID, "client_secret", p.ClientSecret.Reveal()))
	post("", form("client_id", p.ClientID, "client_secret", p.ClientSecret.Reveal()))
	post("", form("grant_type", "client_credentials", "client_id", p.ClientID, "client_secret", "canary-secret"))
	post("", form("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange", "client_id", "sdk",
		"subject_token", s.srv.MintIDToken("eve").Reveal(), "subject_token_type", "urn:ietf:params:oauth:token-type:id_token"))
	s.do("POST", "/oauth/token", `{"grant_type":"client_credentials","client_id":"server","client_secret":"sandbox-secret","audience":"urn:onvy:project:proj_sandbox"}`, "Content-Type", asJSON)
	s.do("GET", "/oauth/token", "")
}

func (s *session) bearers() {
	good := s.mint()
	parts := strings.Split(good, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(s.t, err)
	tampered := base64.RawURLEncoding.EncodeToString(bytes.Replace(payload, []byte("client"), []byte("clieNt"), 1))
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
	now := time.Now().Unix()
	s.json("POST", "/users", good, `{"id":"victim"}`)
	for _, authorization := range []string{
		"", basic("server", "sandbox-secret"), "Bearer garbage", "Bearer " + parts[0] + "." + tampered + "." + parts[2],
		"Bearer " + good[:len(good)-5] + "AAAAA", "Bearer " + none + "." + parts[1] + ".",
		"Bearer " + s.mint(claim("exp", now-1)), "Bearer " + s.srv.MintIDToken("eve").Reveal(), "bearer " + good,
	} {
		for _, method := range []string{"GET", "DELETE"} {
			target := "/users/victim"
			if method == "GET" {
				target = "/users"
			}
			s.do(method, target, "", "Authorization", authorization)
			if authorization == "" {
				s.do(method, target, "")
			}
		}
	}
	s.json("POST", "/users", good, `{"id":"victim"}`)
	s.do("GET", "/users", "", "X-API-Key", "x")
	s.do("GET", "/users?access_token="+good, "")
	for _, scope := range []string{"users:read", "users:create", "users:create users:update users:delete"} {
		token := s.mint(claim("scope", scope))
		s.get("/users", token)
		s.get("/users/victim", token)
		s.json("POST", "/users", token, `{"id":"scoped"}`)
		s.json("PATCH", "/users/scoped", token, `{}`)
		s.do("DELETE", "/users/scoped", "", "Authorization", "Bearer "+token)
	}
	user := s.mint(claim("principal_type", "user"), claim("user_id", "eve"), claim("sub", "eve"))
	s.get("/users", user)
	s.get("/users/victim", user)
	s.do("DELETE", "/users/victim", "", "Authorization", "Bearer "+user)
	s.do("DELETE", "/users/victim", "", "Authorization", "Bearer "+good)
}

func (s *session) protocol() {
	token := s.mint()
	auth := []string{"Authorization", "Bearer " + token}
	s.do("TRACE", "/users", "", auth...)
	s.do("GET", "//users", "")
	s.do("GET", "/users/p1", "", append(auth, "X-HTTP-Method-Override", "DELETE")...)
	s.do("GET", "/users/p2", "", append(auth, "Accept", "image/png")...)
	s.do("GET", "/users/a%0d%0aX-Injected:%201", "", auth...)
	s.do("POST", "/users", `{"id":"large","firstname":"`+strings.Repeat("x", 1<<20)+`"}`, append(auth, "Content-Type", asJSON)...)
	s.get("/users/P2", token)
	if s.json("POST", "/users", token, `{"id":"twin"}`).Line != "" {
		s.json("POST", "/users", token, `{"id":"twin"}`)
	}
	for range 4 {
		s.get("/users?limit=6", token)
	}
}

func (s *session) race() {
	token := s.mint()
	s.json("POST", "/users", token, `{"id":"raced"}`)
	var both sync.WaitGroup
	for _, patch := range []string{`{"firstname":"F"}`, `{"lastname":"L"}`} {
		both.Go(func() {
			s.raw("PATCH", "/users/raced", patch, "Authorization", "Bearer "+token, "Content-Type", asJSON)
		})
	}
	both.Wait()
	s.get("/users/raced", token)
}
