package rules

import (
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
)

func TestFindingsOfOneBodyHaveAnOrder(t *testing.T) {
	s, err := pass.Load(onvy.Spec)
	require.NoError(t, err)
	x := pageExchange([]byte(`{"users":[{"id":"a","thresholds":{"mhr":1e400,"ftp":1e400,"lthr":1e400}}],` +
		`"pagination":{"limit":100,"total":1}}`))
	for range 20 {
		var pointers []string
		for _, f := range Check(s, x) {
			if f.Rule == "json/number-range" {
				pointers = append(pointers, f.Pointer)
			}
		}
		require.Equal(t, []string{"/users/*/thresholds/ftp", "/users/*/thresholds/lthr", "/users/*/thresholds/mhr"}, pointers)
	}
}
