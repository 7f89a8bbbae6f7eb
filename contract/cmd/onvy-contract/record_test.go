package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

func TestRecordWritesWhatReplayPassesAndNoSecret(t *testing.T) {
	s := sandbox.Start(t, sandbox.WithProjects(sandbox.Project{
		ID: "proj_123", ClientID: "server", ClientSecret: newSecret(canary), SDKClientID: "sdk",
	}))
	dir, cases := t.TempDir(), "--run=^users/"
	if !needs.Whole(t) {
		cases = "--run=^users/(create|replace|pages-limits)$"
	}
	out := filepath.Join(dir, "session.har")
	r := in(s).run(t, "record", out, cases, "--parallel", "1", ledger(t))
	require.Zero(t, r.status, "%+v", r)
	require.Regexp(t, `Recorded, without people's data and secrets: \S+session.har, \d+ exchanges`, r.stderr)
	require.Equal(t, []string{"session.har"}, files(t, dir))
	require.NotContains(t, content(t, out), canary)

	r = call{}.run(t, "replay", out)
	require.Zero(t, r.status, "%s\n%s", r.stdout, r.stderr)
	require.NotContains(t, r.stderr, "Warning")

	again := filepath.Join(dir, "again.har.gz")
	r = call{}.run(t, "redact", out, again)
	require.Zero(t, r.status, "%+v", r)
	r = call{}.run(t, "replay", again)
	require.Zero(t, r.status, "%s\n%s", r.stdout, r.stderr)
}

func TestRecordRefusesWhatItCannotWrite(t *testing.T) {
	call{}.run(t, "record").refuses(t, "one file")
	call{}.run(t, "record", "a", "b").refuses(t, "one file")
	call{}.run(t, "record", "-").refuses(t, "not to standard output")
	call{}.run(t, "record", filepath.Join(t.TempDir(), "none", "x.har")).refuses(t, "no such file or directory")
}

func TestRecordLeavesNothingOfARunThatDidNotBegin(t *testing.T) {
	dir := t.TempDir()
	at("https://api.onvy.health").run(t, "record", filepath.Join(dir, "x.har")).refuses(t, "--allow-production")
	require.Empty(t, files(t, dir))
}

func TestRedactRefusesWhatItCannotRead(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out.har")
	call{}.run(t, "redact", "x.har").refuses(t, "IN and OUT")
	call{}.run(t, "redact", "x.har", "-").refuses(t, "not to standard output")
	call{}.run(t, "redact", filepath.Join(dir, "none.har"), out).refuses(t, "nothing was written", "no such file")
	call{}.run(t, "redact", file(t, "bad.har", "<html>"+canary), out).refuses(t, "nothing was written", "not a recording")
	require.Empty(t, files(t, dir))
}

func TestReplayWarnsOfStaleRecordings(t *testing.T) {
	old := file(t, "old.har", `{"log":{"version":"1.2","_onvy":{"spec_sha256":"00","redacted":true},"entries":[]}}`)
	r := call{}.run(t, "replay", old)
	require.Contains(t, r.stderr, "Warning: "+old+": it was recorded against another openapi.yaml")
}
