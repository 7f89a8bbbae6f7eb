//go:build unix

package contract_test

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/gatewaylog"
	"github.com/onvy-health/onvy-go/contract/recording"
)

// BenchmarkReplayStages says what each stage of a replay costs, as CPU seconds of
// all cores for each GB: cutting a log into its entries, decoding them, checking
// them alone, also where kin-openapi looks at all of them, and the whole replay with
// its history; beside them tokenising the text and nothing else. The drifting log
// has a property in each user that is not documented, and the third one a value that
// is in no enum in some.
//
//	go test -run='^$' -bench=ReplayStages ./contract
func BenchmarkReplayStages(b *testing.B) {
	spec := loadSpec(b)
	slow, err := contract.LoadWithoutFastPath(onvy.Spec)
	require.NoError(b, err)
	for _, log := range []struct {
		name           string
		before, within string
	}{
		{"clean", "", ""},
		{"clean, HAR", "", ""},
		{"drifting", `\"id\":\"user_`, `\"nickname\":\"Avery\",\"id\":\"user_`},
		{"one violation", `\"gender\":\"male\"`, `\"gender\":\"alien\"`},
	} {
		file := filepath.Join(b.TempDir(), "log.jsonl")
		var text bytes.Buffer
		for x := range gatewaylog.New(gatewaylog.Options{Seed: 1, Exchanges: 10_000, Users: 500}).All() {
			require.NoError(b, gatewaylog.WriteLine(&text, x))
		}
		all := bytes.ReplaceAll(text.Bytes(), []byte(log.before), []byte(log.within))
		if log.before == "" {
			all = text.Bytes()
		}
		require.NoError(b, os.WriteFile(file, all, 0o600))
		if log.name == "clean, HAR" {
			all = asHAR(b, file)
		}
		// each calls take for each entry of the log.
		each := func(b *testing.B, take func(contract.Entry)) {
			r, err := recording.Open(file)
			require.NoError(b, err)
			defer r.Close()
			for entry, err := range r.Raw() {
				require.NoError(b, err)
				take(contract.Entry{Size: entry.Size(), Decode: entry.Exchange})
			}
		}
		decoded := func(check func(*contract.Exchange)) func(b *testing.B) {
			return func(b *testing.B) {
				each(b, func(e contract.Entry) {
					x, err := e.Decode()
					require.NoError(b, err)
					check(x)
				})
			}
		}
		for _, stage := range []struct {
			name string
			run  func(b *testing.B)
		}{
			{"tokens", func(b *testing.B) {
				d := jsontext.NewDecoder(bytes.NewReader(all))
				for d.SkipValue() == nil {
				}
				require.EqualValues(b, len(all)-1, d.InputOffset())
			}},
			{"cut", func(b *testing.B) { each(b, func(contract.Entry) {}) }},
			{"decode", decoded(func(*contract.Exchange) {})},
			{"check", decoded(func(x *contract.Exchange) { spec.Check(x) })},
			{"check, kin-openapi", decoded(func(x *contract.Exchange) { slow.Check(x) })},
			{"replay", func(b *testing.B) {
				spec.ReplayAll(b.Context(), []contract.Recording{{Name: "log", Entries: func(yield func(contract.Entry, error) bool) {
					each(b, func(e contract.Entry) { yield(e, nil) })
				}}}, contract.ReplayOptions{})
			}},
		} {
			b.Run(log.name+"/"+stage.name, func(b *testing.B) {
				b.SetBytes(int64(len(all)))
				before := cpuSeconds()
				for b.Loop() {
					stage.run(b)
				}
				b.ReportMetric((cpuSeconds()-before)/float64(b.N)/float64(len(all))*1e9, "cpu-s/GB")
			})
		}
	}
}

// asHAR writes a log once more, as a HAR in place of the file.
func asHAR(b *testing.B, file string) []byte {
	r, err := recording.Open(file)
	require.NoError(b, err)
	defer r.Close()
	w, err := recording.CreatePlain(file+".har", recording.Meta{})
	require.NoError(b, err)
	for entry, err := range r.All() {
		require.NoError(b, err)
		require.NoError(b, w.Write(entry.Exchange))
	}
	require.NoError(b, w.Close())
	require.NoError(b, os.Rename(file+".har", file))
	all, err := os.ReadFile(file)
	require.NoError(b, err)
	return all
}

// cpuSeconds is what the process has used so far.
func cpuSeconds() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // of oneself it does not fail
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
