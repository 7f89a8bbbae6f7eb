package traffic

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
)

func TestWhatAProxySaysOfAServerIsOneLineOfText(t *testing.T) {
	var stderr strings.Builder
	p := &Proxy{App: &console.App{Stderr: &stderr, Lookup: func(string) (string, bool) { return "true", true }}}
	p.see(&contract.Exchange{}, []contract.Finding{{Rule: "schema/extra", Level: contract.Drift, Message: "\x1b[2J\n::error::x"}})
	require.Equal(t, "drift schema/extra: \\x1b[2J\\n::error::x\n", stderr.String())
}
