package main

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// visitors are a client of a sandbox whose exchanges go into a HAR: listings of
// 1,000 users, 100 on a page, and users that come, change and go, each with an
// id that no other has had.
type visitors struct {
	tb     testing.TB
	server *sandbox.Server
	out    *recording.Writer
	auth   string
	ids    int
}

// writeHAR writes a HAR of at least so many bytes.
func writeHAR(tb testing.TB, path string, size int64) {
	tb.Helper()
	server, err := sandbox.New()
	require.NoError(tb, err)
	out, err := recording.CreatePlain(path, recording.Meta{})
	require.NoError(tb, err)
	t := &visitors{tb: tb, server: server, out: out, auth: "Bearer " + server.MintAccessToken().Reveal()}
	for range 1000 {
		t.create()
	}
	for written := int64(0); written < size; {
		for range 12 {
			id := t.create()
			written += t.send(http.MethodGet, "/users/"+id, "")
			written += t.send(http.MethodPatch, "/users/"+id, `{"lastname":"Jones","thresholds":{"ftp":250}}`)
			written += t.send(http.MethodGet, "/users/"+id, "")
			written += t.send(http.MethodDelete, "/users/"+id, "")
		}
		for range 2 {
			written += t.list()
		}
	}
	require.NoError(tb, out.Close())
}

// create makes a user with all fields and returns its id.
func (t *visitors) create() string {
	t.ids++
	id := fmt.Sprintf("user_%07d", t.ids)
	t.send(http.MethodPost, "/users", `{"id":"`+id+`","language":"en","tz_offset":3600,"firstname":"Avery","lastname":"Smith",`+
		`"measurement_unit":"metric","gender":"other","birthday":"1990-04-23","height":172.5,"weight":68.4,`+
		`"thresholds":{"ftp":240,"lthr":168,"mhr":189},"location":{"lat":48.137,"lon":11.575},"coach_config":{"enabled":true}}`)
	return id
}

// list goes through all pages.
func (t *visitors) list() (written int64) {
	for query := "?limit=100"; ; {
		body, n := t.exchange(http.MethodGet, "/users"+query, "")
		written += n
		_, rest, more := strings.Cut(string(body), `"next_page":"`)
		if !more {
			return written
		}
		token, _, _ := strings.Cut(rest, `"`)
		query = "?limit=100&page=" + url.QueryEscape(token)
	}
}

func (t *visitors) send(method, path, body string) int64 {
	_, n := t.exchange(method, path, body)
	return n
}

// exchange returns the body of the answer, and about how many bytes it has in
// the HAR.
func (t *visitors) exchange(method, path, body string) ([]byte, int64) {
	x := &contract.Exchange{Started: time.Now(), Request: contract.Request{
		Method: method, URL: "https://api.onvy.health" + path, Body: []byte(body),
		Header: contract.Header{{Name: "Authorization", Value: t.auth}, {Name: "Content-Type", Value: "application/json"}},
	}}
	req := httptest.NewRequest(method, path, bytes.NewReader(x.Request.Body))
	req.Header.Set("Authorization", t.auth)
	req.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	t.server.Handler().ServeHTTP(answer, req)
	require.Less(t.tb, answer.Code, 300, "%s", answer.Body)
	x.Duration = time.Since(x.Started)
	x.Response = &contract.Response{
		Proto: "HTTP/1.1", Status: answer.Code, Reason: http.StatusText(answer.Code), Body: answer.Body.Bytes(),
	}
	for _, name := range slices.Sorted(maps.Keys(answer.Header())) {
		x.Response.Header = append(x.Response.Header, contract.Field{Name: name, Value: answer.Header().Get(name)})
	}
	require.NoError(t.tb, t.out.Write(x))
	return x.Response.Body, int64(len(x.Response.Body)*11/10 + 1000)
}

// sizeOf is how many bytes a file has.
func sizeOf(tb testing.TB, path string) int64 {
	tb.Helper()
	info, err := os.Stat(path)
	require.NoError(tb, err)
	return info.Size()
}
