package example_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/internal/example"
	"github.com/onvy-health/onvy-go/contract/wire"
)

func folder(files map[string]string) fstest.MapFS {
	all := fstest.MapFS{"testdata": {Mode: 0o755 | 1<<31}}
	for name, text := range files {
		all["testdata/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

const good = "-- good --\n> GET / HTTP/1.1\n"

func read(text string) (*example.File, error) {
	return example.Read(folder(map[string]string{"team/rule.txtar": text}), "team/rule")
}

func TestAnExampleIsWhatItSays(t *testing.T) {
	f, err := read(`What is good to know.

-- bad --
# A remark.
* also page/limit
* also json/bom
* jwt $T {"alg":"none"} {"sub":"a b"}
* took 1.5s
> POST /users?a=b HTTP/1.1
> Authorization: Bearer $T
>
> {"a":
>q "\t1}\r"
* error closed
< HTTP/1.1 200 Very well
< : folded
< :status: 200
<q "Via: a\r\nX: 1 "
< Empty:
<
< [
<x2 "%d",
<q "\xff\x00"
<
* decoded gzip
* extra "}}"
* truncated

* at 1m30s
> GET https://elsewhere.example/ HTTP/1.1
< HTTP/1.0 204

* at unknown
* took unknown
> GET / HTTP/1.1
* error timeout

` + good + "-- openapi.yaml --\nopenapi: 3.0.3\n")
	require.NoError(t, err)
	require.Equal(t, "What is good to know.", f.Doc)
	require.Equal(t, "openapi: 3.0.3\n", string(f.Spec))
	require.Len(t, f.Good, 1)
	require.Len(t, f.Bad, 1)
	require.Equal(t, []string{"json/bom", "page/limit"}, f.Bad[0].Also)
	require.Regexp(t, `(?s)^# A remark\..*error timeout$`, f.Bad[0].Text)
	require.Equal(t, []*wire.Exchange{{
		Name: "team/rule bad 1", Started: example.Noon, Duration: 1500 * time.Millisecond, Err: wire.ErrClosed,
		Request: wire.Request{
			Method: "POST", URL: "https://api.onvy.health/users?a=b",
			Header: wire.Header{{Name: "Authorization", Value: "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIGIifQ.c2lnbmF0dXJl"}},
			Body:   []byte("{\"a\":\n\t1}\r"),
		},
		Response: &wire.Response{
			Proto: "HTTP/1.1", Status: 200, Reason: "Very well",
			Header: wire.Header{{Value: "folded"}, {Name: ":status", Value: "200"}, {Name: "Via", Value: "a\r\nX: 1 "}, {Name: "Empty"}},
			Body:   []byte("[\n\"1\",\n\"2\",\n\xff\x00\n"), Decoded: "gzip", Extra: []byte("}}"), Truncated: true,
		},
	}, {
		Name: "team/rule bad 1", Started: example.Noon.Add(90 * time.Second), Duration: 10 * time.Millisecond,
		Request:  wire.Request{Method: "GET", URL: "https://elsewhere.example/"},
		Response: &wire.Response{Proto: "HTTP/1.0", Status: 204},
	}, {
		Name: "team/rule bad 1", Request: wire.Request{Method: "GET", URL: "https://api.onvy.health/"}, Err: wire.ErrTimeout,
	}}, f.Bad[0].Exchanges)
}

func TestAFileThatCannotBeReadIsNamedWithItsLine(t *testing.T) {
	bad := func(lines string) string { return "A rule.\n" + good + "-- bad --\n> GET / HTTP/1.1\n" + lines }
	for want, text := range map[string]string{
		`the rule team/rule has no examples: testdata/team/rule.txtar needs a section bad and a section good`: good,
		`testdata/team/rule.txtar:3: a section is bad, good or openapi.yaml, not "worse"`:                     good + "-- worse --\n",
		`testdata/team/rule.txtar:1: the example has no exchange`:                                             "-- bad --\n",
		`testdata/team/rule.txtar:6: a line begins with > < >q <q <x9 * or #, not with "HTTP/1.1"`:            bad("HTTP/1.1 200\n"),
		`testdata/team/rule.txtar:6: a line begins with > < >q <q <x9 * or #, not with "<x9999999"`:           bad("<x9999999 a\n"),
		`testdata/team/rule.txtar:6: what follows <q is a text in the quotes of Go`:                           bad("<q HTTP/1.1 200\n"),
		`testdata/team/rule.txtar:7: a response begins with a line like HTTP/1.1 200 OK`:                      bad("< 200\n\n"),
		`testdata/team/rule.txtar:8: a header field is a name`:                                                bad("< HTTP/1.1 200\n< {}\n\n"),
		`testdata/team/rule.txtar:7: an exchange has no request`:                                              bad("\n< HTTP/1.1 200\n"),
		`testdata/team/rule.txtar:3: a request begins with a line like GET /users HTTP/1.1`:                   "-- bad --\n> GET\n\n" + good,
		`testdata/team/rule.txtar:6: there is no fact "slow"`:                                                 bad("* slow\n"),
		`testdata/team/rule.txtar:6: the fact at cannot be "noon"`:                                            bad("* at noon\n"),
		`testdata/team/rule.txtar:6: the fact error cannot be "bad"`:                                          bad("* error bad\n"),
		`testdata/team/rule.txtar:6: the fact extra cannot be "}"`:                                            bad("* extra }\n"),
		`testdata/team/rule.txtar:6: the fact jwt cannot be "T {} {}"`:                                        bad("* jwt T {} {}\n"),
		`testdata/team/rule.txtar:7: an exchange has no response`:                                             bad("* truncated\n\n"),
		`testdata/team/rule.txtar:4: the rule of the file speaks of what is bad`:                              bad("* also team/rule\n"),
	} {
		_, err := read(text)
		require.ErrorContains(t, err, want)
	}
}

func TestEachRuleHasAFileAndEachFileARule(t *testing.T) {
	whole := good + "-- bad --\n> GET / HTTP/1.1\n"
	examples := folder(map[string]string{"team/rule.txtar": whole, "team/last.txtar": whole, "team/cut.txtar": "-- bad --\n", "team/gone.txtar": whole, "team/notes.md": "", "team/folder.txtar/a.txtar": whole})
	files, err := example.ReadAll(examples, []string{"team/rule", "team/none", "team/rule", "team/cut", "team/folder", "team/last"})
	require.EqualError(t, err, `the rule team/none has no examples: there is no testdata/team/none.txtar
there are two rules team/rule
testdata/team/cut.txtar:1: the example has no exchange
the examples of team/folder cannot be read: read testdata/team/folder.txtar: invalid argument
testdata/team/folder.txtar/a.txtar is for no rule
testdata/team/gone.txtar is for no rule
testdata/team/notes.md is for no rule`)
	require.Len(t, files, 2, "the others are read all the same")
	require.Equal(t, "team/last", files[1].Rule)
}

func TestAFamilyThatIsAPackageHasItsExamplesInIt(t *testing.T) {
	whole := &fstest.MapFile{Data: []byte(good + "-- bad --\n> GET / HTTP/1.1\n")}
	files, err := example.ReadAll(fstest.MapFS{"team/testdata/rule.txtar": whole, "other/testdata/gone.txtar": whole}, []string{"team/rule", "team/none"})
	require.EqualError(t, err, "the rule team/none has no examples: there is no team/testdata/none.txtar\nother/testdata/gone.txtar is for no rule")
	require.Len(t, files, 1)
	require.Equal(t, "team/rule", files[0].Rule)
}

// The error of an unknown fact lists those that there are.
func TestTheDocumentationNamesEveryFact(t *testing.T) {
	_, err := read("-- bad --\n* slow\n> GET / HTTP/1.1\n" + good)
	require.Error(t, err)
	_, list, found := strings.Cut(err.Error(), "; there are ")
	require.True(t, found, err)
	text, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	for _, name := range strings.FieldsFunc(strings.ReplaceAll(list, " and ", ", "), func(r rune) bool { return r == ',' || r == ' ' }) {
		require.Regexp(t, `(?m)^//   - `+name+` `, string(text))
	}
}
