package again

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/internal/needs"
)

// What scripts write in words means the same here as to a shell.
func TestWordsMeanWhatTheyMeanToAShell(t *testing.T) {
	needs.Programs(t, "sh", "sed", "cut", "tr", "base64")
	token := `eyJhbGciOiJFUzI1NiJ9.eyJleHAiOjEsInN1YiI6ImEiLCJ4Ijoiw6Q_In0.AbCdEf-_gh`
	for _, word := range []string{
		`plain`, `'it'\''s'`, `"${TOKEN}"`, `'a'"${TOKEN}"'b$c'`, `"${TOKEN%?}"`, `"${TOKEN%????}"`, `"${TOKEN##*.}"`, `"$TOKEN:$SECRET"`, `''`,
		`"$(printf %s "${TOKEN}" | cut -d. -f1)"`, `"$(printf %s "${TOKEN}" | cut -d. -f2).x"`,
		`"$(printf %s "${TOKEN##*.}" | sed -e 's/^\(.\{0\}\)A/\1Q/;t' -e 's/^\(.\{0\}\)./\1A/')"`,
		`"$(printf %s "${TOKEN##*.}" | sed -e 's/^\(.\{3\}\)A/\1Q/;t' -e 's/^\(.\{3\}\)./\1A/')"`,
		`"$(printf %s "$SECRET" | tr 'a-zA-Z' 'A-Za-z')"`,
		`"$(printf %s '{"alg":"none"}' | base64 | tr -d '=\n' | tr '/+' '_-')"`,
		`"$(printf %s "$(printf '%s===' "$(printf %s "${TOKEN}" | cut -d. -f2)" | tr '_-' '/+' | base64 -d 2>/dev/null | sed 's/"exp":[0-9]*/"exp":9999999999/;s/"sub":"[^"]*"/"sub":"b"/')" | base64 | tr -d '=\n' | tr '/+' '_-')"`,
		`"Basic $(printf %s 'server:'"${SECRET}" | base64 | tr -d '\n')"`,
	} {
		parsed, err := parse("echo " + word + "\n")
		require.NoError(t, err, word)
		got, err := values{"TOKEN": token, "SECRET": "sEcret+/x"}.text(parsed[0].pipe[0][1])
		require.NoError(t, err, word)
		cmd := exec.CommandContext(t.Context(), "sh", "-c", "TOKEN='"+token+"'; SECRET='sEcret+/x'; printf %s "+word)
		want, err := cmd.Output()
		require.NoError(t, err, word)
		require.Equal(t, string(want), got, word)
	}
	bytes, err := octal(`a\303\244\000\\`)
	require.Error(t, err, bytes)
	bytes, err = octal(`a\303\244\000\134`)
	require.NoError(t, err)
	require.Equal(t, "aä\x00\\", bytes)
}

func TestWhatOnlyAShellCanReadIsRefused(t *testing.T) {
	for _, script := range []string{
		"curl $(id)", "curl `id`", "curl \"$URL\" > file", "curl x; rm y", "curl x & y", "curl \"x\\\"y\"", "rm -rf /", "curl 'open", `curl "open`,
		"A=$(curl \"$URL/x\"", "curl \"$URL/x\" --proxy http://other", "curl \"$URL/x\" -o", "curl https://other/", "curl \"${URL}x\"", "curl $", "curl ${X:-y}",
		"curl " + strings.Repeat("$(curl ", 1_000_000), "curl " + strings.Repeat("\"$(curl ", 1_000_000),
		"A=$(curl \"$URL/x\" | sed -n 's/x/y/p')", "sleep x", "curl \"$NONE/x\"", "cat x | curl \"$URL/x\" --data-binary @-", "curl \"$URL/x\" -d @file | sh",
	} {
		err := func() error {
			all, err := parse(script + "\n")
			for _, s := range all {
				if err == nil {
					var a action
					if a, err = actionOf(s, values{"URL": base}); err == nil && a.request.Path == "" {
						err = errForm
					}
				}
			}
			return err
		}()
		require.Error(t, err, "%.60s", script)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("TOKEN=$(curl -sS \"$URL/x\" | sed -n 's/.*\"a\" *: *\"\\([^\"]*\\)\".*/\\1/p')\ncurl -i \"$URL/users?limit=1\" -H \"Authorization: Bearer ${TOKEN}\"\n")
	f.Add("printf '\\303' | curl -X POST \"$URL/users\" --data-binary @-\n")
	f.Fuzz(func(t *testing.T, script string) {
		all, err := parse(script)
		if err != nil {
			return
		}
		for _, s := range all {
			if a, err := actionOf(s, values{"URL": base, "TOKEN": "a.b.c"}); err == nil && a.request.Path != "" {
				require.True(t, strings.HasPrefix(a.request.Path, "/"), a.request.Path)
			}
		}
	})
}
