package contract_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// hostile is a server on which one operation does as it likes with the
// connection.
type hostile struct {
	name  string
	on    string // method; GET of a user by default
	does  func(conn net.Conn)
	rules []string // exactly what is reported for the operation
}

const okHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"

func hostiles() []hostile {
	says := func(text string) func(net.Conn) {
		return func(c net.Conn) { _, _ = io.WriteString(c, text) }
	}
	// The body of a good user is not known here, and so users/id has its say.
	good := user("id", "{id}")
	return []hostile{
		{name: "never answers", does: waits, rules: []string{"http/timeout"}},
		{name: "stops in the header", does: func(c net.Conn) { says("HTTP/1.1 200 OK\r\nContent-")(c); waits(c) }, rules: []string{"http/timeout"}},
		{name: "trickles", does: func(c net.Conn) {
			says(okHead + "\r\n")(c)
			for range time.Tick(5 * time.Millisecond) {
				if _, err := c.Write([]byte(" ")); err != nil {
					return
				}
			}
		}, rules: []string{"http/timeout"}},
		{name: "answers a gigabyte", does: func(c net.Conn) {
			says(okHead + "Content-Length: 1073741824\r\n\r\n")(c)
			chunk := bytes.Repeat([]byte("["), 1<<16)
			for range 1 << 14 {
				if _, err := c.Write(chunk); err != nil {
					return
				}
			}
		}, rules: []string{"http/too-large"}},
		{name: "nests a hundred thousand deep", does: says(okHead + "\r\n" + strings.Repeat(`{"a":[`, 50_000)), rules: []string{"json/depth"}},
		{name: "closes in the middle of the body", does: says(okHead + "Content-Length: 100\r\n\r\n{\"id\":"), rules: []string{"http/incomplete"}},
		{name: "closes in the middle of a chunk", does: says(okHead + "Transfer-Encoding: chunked\r\n\r\n64\r\n{\"id\":"), rules: []string{"http/incomplete"}},
		{name: "closes at once", does: func(net.Conn) {}, rules: []string{"http/closed"}},
		{name: "resets", does: func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }, rules: []string{"http/closed"}},
		{name: "has no status", does: says("HTTP/1.1 OK\r\n\r\n"), rules: []string{"http/malformed"}},
		{name: "speaks another protocol", does: says("220 smtp.example ESMTP\r\n"), rules: []string{"http/malformed"}},
		{name: "has a header line without a name", does: says(okHead + ": x\r\n\r\n" + good), rules: []string{"http/header-syntax", "http/malformed"}},
		{name: "folds a header line", does: says("HTTP/1.1 200 OK\r\nX-Request-Id: 1\r\n 2\r\nContent-Type: application/json\r\n\r\n" + good), rules: []string{"http/header-syntax", "users/id"}},
		{name: "has a header of a megabyte", does: says(okHead + "X-Request-Id: " + strings.Repeat("x", 1<<20) + "\r\n\r\n{}"), rules: []string{"http/malformed"}},
		{name: "writes chunks that are none", does: says(okHead + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"), rules: []string{"http/malformed"}},
		{name: "has two lengths", does: says(okHead + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n" + good), rules: []string{"http/framing", "http/malformed"}},
		{name: "has a length and chunks", does: says(okHead + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"), rules: []string{"http/framing", "schema/required"}},
		{name: "says more than it announced", does: says(okHead + "Content-Length: 2\r\n\r\n{}{}"), rules: []string{"http/extra-bytes", "schema/required"}},
		{name: "says something after its chunks", does: says(okHead + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\nmore"), rules: []string{"http/extra-bytes", "schema/required"}},
		{name: "says something after 204", on: "DELETE", does: says("HTTP/1.1 204 No Content\r\n\r\n{}"), rules: []string{"http/no-content"}},
		{name: "says 100 and 103 first", does: says("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n" + okHead + "\r\n{}"), rules: []string{"schema/required"}},
		{name: "breaks its gzip", does: says(okHead + "Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\x00garbage"), rules: []string{"http/content-encoding"}},
		{name: "says gzip and sends none", does: says(okHead + "Content-Encoding: gzip\r\n\r\n{}"), rules: []string{"http/content-encoding"}},
		{name: "says deflate and sends none", does: says(okHead + "Content-Encoding: deflate\r\n\r\n{}"), rules: []string{"http/content-encoding"}},
		{name: "sends a gzip bomb", does: func(c net.Conn) {
			says(okHead + "Content-Encoding: gzip\r\n\r\n" + bomb())(c)
		}, rules: []string{"http/content-encoding", "http/too-large"}},
		{name: "sends HTML", does: says("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>"), rules: []string{"http/content-type"}},
		{name: "sends HTML as a gateway", does: says("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<html>"), rules: []string{"http/content-type", "http/server-error"}},
		{name: "sends a status that is none", does: says("HTTP/1.1 999 What\r\nContent-Type: application/json\r\n\r\n{}"), rules: []string{"http/status-range", "operation/works"}},
	}
}

// bomb is 32 MiB of white space in 32 KB.
var bomb = sync.OnceValue(func() string {
	var b strings.Builder
	zip := gzip.NewWriter(&b)
	_, _ = zip.Write(bytes.Repeat([]byte(" "), 32<<20)) // into memory
	_ = zip.Close()
	return b.String()
})

// waits reads until the client has had enough.
func waits(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

func TestHostileServersAreReportedInTimeAndTheRestStillRuns(t *testing.T) {
	t.Parallel() // most of the time it waits
	bomb()
	for _, h := range needs.Sample(t, hostiles(), 3) {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			s := sandbox.Start(t)
			target := sandboxTarget(t, s)
			target.BaseURL = h.start(t, s)
			var truncated int
			report := run(t, target, contract.Options{
				Run: `^(auth/server|users/quickstart|client/server)$`, Timeout: time.Second, Parallel: 2,
				OnExchange: func(x *contract.Exchange) {
					if x.Response != nil {
						require.LessOrEqual(t, len(x.Response.Body), 11<<20)
						if x.Response.Truncated {
							truncated++
						}
					}
				},
			})
			var own []contract.Finding
			for _, f := range report.Findings {
				if f.Operation == map[string]string{"": "getUser", "DELETE": "deleteUser"}[h.on] {
					own = append(own, f)
				} else {
					t.Errorf("%s", f)
				}
			}
			require.Equal(t, h.rules, rulesOf(own))
			require.Len(t, report.Outcomes, 3)
			for _, o := range report.Outcomes {
				require.Contains(t, []contract.Status{contract.Pass, contract.Fail}, o.Status, "%s: %s", o.Case, o.Reason)
			}
			require.Equal(t, 1, report.ExitStatus())
			require.Equal(t, strings.Contains(h.rules[len(h.rules)-1], "too-large"), truncated > 0)
		})
	}
}

// start serves the sandbox, but for the one operation.
func (h hostile) start(t *testing.T, s *sandbox.Server) string {
	t.Helper()
	method := h.on
	if method == "" {
		method = http.MethodGet
	}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method || !strings.HasPrefix(r.URL.Path, "/users/") {
			s.Handler().ServeHTTP(w, r)
			return
		}
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return // the test sees that nothing hostile came
		}
		defer conn.Close()
		h.does(conn)
	}))
	t.Cleanup(front.Close)
	return front.URL
}

func TestAGigabyteCostsALimitedAmountOfMemory(t *testing.T) {
	s := sandbox.Start(t)
	target := sandboxTarget(t, s)
	for _, h := range hostiles() {
		if h.name == "answers a gigabyte" {
			target.BaseURL = h.start(t, s)
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	report := run(t, target, contract.Options{Run: `^(auth/server|users/quickstart)$`})
	runtime.ReadMemStats(&after)
	require.Equal(t, 1, report.ExitStatus())
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(200<<20))
}
