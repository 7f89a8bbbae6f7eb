package evidence

import (
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// The suite makes users with such ids, and a shell has to find them to delete
// them.
func TestIDsThatAScriptDeletesAreQuoted(t *testing.T) {
	needs.Programs(t, "sh")
	s, err := pass.Load(onvy.Spec)
	require.NoError(t, err)
	e := New(s, &run.Target{}, &url.URL{Scheme: "http", Host: "127.0.0.1"})
	e.issued["a-token-of-the-server"] = issued{auth: rule.ServerAuth, plain: true, by: &wire.Exchange{}}
	var created []*thing
	var want []string
	for _, id := range []string{"contract_1_a&b", "contract_1_it's", "contract_1_$HOME", "contract_1_a;b|c", "contract_1_a b", "contract_1_(x)", "contract_1_`id`"} {
		created = append(created, &thing{s.Users(), "/users", id})
		want = append(want, "http://h/users/"+read.EscapeSegment(id))
	}
	line := strings.Join((&script{e: e, names: map[string]string{"the token with all scopes": "${TOKEN}"}, taken: map[string]int{}}).cleaning(created), "\n")
	sh := exec.CommandContext(t.Context(), "sh", "-eu")
	sh.Stdin = strings.NewReader("URL=http://h TOKEN=t\ncurl() { for a; do case $a in http*) echo \"$a\";; esac; done; }\n" + strings.ReplaceAll(line, "-o /dev/null", "") + "\n")
	out, err := sh.CombinedOutput()
	require.NoError(t, err, "%s\n%s", line, out)
	require.Equal(t, want, strings.Fields(string(out)))
}
