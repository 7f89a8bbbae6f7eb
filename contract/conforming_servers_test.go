package contract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/onvy-health/onvy-go/contract/sandbox"
)

func conforming() []server {
	plain := regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
	return []server{
		{name: "a writing of its own", after: each(
			// indented JSON
			func(_ *http.Request, a *answered) {
				var b bytes.Buffer
				if json.Indent(&b, a.body, " ", "\t") == nil {
					a.body = append(b.Bytes(), '\n')
				}
			},
			// a charset
			func(_ *http.Request, a *answered) {
				if a.header.Get("Content-Type") != "" {
					a.header.Set("Content-Type", `application/json;charset="UTF-8"`)
				}
			},
			// headers of gateways
			func(_ *http.Request, a *answered) {
				for name, value := range map[string]string{
					"X-Request-Id": "1", "Via": "1.1 google", "Cf-Ray": "2", "X-Amzn-Trace-Id": "Root=1", "Server": "nginx", "Vary": "Origin",
					"Strict-Transport-Security": "max-age=1", "X-Content-Type-Options": "nosniff", "X-Envoy-Upstream-Service-Time": "1",
				} {
					a.header.Set(name, value)
				}
			},
			// token_type in lower case
			func(_ *http.Request, a *answered) {
				if object := a.object(); object["token_type"] != nil {
					object["token_type"] = "bearer"
					a.set(object)
				}
			},
			// an absolute Location
			func(r *http.Request, a *answered) {
				if at := a.header.Get("Location"); at != "" {
					a.header.Set("Location", "http://"+r.Host+at)
				}
			},
		)},
		{name: "another writing", after: each(
			// names in another order
			func(_ *http.Request, a *answered) {
				if object := a.object(); object != nil {
					a.set(object)
				}
			},
			// texts in escapes
			func(_ *http.Request, a *answered) { a.body = escapeAll(a.body) },
			// numbers with a fraction of zero
			func(_ *http.Request, a *answered) {
				a.eachUser(func(u map[string]any) {
					for _, name := range []string{"height", "weight"} {
						if n, ok := u[name].(json.Number); ok && !strings.ContainsAny(n.String(), ".eE") {
							u[name] = json.Number(n + ".0")
						}
					}
				})
			},
			// no Location
			func(_ *http.Request, a *answered) { a.header.Del("Location") },
			// next_page empty
			lastPage(""),
		)},
		{name: "more than is documented", drift: []string{"schema/undocumented-property"}, after: each(
			// errors with more properties
			func(_ *http.Request, a *answered) {
				if object := a.object(); a.status >= 400 && object != nil {
					object["trace_id"], object["details"] = "7f3a", []any{map[string]any{"field": "id"}}
					a.set(object)
				}
			},
			// users with more properties
			func(_ *http.Request, a *answered) {
				a.eachUser(func(u map[string]any) { u["project_id"] = "proj_sandbox" })
			},
			// data_syncs in reads alone
			func(r *http.Request, a *answered) {
				if r.Method == "GET" {
					a.eachUser(func(u map[string]any) { u["data_syncs"] = []any{} })
				}
			},
		)},
		{name: "opaque tokens", before: opaqueTokens(nil)},
		{name: "a scope set without users:update and users:delete", before: coarseScopes},
		{name: "422 for 400", after: func(r *http.Request, a *answered) {
			if a.status == 400 && r.URL.Path != "/oauth/token" {
				a.status = 422
			}
		}},
		{name: "404 for 403", after: func(r *http.Request, a *answered) {
			if a.status == 403 && strings.HasPrefix(r.URL.Path, "/users/") {
				a.status = 404
				a.header.Del("Www-Authenticate")
				a.set(map[string]any{"error": "not_found"})
			}
		}},
		{name: "timestamps to the second", after: stamps("2006-01-02T15:04:05Z")},
		{name: "timestamps to the millisecond, in a zone", after: stamps("2006-01-02T15:04:05.000+00:00")},
		{name: "timestamps with more digits in the answers to writes", after: func(r *http.Request, a *answered) {
			if r.Method == "GET" {
				stamps("2006-01-02T15:04:05Z")(r, a)
			}
		}},
		{name: "next_page null", drift: []string{"page/next-null"}, after: lastPage(nil)},
		{name: "no total", after: func(_ *http.Request, a *answered) {
			if object := a.object(); object["pagination"] != nil {
				delete(object["pagination"].(map[string]any), "total")
				a.set(object)
			}
		}},
		{name: "chunked answers", raw: func(w http.ResponseWriter, a *answered) {
			w.WriteHeader(a.status)
			w.(http.Flusher).Flush()
			_, _ = w.Write(a.body)
		}},
		{name: "HTTP/1.0", raw: func(w http.ResponseWriter, a *answered) {
			conn, out, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			defer conn.Close()
			_, _ = io.WriteString(out, "HTTP/1.0 "+strconv.Itoa(a.status)+" \r\n")
			_ = a.header.Write(out)
			_, _ = io.WriteString(out, "\r\n")
			_, _ = out.Write(a.body)
			_ = out.Flush()
		}},
		{name: "PUT needs an id", before: inspect(func(r *http.Request, body map[string]any) *answered {
			if r.Method == "PUT" && strings.HasPrefix(r.URL.Path, "/users/") && body != nil && body["id"] == nil {
				return refusalOf(400, "invalid_request")
			}
			return nil
		})},
		{name: "ids of letters and digits alone", before: inspect(func(r *http.Request, body map[string]any) *answered {
			id, isText := body["id"].(string)
			if r.URL.Path == "/users" && r.Method == "POST" && isText && !plain.MatchString(id) {
				return refusalOf(400, "invalid_request")
			}
			return nil
		})},
		{name: "texts up to 100 characters, without control characters", before: inspect(func(r *http.Request, body map[string]any) *answered {
			name, _ := body["firstname"].(string)
			if isUsers(r) && (utf8.RuneCountInString(name) > 100 || strings.ContainsAny(name, "\t\n\u200b<")) {
				return refusalOf(422, "invalid_request")
			}
			return nil
		})},
		{name: "defaults for what is not given", after: func(_ *http.Request, a *answered) {
			a.eachUser(func(u map[string]any) {
				for name, value := range map[string]any{"language": "en", "tz_offset": 0, "measurement_unit": "metric", "coach_config": map[string]any{"enabled": false}} {
					if u[name] == nil {
						u[name] = value
					}
				}
			})
		}},
		{name: "a clock a minute ahead", options: []sandbox.Option{sandbox.WithClock(func() time.Time { return time.Now().Add(time.Minute) })}},
		{name: "a clock a minute behind", options: []sandbox.Option{sandbox.WithClock(func() time.Time { return time.Now().Add(-time.Minute) })}},
		{name: "tokens of five seconds", options: []sandbox.Option{sandbox.WithTTL(5 * time.Second)}},
		{name: "405 for HEAD", before: func(*sandbox.Server) func(*http.Request) *answered {
			return func(r *http.Request) *answered {
				if r.Method != "HEAD" {
					return nil
				}
				a := refusalOf(405, "method_not_allowed")
				a.header.Set("Allow", "GET")
				return a
			}
		}},
		{name: "410 for the deleted", before: deletedGone},
		{name: "other users on the server", before: func(s *sandbox.Server) func(*http.Request) *answered {
			for i := range 150 {
				other(s, "POST", i)
			}
			return func(*http.Request) *answered { return nil }
		}},
		{name: "others who write at the same time", drift: []string{"page/total-agrees"}, before: func(s *sandbox.Server) func(*http.Request) *answered {
			for i := range 30 {
				other(s, "POST", i)
			}
			var mu sync.Mutex
			n := 0
			return func(r *http.Request) *answered {
				if r.URL.Path != "/users" || r.Method != "GET" {
					return nil
				}
				mu.Lock()
				defer mu.Unlock()
				if n++; n%3 == 0 {
					other(s, "DELETE", n/3)
				} else if n%3 == 1 {
					other(s, "POST", 1000+n)
				}
				return nil
			}
		}},
	}
}

// each makes several changes to an answer.
func each(changes ...func(*http.Request, *answered)) func(*http.Request, *answered) {
	return func(r *http.Request, a *answered) {
		for _, change := range changes {
			change(r, a)
		}
	}
}

// other creates or deletes a user that is not the suite's.
func other(s *sandbox.Server, method string, n int) {
	id, path, body := fmt.Sprintf("other_%04d", n), "/users", ""
	if method == "DELETE" {
		path += "/" + id
	} else {
		body = fields("id", id, "firstname", "Other")
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+s.MintAccessToken().Reveal())
	r.Header.Set("Content-Type", "application/json")
	through(s, r)
}

func refusalOf(status int, code string) *answered {
	return &answered{status, http.Header{"Content-Type": {"application/json"}}, []byte(fields("error", code))}
}

// inspect looks at the JSON body of a request that has a good token.
func inspect(look func(r *http.Request, body map[string]any) *answered) func(*sandbox.Server) func(*http.Request) *answered {
	return func(s *sandbox.Server) func(*http.Request) *answered {
		return func(r *http.Request) *answered {
			text, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(text))
			var body map[string]any
			if json.Unmarshal(text, &body) != nil {
				return nil
			}
			answer := look(r, body)
			if answer == nil {
				return nil
			}
			// Whatever it is, the sandbox says whether the caller may ask at all.
			asks := r.Clone(r.Context())
			asks.Body = io.NopCloser(strings.NewReader("{"))
			if a := through(s, asks); a.status == 401 || a.status == 403 || a.status == 415 {
				r.Body = io.NopCloser(bytes.NewReader(text))
				return nil
			}
			return answer
		}
	}
}

// stamps writes timestamps in a form, cut to what it shows.
func stamps(form string) func(*http.Request, *answered) {
	return func(_ *http.Request, a *answered) {
		a.eachUser(func(u map[string]any) {
			for _, name := range []string{"created_at", "updated_at"} {
				if at, err := time.Parse(time.RFC3339Nano, u[name].(string)); err == nil {
					u[name] = at.UTC().Format(form)
				}
			}
		})
	}
}

// lastPage writes next_page where there is none.
func lastPage(value any) func(*http.Request, *answered) {
	return func(_ *http.Request, a *answered) {
		if pagination, ok := a.object()["pagination"].(map[string]any); ok && pagination["next_page"] == nil {
			object := a.object()
			object["pagination"].(map[string]any)["next_page"] = value
			a.set(object)
		}
	}
}

// escapeAll writes every character outside ASCII as an escape.
func escapeAll(body []byte) []byte {
	if !utf8.Valid(body) {
		return body
	}
	var b bytes.Buffer
	for _, r := range string(body) {
		if r < 0x80 {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16Of(r) {
			b.WriteString(`\u` + strconv.FormatUint(0x10000+uint64(unit), 16)[1:])
		}
	}
	return b.Bytes()
}

// deletedGone answers 410 for users that were there once.
func deletedGone(s *sandbox.Server) func(*http.Request) *answered {
	var mu sync.Mutex
	deleted := make(map[string]bool)
	return func(r *http.Request) *answered {
		if !strings.HasPrefix(r.URL.Path, "/users/") {
			return nil
		}
		a := through(s, r)
		key := r.Header.Get("Authorization") + r.URL.EscapedPath()
		mu.Lock()
		defer mu.Unlock()
		switch {
		case a.status == 204:
			deleted[key] = true
		case a.status == 404 && deleted[key]:
			a.status = 410
		}
		return a
	}
}
