package rules

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFindingsOfOneBodyHaveAnOrder(t *testing.T) {
	s, _ := specs()
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
