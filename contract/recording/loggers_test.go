package recording_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
)

// logged is a line about one user, as a logger may have changed it.
type logged struct {
	auth    any // of the request
	headers map[string]any
	body    any
	base64  string
	sent    string
	method  string
	status  int
	url     string
	started string
}

const avery = `{"id":"u1","firstname":"Avery","created_at":"2026-01-02T03:04:05Z","updated_at":"2026-01-02T03:04:05Z"}`

func (l logged) String() string {
	if l.method == "" {
		l.method, l.status = "GET", 200
	}
	l.url, l.started = cmp.Or(l.url, "https://api.onvy.health/users/u1"), cmp.Or(l.started, "2026-03-05T06:00:00Z")
	headers := map[string]any{"Content-Type": "application/json", "Date": "Thu, 05 Mar 2026 06:00:00 GMT"}
	for name, value := range l.headers {
		headers[name] = value
	}
	response := map[string]any{"status": l.status, "headers": headers, "body": l.body}
	if l.base64 != "" {
		delete(response, "body")
		response["body_base64"] = l.base64
	}
	request := map[string]any{"method": l.method, "url": l.url, "headers": map[string]any{"Authorization": l.auth}, "body": l.sent}
	text, err := json.Marshal(map[string]any{"started": l.started, "duration_ms": 3, "request": request, "response": response})
	if err != nil {
		panic(err) // of plain values
	}
	return string(text) + "\n"
}

// violationsOf are the rules of violations in lines.
func violationsOf(t *testing.T, lines ...fmt.Stringer) (ids []string) {
	t.Helper()
	spec, err := contract.Load(onvy.Spec)
	require.NoError(t, err)
	var text strings.Builder
	for _, l := range lines {
		text.WriteString(l.String())
	}
	r, err := recording.NewReader(strings.NewReader(text.String()), "in")
	require.NoError(t, err)
	for _, f := range contractReplay(t, spec, r).Findings {
		if f.Level == contract.Violation {
			ids = append(ids, f.Rule)
		}
	}
	return ids
}

// What loggers put in the place of what they saw is not the server's.
func TestMarksOfLoggersAccuseNobody(t *testing.T) {
	const real = "Bearer opaque-token-1"
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte(avery))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	length := fmt.Sprint(len(avery))
	for name, l := range map[string]logged{
		"a mask for credentials":    {auth: "***", body: avery},
		"a word for credentials":    {auth: "[REDACTED]", body: avery},
		"a digest for credentials":  {auth: "sha256:5f3c", body: avery},
		"a scheme without a token":  {auth: "Bearer", body: avery},
		"an empty Authorization":    {auth: "", body: avery},
		"masked headers":            {auth: real, body: avery, headers: map[string]any{"Content-Type": "[REDACTED]", "Date": "***"}},
		"a masked body":             {auth: real, body: "<redacted>"},
		"a dash for no body":        {auth: real, body: "-", method: "DELETE", status: 204, headers: map[string]any{"Content-Type": ""}},
		"a body that was there":     {auth: real, body: "", headers: map[string]any{"Content-Length": length}},
		"a body that was longer":    {auth: real, body: avery[:50], headers: map[string]any{"Content-Length": length}},
		"a body with dots":          {auth: real, body: avery[:50] + "..."},
		"a body with an ellipsis":   {auth: real, body: avery[:50] + "…"},
		"a body with a word":        {auth: real, body: avery[:50] + "...[truncated 120 bytes]"},
		"a body with brackets":      {auth: real, body: avery[:50] + " (truncated)"},
		"a body of 1 KB":            {auth: real, body: `{"id":"u1","firstname":"` + strings.Repeat("x", 1000)},
		"gzip as it was":            {auth: real, base64: base64.StdEncoding.EncodeToString(packed.Bytes()), headers: map[string]any{"Content-Encoding": "gzip"}},
		"gzip made text":            {auth: real, body: strings.ToValidUTF8(packed.String(), "\ufffd"), headers: map[string]any{"Content-Encoding": "gzip"}},
		"a request that was cut":    {auth: real, body: avery, method: "PATCH", status: 200, sent: `{"firstname":"Ave...`},
		"a request that was masked": {auth: real, body: avery, method: "PATCH", status: 200, sent: "***"},
		"a scheme and a mask":       {auth: "Bearer ***", body: avery},
	} {
		t.Run(name, func(t *testing.T) { require.Empty(t, violationsOf(t, l)) })
	}
}

// What is no mark is still judged.
func TestWhatNoLoggerWritesIsTheServers(t *testing.T) {
	const real = "Bearer opaque-token-1"
	honest := logged{auth: real, body: avery}
	for want, l := range map[string]logged{
		"auth/credentials-needed": {auth: "", body: avery},
		"json/syntax":             {auth: real, body: avery[:50]},
		"http/empty-body":         {auth: real, body: ""},
		"http/date":               {auth: real, body: avery, headers: map[string]any{"Date": "yesterday"}},
		"http/no-content":         {auth: real, body: "no", method: "DELETE", status: 204},
	} {
		t.Run(want, func(t *testing.T) { require.Contains(t, violationsOf(t, honest, l), want) })
	}
}

// A mask that stands for one secret in the request and for another in the answer
// is not repeated by the server.
func TestOneMaskForAllSecretsIsNoLeak(t *testing.T) {
	line := text(`{"request":{"method":"POST","url":"https://api.onvy.health/oauth/token","headers":{"Content-Type":"application/x-www-form-urlencoded"},` +
		`"body":"grant_type=client_credentials&client_id=a&client_secret=[REDACTED]"},"response":{"status":200,"headers":{"Content-Type":"application/json","Cache-Control":"no-store","Pragma":"no-cache"},` +
		`"body":{"access_token":"[REDACTED]","token_type":"Bearer","expires_in":900}}}` + "\n")
	require.NotContains(t, violationsOf(t, line), "leak/reflected-secret")
	leak := text(strings.ReplaceAll(string(line), "[REDACTED]", "secret-of-the-client"))
	require.Contains(t, violationsOf(t, leak), "leak/reflected-secret")
}

type text string

func (t text) String() string { return string(t) }

// Routes for paths, masked parameters, another clock, and the port that is meant
// anyhow are no faults of the server, and hide none.
func TestAddressesAndTimesThatLoggersChange(t *testing.T) {
	const real = "Bearer opaque-token-1"
	page := `{"users":[` + avery + `],"pagination":{"limit":7,"total":1}}`
	for name, l := range map[string]logged{
		"a route":        {auth: real, body: avery, url: "https://api.onvy.health/users/{id}"},
		"a masked id":    {auth: real, body: avery, url: "https://api.onvy.health/users/***"},
		"a masked limit": {auth: real, body: page, url: "https://api.onvy.health/users?limit=%5BREDACTED%5D"},
	} {
		t.Run(name, func(t *testing.T) { require.Empty(t, violationsOf(t, l)) })
	}
	for _, url := range []string{"https://api.onvy.health:443/users/u2", "https://API.onvy.health/users/u2", "http://api.onvy.health:80/users/u2"} {
		require.Equal(t, []string{"users/id"}, violationsOf(t, logged{auth: real, body: avery, url: url}), url)
	}
	for _, started := range []string{"2026-01-02T02:04:05Z", "2026-01-01T03:04:05Z", "2026-01-03T03:04:05Z"} {
		require.False(t, future(t, logged{auth: real, body: avery, started: started, headers: map[string]any{"Date": "Fri, 02 Jan 2026 03:04:05 GMT"}}), started)
	}
	require.True(t, future(t, logged{auth: real, body: avery, started: "2026-01-01T03:04:05Z", headers: map[string]any{"Date": "Thu, 01 Jan 2026 03:04:05 GMT"}}))
	r, err := recording.NewReader(strings.NewReader(logged{auth: real, body: avery, started: "1970-01-01T00:00:00Z"}.String()), "in")
	require.NoError(t, err)
	for e, err := range r.All() {
		require.NoError(t, err)
		require.True(t, e.Exchange.Started.IsZero(), "a clock that was not set tells no time")
	}
}

// future reports whether an assumption is said of a time in a line.
func future(t *testing.T, line fmt.Stringer) bool {
	t.Helper()
	spec, err := contract.Load(onvy.Spec)
	require.NoError(t, err)
	r, err := recording.NewReader(strings.NewReader(line.String()), "in")
	require.NoError(t, err)
	return slices.ContainsFunc(contractReplay(t, spec, r).Findings, func(f contract.Finding) bool { return f.Rule == "users/timestamps" })
}

// What gateways say before an answer, or in the place of one, is not an answer.
func TestWhatIsNoAnswerIsNotJudgedAsOne(t *testing.T) {
	const real = "Bearer opaque-token-1"
	honest := logged{auth: real, body: avery}
	bare := func(status int, url string, headers ...string) text {
		return text(fmt.Sprintf(`{"request":{"method":"GET","url":%q,"headers":{}},"response":{"status":%d,"headers":{%s},"body":""}}`+"\n", url, status, strings.Join(headers, ",")))
	}
	const at = "://api.onvy.health/users/u1"
	for name, l := range map[string]fmt.Stringer{
		"100":                  bare(100, "https"+at),
		"103":                  bare(103, "https"+at),
		"the client went away": bare(499, "https"+at),
		"TLS, please":          bare(308, "http"+at, `"Location":"https`+at+`"`),
		"a part": text(strings.Replace(logged{auth: real, body: avery[:10], method: "GET", status: 206, headers: map[string]any{"Content-Range": "bytes 0-9/105"}}.String(),
			`"Authorization"`, `"Range":"bytes=0-9","Authorization"`, 1)),
	} {
		t.Run(name, func(t *testing.T) { require.Empty(t, violationsOf(t, honest, l)) })
	}
	require.Contains(t, violationsOf(t, honest, bare(403, "https"+at)), "auth/unauthenticated-status")
	require.Contains(t, violationsOf(t, honest, bare(302, "http"+at, `"Location":"https://api.onvy.health/login"`)), "http/redirect")
	require.Contains(t, violationsOf(t, honest, logged{auth: real, body: avery, method: "GET", status: 206}), "http/status-undocumented")
}

// Where no URL has a query, the logger may have left them out: a page is then not
// held against the default limit, nor taken for the first one.
func TestQueriesThatWereLeftOut(t *testing.T) {
	const real, users = "Bearer opaque-token-1", "https://api.onvy.health/users"
	page := func(id, next string) string {
		return `{"users":[` + strings.Replace(avery, "u1", id, 1) + `],"pagination":{"limit":1,"total":2` + next + `}}`
	}
	first, second := logged{auth: real, body: page("u1", `,"next_page":"b"`), url: users + "?limit=1"}, logged{auth: real, body: page("u2", ""), url: users + "?limit=1&page=b", started: "2026-03-05T06:00:01Z"}
	require.Empty(t, violationsOf(t, first, second))
	barePage, bareNext := first, second
	barePage.url, bareNext.url = users, users
	require.Empty(t, violationsOf(t, barePage, bareNext))
	require.Contains(t, violationsOf(t, barePage, second), "page/limit-echo")
}
