package recording_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
)

// around are texts that begin or end with something that has a form of its own,
// with words of nobody's marked places around it.
func around(canary string) []string {
	all := []string{
		"172.5 " + canary, "+49 170 1234567 " + canary, canary + " 2026-11-02", "users:read " + canary, "de-DE " + canary,
		"eyJhbGciOiJIUzI1NiJ9." + canary + ".x", "550e8400-e29b-41d4-a716-446655440000 " + canary,
		"eyJhbGciOiJIUzI1NiJ9.e30.c2ln " + canary, "Bearer " + canary, "bearer." + canary, "metric " + canary, "female:" + canary,
		"Wed, 21 Oct 2026 07:28:00 GMT " + canary, "urn:onvy:project:" + canary, "https://api.onvy.health/" + canary, "api.onvy.health:" + canary,
		"eyJpZCI6ImEifQ==" + canary, "172.5" + canary, "1e3 " + canary, "true " + canary, "null" + canary, "en," + canary, "application/json; charset=" + canary,
	}
	for _, date := range []string{"2026-11-02", "1990-05-17", "2026-02-30", "0000-00-00", "2026-11-02T10:00", "2026-11-02T10:00:00Z", "2026-11-02 10:00:00.123+02:00"} {
		for _, between := range []string{" ", "T", "t", "", "T10:00 ", "Z", ",", "\t", "\n", " 10:00:00 ", "-", "+"} {
			all = append(all, date+between+canary)
		}
	}
	return all
}

func TestNothingStaysBehindADate(t *testing.T) {
	const canary = "Johannes Brahms j.brahms@example.com Hauptstrasse"
	r := redactor(t)
	for _, text := range around(canary) {
		quoted, err := json.Marshal(text)
		require.NoError(t, err)
		body := fmt.Sprintf(`{"note":%[1]s,"birthday":%[1]s,"created_at":%[1]s,"language":%[1]s,"data_syncs":[{"updated_at":%[1]s}]}`, quoted)
		x := answer("GET", "/users/u?since="+url.QueryEscape(text), 200, body)
		x.Request.URL += "&x=" + url.QueryEscape(text)
		x.Request.Header = contract.Header{{Name: "Cookie", Value: "since=" + url.QueryEscape(text)}}
		x.Response.Header = append(x.Response.Header, contract.Field{Name: "Location", Value: "/nowhere/" + url.PathEscape(text)})
		out := r.Exchange(x)
		all := out.Request.URL + out.Request.Header.Get("Cookie") + string(out.Response.Body) + out.Response.Header.Get("Location")
		for _, word := range []string{"Johannes", "Brahms", "brahms", "example", "Hauptstrasse"} {
			require.NotContains(t, all, word, text)
		}
	}
}

// Digits behind a date are a time only where they are written as one.
func TestNoNumberIsTakenForATimeOfDay(t *testing.T) {
	r := redactor(t)
	for _, text := range []string{"2026-11-02 4917012345678", "2026-11-02T49.170.1234567", "2026-11-02 49:170:1234567", "2026-11-02T10:00:00.4917012345678Z", "2026-11-02T10:00:00+4917012345"} {
		out := redacted(r, fmt.Sprintf(`{"note":%[1]q,"birthday":%[1]q,"created_at":%[1]q}`, text))
		require.NotContains(t, out, "4917012345")
		require.NotContains(t, out, "1234567")
	}
	require.Contains(t, redacted(r, `{"created_at":"2026-11-02T10:20:30.123456789+02:00"}`), `"2026-11-02T10:20:30.123456789+02:00"`)
	require.Regexp(t, `T10:20:30Z"`, redacted(r, `{"note":"2026-11-02T10:20:30Z"}`))
}

// The pseudonym of the shortest value depends on the key like that of any other:
// over many Redactors every other value turns up, and never the value itself.
func TestShortValuesHaveNoPseudonymWithoutAKey(t *testing.T) {
	for _, place := range []struct {
		format, value string
		others        int
	}{
		{`{"weight":%s}`, "70", 8}, {`{"height":%s}`, "200", 8}, {`{"location":{"lat":%s}}`, "50", 8}, {`{"location":{"lon":%s}}`, "-8", 8},
		{`{"firstname":%q}`, "A", 25}, {`{"firstname":%q}`, "ä", 10}, {`{"id":%q}`, "x", 25}, {`{"id":%q}`, "7", 9}, {`{"lastname":%q}`, "王", 20},
	} {
		got := map[string]bool{}
		for range 400 {
			got[redacted(redactor(t), fmt.Sprintf(place.format, place.value))] = true
		}
		require.GreaterOrEqual(t, len(got), place.others, place.format)
		require.NotContains(t, got, fmt.Sprintf(place.format, place.value))
	}
}

func TestEveryLengthFromOneOnIsOneToOneAndMoves(t *testing.T) {
	for n := 1; n <= 300; n++ {
		r := redactor(t)
		seen := map[string]bool{}
		for i := range 20 {
			value := strings.Repeat("b", n-1) + string(rune('a'+i))
			out := redacted(r, fmt.Sprintf(`{"firstname":%q}`, value))
			require.NotContains(t, out, `"`+value+`"`)
			require.Len(t, out, len(fmt.Sprintf(`{"firstname":%q}`, value)))
			seen[out] = true
		}
		require.Len(t, seen, 20, "length %d", n)
	}
}

// Such fields are kept because they have words of protocols in them. What else
// is in them was put there by somebody.
func TestTechnicalHeadersKeepNothingButProtocol(t *testing.T) {
	r := redactor(t)
	value := func(name, v string) string {
		x := answer("GET", "/users", 200, `{}`)
		x.Response.Header = contract.Header{{Name: name, Value: v}}
		x.Request.Header = x.Response.Header
		out := r.Exchange(x)
		require.Equal(t, out.Request.Header, out.Response.Header)
		return out.Response.Header[0].Value
	}
	for _, f := range [][2]string{
		{"RateLimit-Policy", `"annegret.muster@example.com";q=100`}, {"RateLimit", `"burst";r=50;t=30;pk=:annegret.muster@example.com:`},
		{"X-RateLimit-Limit", "user 4915112345 limit 10"}, {"X-RateLimit-Limit", "annegret=4915112345"},
		{"Content-Language", "Annegret Muster, Hauptstrasse, Hamburg"}, {"Accept-Language", "annegret.muster@example.com"}, {"Accept-Language", "Annegret"},
		{"Content-Type", "application/json; user=annegret.muster"}, {"Content-Type", "multipart/form-data; boundary=annegret.muster"},
		{"Accept", "application/annegret, text/muster"}, {"Vary", "Annegret, Muster"}, {"Cache-Control", "private=\"annegret muster\""}, {"Keep-Alive", "annegret=4915112345"},
	} {
		out := value(f[0], f[1])
		for _, word := range []string{"annegret", "muster", "hamburg", "hauptstrasse", "4915112345"} {
			require.NotContains(t, strings.ToLower(out), word, f[0])
		}
	}
	for _, f := range [][2]string{
		{"RateLimit-Policy", `"default";q=100;w=60`}, {"RateLimit", `limit=100, remaining=50, reset=30`}, {"X-RateLimit-Reset", "1772735427"},
		{"X-RateLimit-Limit", "100, 100;window=60"}, {"Content-Length", "1234567"}, {"Age", "0"}, {"Content-Language", "en"},
		{"Accept-Language", "de-CH,de;q=0.9,en-US;q=0.8,zh-Hans-CN;q=0.7,*;q=0.5"}, {"Content-Type", "application/json; charset=iso-8859-1"},
		{"Content-Type", "application/problem+json"}, {"Content-Type", "text/html; charset=windows-1252"}, {"Accept", "application/json, text/plain, */*;q=0.8"},
		{"Vary", "Origin, Accept-Encoding, Access-Control-Request-Headers"}, {"Cache-Control", "private, max-age=31536000, stale-while-revalidate=60, no-transform"},
		{"Strict-Transport-Security", "max-age=31536000; includeSubDomains; preload"}, {"Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS"},
		{"Connection", "keep-alive"}, {"Keep-Alive", "timeout=5, max=1000"}, {"Accept-Encoding", "gzip, deflate, br, zstd"}, {"Upgrade", "h2c"},
		{"X-Content-Type-Options", "nosniff"}, {"X-Frame-Options", "SAMEORIGIN"}, {"Transfer-Encoding", "chunked"}, {"Sec-Fetch-Mode", "cors"},
	} {
		require.Equal(t, f[1], value(f[0], f[1]), f[0])
	}
}

// Places that keep words keep none that was learned, however it is written.
func TestLearnedValuesAreFoundInOtherSpellings(t *testing.T) {
	const name = "Jördis"
	entities := func(format string) func(string) string {
		return func(s string) string {
			var b strings.Builder
			for _, c := range s {
				fmt.Fprintf(&b, format, c)
			}
			return b.String()
		}
	}
	for spelling, write := range map[string]func(string) string{
		"small": strings.ToLower, "capital": strings.ToUpper, "as it is": strings.TrimSpace,
		"decomposed": norm.NFD.String, "decomposed and capital": func(s string) string { return norm.NFD.String(strings.ToUpper(s)) },
		"numbers": entities("&#%d;"), "hex": entities("&#x%x;"), "numbers with zeros": entities("&#00%d;"), "named": func(s string) string { return strings.ReplaceAll(s, "ö", "&ouml;") },
		"bytes": func(s string) string {
			return strings.Trim(strings.Join(strings.Fields(fmt.Sprint([]byte(s))), ", "), "[]")
		},
	} {
		for place, in := range places() {
			r := redactor(t)
			r.Exchange(answer("GET", "/users/u", 200, `{"firstname":"`+name+`"}`))
			x := in(write(name))
			x.Name, x.Err = "", nil
			redacted := r.Exchange(x)
			out := fmt.Sprint(redacted.Request, *redacted.Response, string(redacted.Request.Body), string(redacted.Response.Body), string(redacted.Response.Extra))
			require.False(t, readable(out, name) || strings.Contains(out, write(name)), "%s in %s: %s", spelling, place, out)
		}
	}
}

// readable reports whether a value can be read in a text by whoever takes HTML
// and capitals off.
func readable(text, value string) bool {
	plain := strings.ToLower(norm.NFC.String(html.UnescapeString(text)))
	return slices.ContainsFunc([]string{plain, strings.ReplaceAll(plain, `\u00f6`, "ö")}, func(s string) bool { return strings.Contains(s, strings.ToLower(value)) })
}

// Whoever has a name like a word of an error message keeps it only in small letters.
func TestNamesThatAreWordsAreRedacted(t *testing.T) {
	r := redactor(t)
	out := string(r.Exchange(answer("GET", "/users/u", 404, `{"error":"not_found","message":"no user Will Grant, Mark May or Jan Page; will try the page again"}`)).Response.Body)
	// One of them may get the name of another one.
	names := regexp.MustCompile(`no user (\w+) (\w+), (\w+) (\w+) or (\w+) (\w+);`).FindStringSubmatch(out)
	require.NotNil(t, names, out)
	for i, name := range []string{"Will", "Grant", "Mark", "May", "Jan", "Page"} {
		require.NotEqual(t, name, names[i+1])
	}
	require.Contains(t, out, "; will try the page again")
}

// What a property is, openapi.yaml says; no name is known to the code.
func TestTextsAreMarkedInTheSpec(t *testing.T) {
	spec := func(marks string) []byte {
		return []byte(`{"openapi":"3.0.3","info":{"title":"t","version":"1"},"servers":[{"url":"https://api.onvy.health"}],"paths":{"/things":{"get":{"responses":{"200":{"description":"ok",
			"content":{"application/json":{"schema":{"type":"object","properties":{"label":{"type":"string"` + marks + `},"deep":{"type":"number","x-onvy-sensitive":"latitude"}}}}}}}}}}}`)
	}
	body := func(s []byte, text string) string {
		r, err := recording.NewRedactor(s)
		require.NoError(t, err)
		return string(r.Exchange(answer("GET", "/things", 200, text)).Response.Body)
	}
	require.NotContains(t, body(spec(""), `{"label":"Anna"}`), "Anna", "nobody said that it is harmless")
	require.Equal(t, `{"label":"Anna"}`, body(spec(`,"x-onvy-sensitive":"none"`), `{"label":"Anna"}`), "a code, as the spec says")
	require.NotContains(t, body(spec(`,"x-onvy-sensitive":"text"`), `{"label":"Anna"}`), "Anna")
	for range 50 {
		var out struct{ Deep float64 }
		require.NoError(t, json.Unmarshal([]byte(body(spec(""), `{"deep":88.125}`)), &out))
		require.LessOrEqual(t, out.Deep, 90.0)
	}
}
