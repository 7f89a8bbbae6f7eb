package sandbox_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/internal/needs"
)

// curl runs shell lines with some variables set, and returns the JSON that
// they print.
func curl(t *testing.T, lines string, env ...string) map[string]any {
	t.Helper()
	needs.Programs(t, "curl", "sh", "sed")
	cmd := exec.CommandContext(t.Context(), "sh", "-eu", "-c", lines)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	var body map[string]any
	require.NoError(t, json.Unmarshal(out, &body), "%s", out)
	return body
}

// TestQuickstartGetsTheDocumentedAnswers runs the curl lines of the quickstart
// one after the other.
func TestQuickstartGetsTheDocumentedAnswers(t *testing.T) {
	c := start(t)
	p := c.srv.Project
	env := []string{
		"BASE_URL=" + c.srv.URL, "PROJECT_ID=" + p.ID, "CLIENT_ID=" + p.ClientID,
		"CLIENT_SECRET=" + p.ClientSecret.Reveal(), "ID_TOKEN=" + c.srv.MintIDToken("user_123").Reveal(),
	}
	script, err := os.ReadFile("testdata/quickstart.sh")
	require.NoError(t, err)
	answers := make(map[string]map[string]any)
	for _, part := range strings.Split(string(script), "\n#: ")[1:] {
		name, lines, _ := strings.Cut(part, "\n")
		answer := curl(t, lines, env...)
		answers[name] = answer
		switch name {
		case "server":
			env = append(env, "ACCESS_TOKEN="+answer["access_token"].(string))
			require.Equal(t, map[string]any{"access_token": answer["access_token"], "token_type": "Bearer", "expires_in": 900.0}, answer)
		case "exchange":
			env = append(env, "REFRESH_TOKEN="+answer["refresh_token"].(string))
		}
	}
	require.Len(t, answers, 5)
	for _, name := range []string{"exchange", "refresh"} {
		require.Equal(t, "Bearer", answers[name]["token_type"], name)
		require.NotEmpty(t, answers[name]["access_token"], name)
		require.NotEmpty(t, answers[name]["refresh_token"], name)
	}
	created := answers["create"]
	require.Equal(t, map[string]any{
		"id": "user_123", "firstname": "Avery", "lastname": "Smith", "language": "en", "measurement_unit": "metric", "tz_offset": 3600.0,
	}, written(created))
	require.Equal(t, map[string]any{"users": []any{created}, "pagination": map[string]any{"limit": 10.0, "total": 1.0}}, answers["list"])
}
