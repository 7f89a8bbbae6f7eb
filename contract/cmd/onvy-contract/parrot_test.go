package main

import (
	"bytes"
	"encoding/base64"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// personCanary is in a field of a user who is not of the suite.
const personCanary = "Wilhelmina-Canary-7719"

// parroted are the tokens and secrets that were sent to a parrot, or came from it.
var parroted secrets

type secrets struct {
	mu  sync.Mutex
	had map[string]bool
}

func (s *secrets) add(texts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.had == nil {
		s.had = map[string]bool{}
	}
	for _, text := range texts {
		if len(text) >= 12 {
			s.had[text] = true
		}
	}
}

func (s *secrets) all() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for text := range s.had {
		all = append(all, text)
	}
	return all
}

// parrot is a server that says in each answer what it was told: the credentials
// in a header, the tokens in errors; and lists a person among its users.
func parrot(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // of a test
		r.Body = io.NopCloser(bytes.NewReader(body))
		scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		// What the suite made up itself is no secret, and evidence says it.
		if scheme == "Bearer" && !strings.HasPrefix(value, "contract-made-up") {
			parroted.add(value)
		}
		recorded := httptest.NewRecorder()
		next.ServeHTTP(recorded, r)
		answer := recorded.Body.String()
		if strings.HasSuffix(r.URL.Path, "/token") || strings.Contains(answer, "access_token") {
			for _, name := range []string{"access_token", "refresh_token"} {
				if _, rest, ok := strings.Cut(answer, `"`+name+`":"`); ok {
					token, _, _ := strings.Cut(rest, `"`)
					parroted.add(token)
				}
			}
		}
		switch {
		case recorded.Code >= 400 && strings.HasPrefix(strings.TrimSpace(answer), "{"):
			answer = strings.Replace(answer, "{", `{"said":`+strconv.Quote(r.Header.Get("Authorization"))+",", 1)
		case r.Method == http.MethodGet && strings.Contains(answer, `"users":[`):
			answer = strings.Replace(answer, `"users":[`, `"users":[{"id":"somebody","firstname":"`+personCanary+`","created_at":7},`, 1)
			answer = strings.Replace(answer, ",]", "]", 1)
		}
		for name, values := range recorded.Header() {
			w.Header()[name] = values
		}
		w.Header().Del("Content-Length")
		w.Header().Set("X-Parrot", r.Header.Get("Authorization"))
		w.WriteHeader(recorded.Code)
		_, _ = io.WriteString(w, answer) // the client may be gone
	})
}

// forms are what a text looks like in URLs, HTML, JSON and base64.
func forms(text string) []string {
	quoted := strconv.Quote(text)
	return []string{text, url.QueryEscape(text), html.EscapeString(text), quoted[1 : len(quoted)-1], base64.StdEncoding.EncodeToString([]byte(text))}
}
