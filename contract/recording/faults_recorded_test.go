package recording_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/recording"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// visitor uses a server that may do anything: what fails is left to whoever
// judges it. It is what drive.html is for browsers.
type visitor struct {
	client *http.Client
	base   string
}

func (v visitor) call(method, path, authorization, kind, body string) map[string]any {
	req, err := http.NewRequest(method, v.base+path, strings.NewReader(body))
	if err != nil {
		return nil
	}
	for name, value := range map[string]string{"Authorization": authorization, "Content-Type": kind} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	res, err := v.client.Do(req)
	if err != nil {
		return nil
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	var object map[string]any
	_ = json.Unmarshal(text, &object)
	return object
}

func (v visitor) visit(srv *sandbox.Server) {
	const asJSON = "application/json"
	text := func(o map[string]any, name string) string { s, _ := o[name].(string); return s }
	user := func(n, rest string) string { return `{"id":"zachary_` + n + `"` + rest + `}` }
	project := "/v1/projects/" + srv.Project.ID
	basic := func(secret string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(srv.Project.ClientID+":"+secret))
	}
	right := basic(srv.Project.ClientSecret.Reveal())
	token := "Bearer " + text(v.call("POST", project+"/auth/server", right, asJSON, "{}"), "access_token")
	v.call("POST", project+"/auth/server", basic("n0t-the-secret-at-all"), asJSON, "{}")
	v.call("POST", project+"/auth/server", "", asJSON, "{}")
	form := url.Values{"grant_type": {"client_credentials"}, "audience": {"urn:onvy:project:" + srv.Project.ID}, "scope": {"users:read"}}
	other := v.call("POST", "/oauth/token", right, "application/x-www-form-urlencoded", form.Encode())
	v.call("GET", "/users?limit=10", "Bearer "+text(other, "access_token"), "", "")
	for _, n := range []string{"0", "1", "2", "3", "4"} {
		v.call("POST", "/users", token, asJSON, user(n, `,"firstname":"Zoë","lastname":"Quirin","birthday":"1990-04-23","gender":"female","height":172.54371,"weight":68.25,`+
			`"thresholds":{"ftp":240,"mhr":189},"location":{"lat":48.137193,"lon":11.5754},"coach_config":{"enabled":true}`))
	}
	v.call("POST", "/users", token, asJSON, user("0", ""))
	v.call("POST", "/users", token, asJSON, `{"firstname":"nobody"}`)
	for _, change := range [][2]string{{"PATCH", `{"lastname":"Ångström","height":173}`}, {"PATCH", `{"gender":"no such"}`}, {"PUT", `{"firstname":"Ann","measurement_unit":"imperial"}`}} {
		v.call("GET", "/users/zachary_0", token, "", "")
		v.call(change[0], "/users/zachary_0", token, asJSON, change[1])
	}
	v.call("GET", "/users/zachary_0", token, "", "")
	v.call("GET", "/users/zachary_none", token, "", "")
	v.call("GET", "/users/zachary_0", "", "", "")
	for page, n := "", 0; n < 9; n++ {
		pagination, _ := v.call("GET", "/users?limit=2"+page, token, "", "")["pagination"].(map[string]any)
		next := text(pagination, "next_page")
		if next == "" {
			break
		}
		page = "&page=" + url.QueryEscape(next)
	}
	v.call("DELETE", "/users/zachary_1", token, "", "")
	v.call("GET", "/users/zachary_1", token, "", "")
	v.call("GET", "/users?limit=100", token, "", "")
	v.call("POST", "/users", token, asJSON, user("1", `,"firstname":"New"`))
	v.call("GET", "/users/zachary_1", token, "", "")
	sdk := project + "/auth/sdk"
	own := v.call("POST", sdk, "", asJSON, `{"grant":"exchange","client_id":"sdk","token":"`+srv.MintIDToken("zachary_quirin").Reveal()+`"}`)
	refresh := `{"grant":"refresh","client_id":"sdk","token":"` + text(own, "refresh_token") + `"}`
	v.call("GET", "/users?limit=10", "Bearer "+text(v.call("POST", sdk, "", asJSON, refresh), "access_token"), "", "")
	v.call("POST", sdk, "", asJSON, refresh)
}

// visited is a recording of a visit to a server with a fault.
func visited(t *testing.T, spec *contract.Spec, f faults.Fault) string {
	t.Helper()
	srv := sandbox.Start(t)
	ts := httptest.NewServer(f.Handler(srv))
	defer ts.Close()
	defer ts.CloseClientConnections()
	path := filepath.Join(t.TempDir(), "visit.har")
	w, err := recording.CreatePlain(path, recording.Meta{})
	require.NoError(t, err)
	wait := 10 * time.Second // a server that is right answers, however busy the machine
	if f.Rule != "" {
		wait = time.Second
	}
	observed := contract.Observe(spec, &http.Transport{DisableKeepAlives: true}, func(x *contract.Exchange, _ []contract.Finding) {
		require.NoError(t, w.Write(x))
	})
	visitor{&http.Client{Transport: observed, Timeout: wait}, ts.URL}.visit(srv)
	require.NoError(t, w.Close())
	return path
}

// found are the findings of a replay, without their places.
func found(t *testing.T, spec *contract.Spec, path string, complete bool) []contract.Finding {
	t.Helper()
	r, err := recording.Open(path)
	require.NoError(t, err)
	defer r.Close()
	report := spec.Replay(t.Context(), filepath.Base(path), read2(r), contract.ReplayOptions{Complete: complete})
	return withoutPlaces(report.Findings)
}

// Whatever a server does wrong, its redacted recording shows it as the original
// does.
func TestRedactedRecordingsOfAllFaultsGiveTheSameFindings(t *testing.T) {
	spec := loaded(t)
	all := faults.All()
	if !needs.Whole(t) {
		all = slices.DeleteFunc(all, func(f faults.Fault) bool { return len(f.Title)%60 != 0 })
	}
	// What never ends, or does so slowly, shows no more than that.
	all = slices.DeleteFunc(all, func(f faults.Fault) bool {
		return slices.Contains([]string{"get-hangs", "list-trickles", "get-endless"}, f.Name)
	})
	var shown, total atomic.Int64
	t.Run("each", func(t *testing.T) {
		for _, f := range append(all, faults.None()) {
			t.Run(f.Name, func(t *testing.T) {
				t.Parallel()
				n := len(redactedAlike(t, spec, f))
				if total.Add(int64(n)); n > 0 {
					shown.Add(1)
				}
				require.False(t, n > 0 && f.Name == "", "the sandbox as it is")
			})
		}
	})
	t.Logf("%d faults, %d of them shown by the recording, %d findings, the same ones redacted", len(all), shown.Load(), total.Load())
}

// redactedAlike are the findings of a recording of a fault, and of its redacted
// form, in which nobody is to be found.
func redactedAlike(t *testing.T, spec *contract.Spec, f faults.Fault) []contract.Finding {
	t.Helper()
	path := visited(t, spec, f)
	out := filepath.Join(t.TempDir(), "redacted.har")
	stats, err := redactor(t).RedactFile(t.Context(), path, out)
	require.NoError(t, err)
	require.Zero(t, stats.Left)
	want := found(t, spec, path, true)
	require.Empty(t, difference(want, found(t, spec, out, true)))
	text, err := os.ReadFile(out)
	require.NoError(t, err)
	for _, canary := range []string{"zachary", "Quirin", "Ångström", "1990-04-23", "172.54371", "48.137193", "n0t-the-secret-at-all"} {
		require.False(t, bytes.Contains(text, []byte(canary)), canary)
	}
	return want
}

// inBrowsers are faults of which a browser's recording has the evidence, and
// which it is easy to pass over.
var inBrowsers = []string{"server-accept-no-client", "refreshed-token-refused", "deleted-id-stays-taken", "chunks-cut-off", "location-twice", "secret-echoed",
	"patch-as-put", "list-loses-newest", "page-ignored", "duplicate-create-201"}

// With ONVY_ALL_FAULTS=1 every fault is planted, which takes ten minutes.
func TestPlantedFaultsAreFoundInWhatChromiumRecords(t *testing.T) {
	c := startChromium(t)
	spec := loaded(t)
	all := faults.All()
	if os.Getenv("ONVY_ALL_FAULTS") == "" {
		all = slices.DeleteFunc(all, func(f faults.Fault) bool { return !slices.Contains(inBrowsers, f.Name) })
		require.Len(t, all, len(inBrowsers))
		all = needs.Sample(t, all, 4)
	}
	recorded, partial, complete := 0, 0, 0
	for _, f := range all {
		srv := sandbox.Start(t)
		path := filepath.Join(t.TempDir(), "session.har")
		c.t = t
		if err := c.try(sessionURL(website(t, f.Handler(srv)).URL, srv), path, "embed", "full"); err != "" {
			t.Logf("%s: not recorded", f.Name) // it hangs, and so does the browser
			continue
		}
		recorded++
		whole := found(t, spec, path, true)
		if len(whole) > 0 {
			complete++
		} else if slices.Contains(inBrowsers, f.Name) {
			t.Errorf("%s is not found", f.Name)
		}
		if len(found(t, spec, path, false)) > 0 {
			partial++
		}
	}
	t.Logf("%d faults, %d recorded: found in %d where the recordings may have gaps, in %d where they are complete", len(all), recorded, partial, complete)
	if len(all) > len(inBrowsers) {
		require.GreaterOrEqual(t, complete, 275)
	}
}
