package contract_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
)

func TestASpecThatCannotBeUsedIsOneClearSentence(t *testing.T) {
	for name, c := range map[string]struct{ spec, says string }{
		"empty":             {"", "contract: the spec "},
		"white space":       {" \n", "contract: the spec "},
		"not YAML":          {"openapi: [", "contract: openapi.yaml:2: the spec cannot be read"},
		"a list":            {"- openapi", "contract: openapi.yaml:1: the spec cannot be read"},
		"HTML":              {"<html></html>", "contract: openapi.yaml:1: the spec cannot be read"},
		"another document":  {"swagger: '2.0'", "contract: openapi.yaml:1:1: the spec is not valid"},
		"no paths":          {"openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {}", "contract: the spec has no operations"},
		"a missing schema":  {strings.Replace(string(onvy.Spec), "#/components/schemas/Gender", "#/components/schemas/Sex", 1), "the $ref #/components/schemas/Sex leads nowhere"},
		"a misspelt type":   {strings.Replace(string(onvy.Spec), "type: boolean", "type: bool", 1), ": the spec is not valid"},
		"an unknown field":  {strings.Replace(string(onvy.Spec), "operationId: listUsers", "operationid: listUsers", 1), ": the spec is not valid"},
		"no operation id":   {strings.Replace(string(onvy.Spec), "operationId: listUsers", "x-id: listUsers", 1), "GET /users has no operationId"},
		"a binary document": {"\x00\x01\x02", "contract: the spec cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := contract.Load([]byte(c.spec))
			require.ErrorContains(t, err, c.says)
			require.NotContains(t, err.Error(), "\n", "one sentence")
			require.Less(t, len(err.Error()), 400)
		})
	}
}

// lineOf is the line of openapi.yaml on which a text stands behind others, to
// be read from top to bottom.
func lineOf(t *testing.T, texts ...string) string {
	t.Helper()
	at := 0
	for _, text := range texts {
		next := strings.Index(string(onvy.Spec[at:]), text)
		require.GreaterOrEqual(t, next, 0, "%q is not in the spec", text)
		at += next
	}
	return fmt.Sprintf("openapi.yaml:%d:", 1+strings.Count(string(onvy.Spec[:at+1]), "\n"))
}

func TestFindingsPointAtTheLineOfTheSpecThatTheyAreAbout(t *testing.T) {
	spec := loadSpec(t)
	for name, c := range map[string]struct {
		exchange *contract.Exchange
		rule     string
		line     string
	}{
		"an operation":        {getUser(user(), took(3e9)), "http/slow", lineOf(t, "\n  /users/{user_id}:", "    get:")},
		"a type":              {getUser(user("height", "172")), "schema/type", lineOf(t, "\n    UserCreate:", "        height: &height", "type: number")},
		"a format":            {getUser(user("created_at", "yesterday")), "schema/format", lineOf(t, "\n  schemas:\n", "\n    User:\n", "        created_at:\n", "format: date-time")},
		"an enum":             {getUser(user("gender", "x")), "schema/enum", lineOf(t, "\n    Gender:\n", "enum:")},
		"a range":             {serverToken(`{}`, token("expires_in", 0)), "schema/range", lineOf(t, "\n    Token:\n", "        expires_in:", "minimum:")},
		"a required header":   {serverToken(`{}`, token(), header("Cache-Control")), "http/header-missing", lineOf(t, "    NoStore:\n")},
		"a status":            {getUser(user(), status(203)), "http/status-undocumented", lineOf(t, "\n  /users/{user_id}:", "    get:", "responses:")},
		"an unknown property": {getUser(user("x", 1)), "schema/undocumented-property", lineOf(t, "\n  schemas:\n", "    User:\n")},
	} {
		findings := spec.Check(c.exchange)
		i := slices.IndexFunc(findings, func(f contract.Finding) bool { return f.Rule == c.rule })
		require.GreaterOrEqual(t, i, 0, name)
		require.Contains(t, findings[i].Spec, c.line, name)
	}
}

// Whether a server is wrong, or our guess, is what the spec says of its source.
func TestLevelsComeFromTheSourcesInTheSpec(t *testing.T) {
	spec := loadSpec(t)
	for name, c := range map[string]struct {
		exchange *contract.Exchange
		rule     string
		level    contract.Level
	}{
		"a documented type":                {getUser(user("height", "172")), "schema/type", contract.Violation},
		"a documented requirement":         {getUser(fields("created_at", stamp, "updated_at", stamp)), "schema/required", contract.Violation},
		"an assumed requirement":           {getUser(fields("id", "user_123", "updated_at", stamp)), "schema/required", contract.Assumption},
		"an assumed requirement in a page": {listUsers("", `{}`), "schema/required", contract.Assumption},
		"the shape of an error":            {getUser(`{}`, status(404)), "schema/required", contract.Assumption},
		"the shape of an OAuth error":      {oauthToken("grant_type=x", `{}`, status(400)), "schema/required", contract.Violation},
		"an error at auth/server":          {serverToken(`{}`, `{}`, status(400)), "schema/required", contract.Assumption},
		"a documented success":             {getUser(user(), status(202)), "http/status-undocumented", contract.Violation},
		"an assumed success":               {deleteUser(status(202)), "http/status-undocumented", contract.Assumption},
		"an undocumented refusal":          {getUser("", refused(418, "x")), "http/status-undocumented", contract.Drift},
		"an undocumented property":         {getUser(user("x", 1)), "schema/undocumented-property", contract.Drift},
	} {
		findings := spec.Check(c.exchange)
		i := slices.IndexFunc(findings, func(f contract.Finding) bool { return f.Rule == c.rule })
		require.GreaterOrEqual(t, i, 0, name)
		require.Equal(t, c.level, findings[i].Level, name)
		if c.level == contract.Violation {
			require.NotEqual(t, "assumed", findings[i].Source, name)
		}
	}
}
