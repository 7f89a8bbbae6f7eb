package recording_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/recorder"

	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// drive is an ordinary session with the API through a client; it returns how
// many requests it made.
func drive(t *testing.T, client *http.Client, base string, srv *sandbox.Server) (n int) {
	t.Helper()
	call := func(method, path, credentials, body string) map[string]any {
		req, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(body))
		require.NoError(t, err)
		if credentials != "" {
			req.Header.Set("Authorization", credentials)
		}
		switch {
		case strings.HasPrefix(body, "{"):
			req.Header.Set("Content-Type", "application/json")
		case body != "":
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		res, err := client.Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		n++
		var object map[string]any
		_ = json.Unmarshal(text, &object) // not all answers have one
		return object
	}
	basic, err := http.NewRequest(http.MethodGet, base, nil)
	require.NoError(t, err)
	basic.SetBasicAuth(srv.Project.ClientID, srv.Project.ClientSecret.Reveal())
	client1 := basic.Header.Get("Authorization")
	given := call("POST", "/v1/projects/"+srv.Project.ID+"/auth/server", client1, "{}")
	token, _ := given["access_token"].(string)
	require.NotEmpty(t, token)
	call("POST", "/oauth/token", client1, url.Values{"grant_type": {"client_credentials"}, "audience": {"urn:onvy:project:" + srv.Project.ID}}.Encode())
	token = "Bearer " + token
	for _, id := range []string{"zachary_a", "zachary_b", "zachary_c"} {
		call("POST", "/users", token, `{"id":"`+id+`","firstname":"Zoë","lastname":"Quirin","birthday":"1990-04-23","height":172.5,"location":{"lat":48.137,"lon":11.575}}`)
		call("GET", "/users/"+id, token, "")
		call("PATCH", "/users/"+id, token, `{"lastname":"Ångström"}`)
		call("PUT", "/users/"+id, token, `{"firstname":"Ann"}`)
		call("GET", "/users/"+id, token, "")
	}
	call("POST", "/users", token, `{"id":"zachary_a"}`)
	call("GET", "/users/zachary_a", "", "")
	for page, i := "", 0; i < 10; i++ {
		list := call("GET", "/users?limit=1"+page, token, "")
		pagination, _ := list["pagination"].(map[string]any)
		next, _ := pagination["next_page"].(string)
		if next == "" {
			break
		}
		page = "&page=" + url.QueryEscape(next)
	}
	for _, id := range []string{"zachary_a", "zachary_b", "zachary_c"} {
		call("DELETE", "/users/"+id, token, "")
		call("GET", "/users/"+id, token, "")
	}
	return n
}

func TestMitmproxyWithHTTP1AndHTTP2(t *testing.T) {
	mitmdump := tool(t, "mitmdump")
	spec := loaded(t)
	for _, proto := range needs.Sample(t, []string{"HTTP/2.0", "HTTP/1.1"}, 2) {
		t.Run(proto, func(t *testing.T) {
			srv := sandbox.Start(t)
			free, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			addr := free.Addr().String()
			require.NoError(t, free.Close())
			_, port, err := net.SplitHostPort(addr)
			require.NoError(t, err)
			dir := t.TempDir()
			path := filepath.Join(dir, "session.har")
			var log bytes.Buffer
			proxy := exec.Command(mitmdump, "--mode", "reverse:"+srv.URL, "--listen-host", "127.0.0.1", "--listen-port", port,
				"--set", "hardump="+path, "--set", "confdir="+dir, "--set", "keep_host_header=true", "-q")
			proxy.Stdout, proxy.Stderr = &log, &log
			require.NoError(t, proxy.Start())
			base := "http://" + addr
			transport := &http.Transport{DisableKeepAlives: false}
			if proto == "HTTP/2.0" {
				base = "https://" + addr
				transport.ForceAttemptHTTP2 = true
				transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} // a certificate that the proxy makes as it goes
			}
			require.Eventually(t, func() bool {
				c, err := net.Dial("tcp", addr)
				if err == nil {
					_ = c.Close()
				}
				return err == nil
			}, time.Minute, 50*time.Millisecond)
			n := drive(t, &http.Client{Transport: transport}, base, srv)
			transport.CloseIdleConnections()
			require.NoError(t, proxy.Process.Signal(os.Interrupt))
			_ = proxy.Wait() // its status does not say whether the HAR was written
			require.FileExists(t, path, log.String())
			requireClean(t, spec, path, n)
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Contains(t, string(data), `"httpVersion": "`+proto, "as the client spoke")
		})
	}
}

func TestGoVCR(t *testing.T) {
	srv := sandbox.Start(t)
	path := filepath.Join(t.TempDir(), "session")
	vcr, err := recorder.New(path, recorder.WithMode(recorder.ModeRecordOnly))
	require.NoError(t, err)
	n := drive(t, vcr.GetDefaultClient(), srv.URL, srv)
	require.NoError(t, vcr.Stop())
	requireClean(t, loaded(t), path+".yaml", n)
}
