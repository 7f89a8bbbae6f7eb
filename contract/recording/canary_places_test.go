package recording_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/onvy-health/onvy-go/contract"
)

// canary is a value that must not survive, and the exchange that shows in a
// marked place what it is.
type canary struct {
	kind, value string
	show        func(t testing.TB, value string) *contract.Exchange
}

func canaries() []canary {
	inUser := func(member string) func(testing.TB, string) *contract.Exchange {
		return func(_ testing.TB, v string) *contract.Exchange {
			b, _ := json.Marshal(map[string]string{member: v})
			return answer("GET", "/users/u", 200, string(b))
		}
	}
	withHeader := func(name, format string) func(testing.TB, string) *contract.Exchange {
		return func(_ testing.TB, v string) *contract.Exchange {
			x := answer("GET", "/users", 200, "{}")
			x.Request.Header = contract.Header{{Name: name, Value: fmt.Sprintf(format, v)}}
			return x
		}
	}
	return []canary{
		{"user id", "google_104940819145861640201", inUser("id")},
		{"e-mail as an id", "zachary.quirin+1@beispiel.example", inUser("id")},
		{"number as an id", "104940819145861640201", inUser("id")},
		{"id in the path", "path/zachary 7", func(_ testing.TB, v string) *contract.Exchange {
			return answer("GET", "/users/"+url.PathEscape(v), 200, "{}")
		}},
		{"first name", "Zacharias", inUser("firstname")},
		{"name beyond ASCII", "Łukasz Źdźbło", inUser("lastname")},
		{"birthday", "1983-07-19", inUser("birthday")},
		{"opaque token", "rt_01JQ7Y5V8MZKXW", func(_ testing.TB, v string) *contract.Exchange {
			return answer("POST", "/oauth/token", 200, `{"access_token":"a","refresh_token":"`+v+`"}`)
		}},
		{"access token", func() string {
			s, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": "zachary_quirin_8"}).SignedString([]byte("k"))
			return s
		}(), withHeader("Authorization", "Bearer %s")},
		{"identity token", "eyJhbGciOiJSUzI1NiIsImtpZCI6InphY2gifQ.eyJlbWFpbCI6InphY2hAZXhhbXBsZS5vcmciLCJzdWIiOiJ6YWNoYXJ5XzkifQ.c2lnbmF0dXJlLW9mLXphY2g", func(_ testing.TB, v string) *contract.Exchange {
			x := answer("POST", "/v1/projects/p/auth/sdk", 200, "{}")
			x.Request.Body = []byte(`{"grant":"exchange","client_id":"sdk","token":"` + v + `"}`)
			return x
		}},
		{"client secret", "hunter2/hunter2+hunter2", func(_ testing.TB, v string) *contract.Exchange {
			x := answer("POST", "/v1/projects/p/auth/server", 200, "{}")
			x.Request.Header = contract.Header{{Name: "Authorization", Value: "Basic " + base64.StdEncoding.EncodeToString([]byte("server:"+v))}}
			return x
		}},
		{"secret in a form", "s3cr3t=&%s3cr3t", func(_ testing.TB, v string) *contract.Exchange {
			x := answer("POST", "/oauth/token", 200, "{}")
			x.Request.Header = contract.Header{{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}}
			x.Request.Body = []byte(url.Values{"client_secret": {v}}.Encode())
			return x
		}},
		{"cookie", "c00kie-c00kie-c00kie", withHeader("Cookie", "sid=%s")},
		{"cursor", "Y3Vyc29yLW9mLXphY2hhcnk", func(_ testing.TB, v string) *contract.Exchange {
			return answer("GET", "/users?page="+v, 200, "{}")
		}},
	}
}

// encodings are the ways in which a value may be written.
func encodings(t testing.TB) map[string]func(string) string {
	quoted := func(s string) string { b, _ := json.Marshal(s); return strings.Trim(string(b), `"`) }
	return map[string]func(string) string{
		"plain":              func(s string) string { return s },
		"JSON":               quoted,
		"JSON in JSON":       func(s string) string { return quoted(quoted(s)) },
		"\\u":                func(s string) string { return escapeAll(s, `\u%04x`) },
		"\\U":                func(s string) string { return strings.ReplaceAll(escapeAll(s, `\u%04X`), `\U`, `\u`) },
		"query":              url.QueryEscape,
		"path":               url.PathEscape,
		"every byte %":       func(s string) string { return percentAll(s, "%%%02X") },
		"every byte % low":   func(s string) string { return percentAll(s, "%%%02x") },
		"base64":             func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"base64url":          func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
		"base64 behind 1":    func(s string) string { return base64.StdEncoding.EncodeToString([]byte("x" + s)) },
		"base64 behind 2":    func(s string) string { return base64.StdEncoding.EncodeToString([]byte("xx" + s)) },
		"base64 in a word 1": func(s string) string { return "a" + base64.RawURLEncoding.EncodeToString([]byte(s)) },
		"base64 in a word 2": func(s string) string { return "v_" + base64.RawURLEncoding.EncodeToString([]byte(s)) },
		"base64 in a word 3": func(s string) string { return "abc" + base64.StdEncoding.EncodeToString([]byte(s)) },
		"base64 of base64": func(s string) string {
			return base64.StdEncoding.EncodeToString([]byte(base64.URLEncoding.EncodeToString([]byte(s))))
		},
		"base64 of JSON":    func(s string) string { return base64.StdEncoding.EncodeToString([]byte(`{"k":"` + quoted(s) + `"}`)) },
		"query of base64":   func(s string) string { return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(s))) },
		"payload of a JWT":  func(s string) string { return accessToken(t, jwt.MapClaims{"sub": s}) },
		"claim of a JWT":    func(s string) string { return accessToken(t, jwt.MapClaims{"x": map[string]any{"y": []string{s}}}) },
		"behind a plain id": func(s string) string { return "auth0|" + s },
	}
}

func escapeAll(s, format string) string {
	var b strings.Builder
	for _, c := range s {
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

func percentAll(s, format string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

// places are where a value may turn up beside the marked place.
func places() map[string]func(string) *contract.Exchange {
	get := func() *contract.Exchange { return answer("GET", "/users/u", 404, `{"error":"not_found"}`) }
	return map[string]func(string) *contract.Exchange{
		"message": func(v string) *contract.Exchange {
			x := get()
			x.Response.Body = []byte(`{"error":"not_found","message":"no user ` + v + ` here"}`)
			return x
		},
		"unknown member": func(v string) *contract.Exchange {
			x := get()
			x.Response.Body = []byte(`{"error":"not_found","detail":{"who":["` + v + `"]}}`)
			return x
		},
		"unmarked member": func(v string) *contract.Exchange {
			return answer("GET", "/users/u", 200, `{"language":"`+v+`","created_at":"`+v+`","gender":"`+v+`"}`)
		},
		"name of a member": func(v string) *contract.Exchange { x := get(); x.Response.Body = []byte(`{"` + v + `":1}`); return x },
		"truncated body": func(v string) *contract.Exchange {
			x := get()
			x.Response.Body = []byte(`{"users":[{"nick":"` + v)
			return x
		},
		"HTML": func(v string) *contract.Exchange {
			x := get()
			x.Response.Body = []byte(`<p title="` + v + `">` + v + `</p>`)
			return x
		},
		"text":         func(v string) *contract.Exchange { x := get(); x.Response.Body = []byte(v); return x },
		"request body": func(v string) *contract.Exchange { x := get(); x.Request.Body = []byte(`["` + v + `"]`); return x },
		"form": func(v string) *contract.Exchange {
			x := get()
			x.Request.Header = contract.Header{{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}}
			x.Request.Body = []byte("a=" + v + "&" + v)
			return x
		},
		"query": func(v string) *contract.Exchange { x := get(); x.Request.URL += "?q=" + v + "&limit=" + v; return x },
		"path": func(v string) *contract.Exchange {
			x := get()
			x.Request.URL = "https://api.onvy.health/nowhere/" + v
			return x
		},
		"user of a URL": func(v string) *contract.Exchange {
			x := get()
			x.Request.URL = "https://" + v + "@api.onvy.health/users"
			return x
		},
		"unknown header": func(v string) *contract.Exchange {
			x := get()
			x.Request.Header = contract.Header{{Name: "X-Trace", Value: v}}
			return x
		},
		"technical header": func(v string) *contract.Exchange {
			x := get()
			x.Response.Header = contract.Header{{Name: "Vary", Value: v}, {Name: "Content-Type", Value: v}, {Name: "Date", Value: v}}
			return x
		},
		"challenge": func(v string) *contract.Exchange {
			x := get()
			x.Response.Header = contract.Header{{Name: "WWW-Authenticate", Value: `Bearer error_description="` + v + `"`}}
			return x
		},
		"name of a header": func(v string) *contract.Exchange {
			x := get()
			x.Response.Header = contract.Header{{Name: v, Value: "1"}}
			return x
		},
		"Location": func(v string) *contract.Exchange {
			x := get()
			x.Response.Header = contract.Header{{Name: "Location", Value: "/x/" + v + "?y=" + v + "#" + v}}
			return x
		},
		"Set-Cookie": func(v string) *contract.Exchange {
			x := get()
			x.Response.Header = contract.Header{{Name: "Set-Cookie", Value: v + "=" + v + "; Domain=" + v + "; " + v + "=" + v + "; " + v}}
			return x
		},
		"other scheme": func(v string) *contract.Exchange {
			x := get()
			x.Request.Header = contract.Header{{Name: "Authorization", Value: v + " " + v}}
			return x
		},
		"reason":      func(v string) *contract.Exchange { x := get(); x.Response.Reason = v; return x },
		"bytes after": func(v string) *contract.Exchange { x := get(); x.Response.Extra = []byte(v); return x },
		"error":       func(v string) *contract.Exchange { x := get(); x.Err = errors.New(v); return x },
		"method":      func(v string) *contract.Exchange { x := get(); x.Request.Method = v; return x },
		"name":        func(v string) *contract.Exchange { x := get(); x.Name = v; return x },
		"binary":      func(v string) *contract.Exchange { x := get(); x.Response.Body = []byte("\x1f\x8b\x00" + v); return x },
		"wrong text": func(v string) *contract.Exchange {
			x := get()
			x.Response.Body = []byte("{\"a\":\"\xff" + v + "\"}")
			return x
		},
	}
}
