package recording_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
)

// page is a list of n users as a server answers it.
func page(n int) []byte {
	var b strings.Builder
	b.WriteString(`{"users":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"google_10494081914586164%04d","language":"en","tz_offset":3600,"firstname":"Avery","lastname":"Smith-Ångström %d","measurement_unit":"metric","gender":"other","birthday":"1990-04-%02d","height":172.5,"weight":%d.4,"thresholds":{"ftp":240,"lthr":168,"mhr":189},"location":{"lat":48.137,"lon":11.%d},"coach_config":{"enabled":true},"data_syncs":[{"data_type":"auth","sync_type":"historical","provider":"GARMIN","status":"pending","updated_at":"2023-11-07T05:31:56Z"}],"created_at":"2023-11-07T05:31:56Z","updated_at":"2023-11-07T05:31:56Z"}`,
			i, i, i%28+1, 50+i%50, 500+i)
	}
	b.WriteString(`],"pagination":{"limit":100,"total":240,"next_page":"eyJMYXN0RXZhbHVhdGVkS2V5IjogInVzZXJfMTIzIn0="}}`)
	return []byte(b.String())
}

// listing is an exchange with a page of 100 users.
func listing() *contract.Exchange {
	return &contract.Exchange{
		Started: time.Date(2026, 3, 5, 18, 10, 27, 0, time.UTC), Duration: 83 * time.Millisecond,
		Request: contract.Request{
			Method: "GET", URL: "https://api.onvy.health/users?limit=100",
			Header: contract.Header{{Name: "Authorization", Value: "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzZXJ2ZXIiLCJleHAiOjE3NzI3MzU0Mjd9.c2lnbmF0dXJl"}, {Name: "Accept", Value: "application/json"}},
		},
		Response: &contract.Response{
			Proto: "HTTP/1.1", Status: 200, Reason: "OK",
			Header: contract.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "Date", Value: "Thu, 05 Mar 2026 18:10:27 GMT"}},
			Body:   page(100),
		},
	}
}

// BenchmarkRead reads a HAR of 51 KB lists.
func BenchmarkRead(b *testing.B) {
	path := filepath.Join(b.TempDir(), "in.har")
	w, err := recording.CreatePlain(path, recording.Meta{})
	require.NoError(b, err)
	for range 100 {
		require.NoError(b, w.Write(listing()))
	}
	require.NoError(b, w.Close())
	for name, each := range map[string]func(*recording.Reader) int{
		"entries": func(r *recording.Reader) (n int) {
			for _, err := range r.All() {
				require.NoError(b, err)
				n++
			}
			return n
		},
		"cutting only": func(r *recording.Reader) (n int) {
			for _, err := range r.Raw() {
				require.NoError(b, err)
				n++
			}
			return n
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := recording.Open(path)
				require.NoError(b, err)
				require.Equal(b, 100, each(r))
				_, size := r.Progress()
				b.SetBytes(size)
				require.NoError(b, r.Close())
			}
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	w, err := recording.CreatePlain(filepath.Join(b.TempDir(), "out.har"), recording.Meta{})
	require.NoError(b, err)
	x := listing()
	b.SetBytes(int64(len(x.Response.Body)))
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, w.Write(x))
	}
	require.NoError(b, w.Abort())
}

// BenchmarkRedact redacts a 51 KB list of 100 users in memory, and a HAR of
// them from file to file: read twice, written, synced and verified.
func BenchmarkRedact(b *testing.B) {
	b.Run("exchange", func(b *testing.B) {
		r, x := redactor(b), listing()
		b.SetBytes(int64(len(x.Response.Body)))
		b.ReportAllocs()
		for b.Loop() {
			r.Exchange(x)
		}
	})
	b.Run("exchange of other users each time", func(b *testing.B) {
		r, x := redactor(b), listing()
		b.SetBytes(int64(len(x.Response.Body)))
		var bodies [][]byte
		for n := range 200 {
			bodies = append(bodies, bytes.ReplaceAll(page(100), []byte("google_1049"), fmt.Appendf(nil, "google_%d", 1000+n)))
		}
		n := 0
		for b.Loop() {
			n++
			x.Response.Body = bodies[n%len(bodies)]
			r.Exchange(x)
		}
	})
	b.Run("file", func(b *testing.B) {
		in, out := filepath.Join(b.TempDir(), "in.har"), filepath.Join(b.TempDir(), "out.har")
		w, err := recording.CreatePlain(in, recording.Meta{})
		require.NoError(b, err)
		for range 100 {
			require.NoError(b, w.Write(listing()))
		}
		require.NoError(b, w.Close())
		info, err := os.Stat(in)
		require.NoError(b, err)
		b.SetBytes(info.Size())
		for b.Loop() {
			_, err := redactor(b).RedactFile(b.Context(), in, out)
			require.NoError(b, err)
		}
	})
}
