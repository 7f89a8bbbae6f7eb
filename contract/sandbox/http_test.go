package sandbox_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOtherMethodsAre405WithAllow(t *testing.T) {
	c := start(t)
	for path, allow := range map[string]string{
		"/users":                             "GET, HEAD, POST",
		"/users/a":                           "DELETE, GET, HEAD, PATCH, PUT",
		"/oauth/token":                       "POST",
		"/v1/projects/p/auth/server":         "POST",
		"/v1/projects/proj_sandbox/auth/sdk": "POST",
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "LINK"} {
			if strings.Contains(" "+allow+",", " "+method+",") {
				continue
			}
			r := c.do(method, path, "")
			require.Equal(t, 405, r.Status, "%s %s", method, path)
			require.Equal(t, allow, r.Header.Get("Allow"), "%s %s", method, path)
		}
	}
}

func TestUnknownPathsAre404InJSON(t *testing.T) {
	c := start(t)
	for _, path := range []string{
		"/", "/nope", "/users/", "/users//", "//users", "/users/.", "/users/..", "/users/../users", "/users/a/b", "/Users", "/users/a/",
		"/oauth", "/v1/projects//auth/server", "/v1/projects/a/b/auth/server", "/%75sers/a/b",
	} {
		r := c.do("GET", path, "")
		require.Equal(t, 404, r.Status, path)
		require.Equal(t, "not_found", r.code(), path)
		require.Equal(t, "application/json", r.Header.Get("Content-Type"), path)
	}
}

func TestHeadHasTheHeadersOfGet(t *testing.T) {
	c := start(t, withStoppedClock(time.Now()))
	c.do("POST", "/users", `{"id":"a","firstname":"`+strings.Repeat("x", 10000)+`"}`)
	for _, path := range []string{"/users", "/users/a", "/users/b", "/users?limit=0"} {
		get, head := c.do("GET", path, ""), c.do("HEAD", path, "")
		require.Equal(t, get.Status, head.Status, path)
		require.Equal(t, get.Header, head.Header, path)
		require.Empty(t, head.Text)
	}
}

func TestOtherContentTypesAre415(t *testing.T) {
	c := start(t)
	for _, contentType := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "application/merge-patch+json", "x", "application/json, text/plain"} {
		r := c.do("POST", "/users", `{"id":"a"}`, "Content-Type", contentType)
		require.Equal(t, 415, r.Status, contentType)
		r = c.do("POST", "/oauth/token", `{"grant_type":"client_credentials"}`, "Authorization", "", "Content-Type", contentType)
		if contentType != "application/x-www-form-urlencoded" {
			require.Equal(t, 415, r.Status, contentType)
		}
	}
	require.Equal(t, 415, c.do("POST", "/users", `{"id":"a"}`, "Content-Encoding", "gzip").Status)
	for i, contentType := range []string{"application/json", "application/json; charset=utf-8", `Application/JSON;charset="UTF-8"`} {
		r := c.do("POST", "/users", fmt.Sprintf(`{"id":"%d"}`, i), "Content-Type", contentType)
		require.Equal(t, 201, r.Status, contentType)
	}
}

func TestBodiesOverOneMiBAre413(t *testing.T) {
	c := start(t)
	body := func(size int) string {
		frame := `{"id":"a","firstname":""}`
		return `{"id":"a","firstname":"` + strings.Repeat("x", size-len(frame)) + `"}`
	}
	require.Equal(t, 413, c.do("POST", "/users", body(1<<20+1)).Status)
	require.Equal(t, 413, c.do("POST", "/users", body(8<<20)).Status)
	require.Equal(t, 201, c.do("POST", "/users", body(1<<20)).Status)
	require.Equal(t, 413, c.do("PATCH", "/users/a", body(1<<20+1)).Status)
	require.Equal(t, 400, c.do("POST", "/v1/projects/proj_sandbox/auth/sdk", body(1<<20+1)).Status)
}

// TestBytesThatAreNoRequestAreSurvived sends what no HTTP client would.
func TestBytesThatAreNoRequestAreSurvived(t *testing.T) {
	c := start(t)
	addr := strings.TrimPrefix(c.srv.URL, "http://")
	auth := "Host: x\r\nAuthorization: Bearer " + c.token + "\r\n"
	for request, status := range map[string]int{
		"GET /users HTTP/1.1\r\n" + auth + "Authorization: Bearer x\r\n\r\n":                                            401,
		"GET /users?limit=1%00 HTTP/1.1\r\n" + auth + "\r\n":                                                            400,
		"GET /users/%ff%fe HTTP/1.1\r\n" + auth + "\r\n":                                                                404,
		"GET /users/%zz HTTP/1.1\r\n" + auth + "\r\n":                                                                   400,
		"OPTIONS * HTTP/1.1\r\n" + auth + "\r\n":                                                                        404,
		"CONNECT users:80 HTTP/1.1\r\n" + auth + "\r\n":                                                                 404,
		"POST /users HTTP/1.1\r\n" + auth + "Content-Type: a\r\nContent-Type: b\r\nContent-Length: 2\r\n\r\n{}":         415,
		"POST /users HTTP/1.1\r\n" + auth + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n": 400,
	} {
		conn, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		_, err = io.WriteString(conn, request)
		require.NoError(t, err)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err, request)
		require.Equal(t, status, resp.StatusCode, request)
		require.NoError(t, conn.Close())
	}
}
