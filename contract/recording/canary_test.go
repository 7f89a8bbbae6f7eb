package recording_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// survives tells whether a value can be read in a text, however it is written
// there. It is slower than Verify and shares nothing with it.
func survives(text, value string, depth int) bool {
	if strings.Contains(text, value) {
		return true
	}
	if depth == 0 {
		return false
	}
	var views []string
	if strings.Contains(text, `\`) {
		var b strings.Builder
		for i := 0; i < len(text); i++ {
			var s string
			switch {
			case text[i] != '\\' || i+1 == len(text):
				b.WriteByte(text[i])
			case text[i+1] == 'u' && i+6 <= len(text) && json.Unmarshal([]byte(`"`+text[i:i+6]+`"`), &s) == nil:
				b.WriteString(s)
				i += 5
			default:
				b.WriteString(strings.NewReplacer("n", "\n", "t", "\t").Replace(text[i+1 : i+2]))
				i++
			}
		}
		views = append(views, b.String())
	}
	if strings.Contains(text, "%") {
		var b strings.Builder
		for i := 0; i < len(text); i++ {
			if s, err := url.PathUnescape(text[i:min(i+3, len(text))]); text[i] == '%' && err == nil {
				b.WriteString(s)
				i += 2
				continue
			}
			b.WriteByte(text[i])
		}
		views = append(views, b.String())
	}
	if strings.Contains(text, "+") {
		views = append(views, strings.ReplaceAll(text, "+", " "))
	}
	for _, run := range strings.FieldsFunc(text, func(c rune) bool {
		return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_", c)
	}) {
		run = strings.NewReplacer("-", "+", "_", "/").Replace(run)
		for skip := 0; skip < 4 && skip < len(run); skip++ {
			b, _ := base64.RawStdEncoding.DecodeString(run[skip:])
			if len(b) >= 8 {
				views = append(views, string(b))
			}
		}
	}
	for _, v := range views {
		if survives(v, value, depth-1) {
			return true
		}
	}
	return false
}

func TestNoPlantedValueSurvivesAnywhereInAnyEncoding(t *testing.T) {
	dir := t.TempDir()
	planted, leaks := 0, 0
	whole := needs.Whole(t)
	for i, c := range canaries() {
		if !whole && i%16 != 0 {
			continue
		}
		in, out := filepath.Join(dir, "in.har"), filepath.Join(dir, "out.har")
		w, err := recording.CreatePlain(in, recording.Meta{RecordedAt: time.Now()})
		require.NoError(t, err)
		for _, encode := range encodings(t) {
			for _, place := range places() {
				require.NoError(t, w.Write(place(encode(c.value))))
				planted++
			}
		}
		require.NoError(t, w.Write(c.show(t, c.value))) // last, so that it is not known before
		require.NoError(t, w.Close())

		stats, err := redactor(t).RedactFile(t.Context(), in, out)
		require.NoError(t, err, c.kind)
		require.Zero(t, stats.Broken)
		require.Equal(t, len(encodings(t))*len(places())+1, stats.Entries)
		data, err := os.ReadFile(out)
		require.NoError(t, err)
		for line := range bytes.Lines(data) {
			if survives(string(line), c.value, 3) {
				leaks++
				if leaks < 5 {
					t.Errorf("%s: %s", c.kind, line)
				}
			}
		}
	}
	t.Logf("%d planted values in %d encodings and %d places: %d plantings, %d leaks", len(canaries()), len(encodings(t)), len(places()), planted, leaks)
	require.Zero(t, leaks)
}

func TestVerifyFindsEveryEncoding(t *testing.T) {
	for _, c := range canaries() {
		r := redactor(t)
		r.Exchange(c.show(t, c.value))
		require.NoError(t, r.Verify(strings.NewReader("nothing of it")))
		for name, encode := range encodings(t) {
			text := "first line\n{\"text\": \"see " + encode(c.value) + " there\"}\n"
			err := r.Verify(strings.NewReader(text))
			require.ErrorIs(t, err, recording.ErrLeak, "%s, %s", c.kind, name)
			require.ErrorContains(t, err, "line 2")
			require.NotContains(t, err.Error(), c.value)
		}
	}
}

// What stays anyway is not to be taken for a leak, or no recording would ever
// be written.
func TestWhatStaysIsNoLeak(t *testing.T) {
	r := redactor(t)
	empty := base64.StdEncoding.EncodeToString([]byte(`{"LastEvaluatedKey": null}`))
	x := answer("GET", "/users?page="+empty, 200, `{"users":[{"id":"users:read","firstname":"Ann","lastname":"server"}],"pagination":{"limit":100,"next_page":"`+empty+`"}}`)
	x.Request.Header = contract.Header{{Name: "Authorization", Value: "Basic c2VydmVy"}}
	r.Exchange(x)
	cut := answer("POST", "/oauth/token", 200, `{"access_token":"eyJhbGciOiJIUzI1NiIsInR5c`)
	require.NotContains(t, string(r.Exchange(cut).Response.Body), "eyJhbGciOi")
	require.NoError(t, r.Verify(strings.NewReader("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9")))
	require.NoError(t, r.Verify(strings.NewReader("users:read Ann server c2VydmVy "+empty)))
}
