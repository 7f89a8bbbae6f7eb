package contract_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
)

// FuzzCheck gives Check and the history exchanges of any kind: they neither
// panic nor hang, and no finding repeats what is in the exchange.
func FuzzCheck(f *testing.F) {
	spec, err := contract.Load(onvy.Spec)
	require.NoError(f, err)
	f.Add("GET", "/users?limit=1&page=x", "Authorization: Bearer at", "", 200, "Content-Type: application/json", `{"users":[],"pagination":{"limit":1}}`)
	f.Add("POST", "/users", "Authorization: Bearer e30.e30.", `{"id":"a","height":1e400}`, 201, "Content-Type: application/json\nLocation: /users/a", `{"id":"a"}`)
	f.Add("PATCH", "/users/a%2Fb", "", `{"thresholds":{"ftp":null}}`, 401, `WWW-Authenticate: Bearer realm="a", realm="b`, `{"error":`)
	f.Add("POST", "/oauth/token", "Authorization: Basic OjpmOg==", "grant_type=refresh_token&refresh_token=%zz", 400, "Cache-Control: max-age=", `[[[[`)
	f.Add("POST", "/v1/projects/p/auth/sdk", "", `{"grant":"exchange"}`, 200, "Content-Type: application/json", `{"access_token":"e30.eyJzY29wZSI6WzFdfQ.x","expires_in":1e309}`)
	f.Add("DELETE", "/users/a", "Authorization: Bearer", "", 204, "Retry-After: soon\nDate: x", "\xff\x00")

	f.Fuzz(func(t *testing.T, method, target, requestHeader, requestBody string, status int, header, body string) {
		const canary = "canary-7f3a9c51"
		x := &contract.Exchange{
			Name: "fuzz",
			Request: contract.Request{
				Method: method, URL: "https://api.onvy.health" + target,
				Header: append(headerLines(requestHeader), contract.Field{Name: "X-Canary", Value: canary}), Body: []byte(requestBody),
			},
			Response: &contract.Response{
				Status: status, Header: append(headerLines(header), contract.Field{Name: "X-Canary", Value: canary}),
				Body: []byte(strings.ReplaceAll(body, "a", canary)),
			},
		}
		history := contract.NewHistory(spec)
		findings := append(spec.Check(x), history.Add(x)...)
		findings = append(findings, history.Add(x)...)
		for _, finding := range findings {
			require.NotContains(t, finding.String(), canary)
			require.NotEmpty(t, finding.Rule)
			require.NotEmpty(t, finding.Message)
		}
	})
}

// headerLines reads header lines.
func headerLines(text string) contract.Header {
	var h contract.Header
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		h = append(h, contract.Field{Name: name, Value: strings.TrimSpace(value)})
	}
	return h
}
