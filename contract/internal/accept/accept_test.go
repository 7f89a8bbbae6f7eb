package accept

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/internal/accept/mutant"
)

// These tests are inside the package: users see the matcher as speed only.

func TestEverySchemaOfAResponseHasAFastPath(t *testing.T) {
	doc := mutant.LoadSpec(t)
	for name, response := range doc.Components.Responses {
		for media, content := range response.Value.Content {
			require.NotNil(t, Compile(content.Schema), "%s %s", name, media)
		}
	}
}

func TestEveryExampleOfAResponseTakesTheFastPath(t *testing.T) {
	doc := mutant.LoadSpec(t)
	n := 0
	for name, response := range doc.Components.Responses {
		for _, content := range response.Value.Content {
			m := Compile(content.Schema)
			for title, example := range content.Examples {
				body, err := json.Marshal(example.Value.Value)
				require.NoError(t, err)
				require.True(t, m.Accepts(body), "%s %s", name, title)
				n++
			}
		}
	}
	require.Positive(t, n)
}

func TestAcceptedBodiesAreStrictJSON(t *testing.T) {
	m := Compile(mutant.LoadSpec(t).Components.Schemas["User"])
	const user = `{"id":"user_123","created_at":"2026-03-05T18:10:27Z","updated_at":"2026-03-05T18:10:27Z"}`
	with := func(member string) string { return strings.Replace(user, "{", "{"+member+",", 1) }

	for name, body := range map[string]string{
		"compact":                 user,
		"white space around":      " \r\n\t" + user + "\n",
		"white space inside":      strings.NewReplacer(",", " ,\n\t", ":\"", " : \"").Replace(user),
		"text beyond ASCII":       with(`"firstname":"Ævar 🦄"`),
		"escapes in a free text":  with(`"firstname":"\u00c6var \ud83e\udd84 \"\\\/\b\f\n\r\t"`),
		"escapes in a date-time":  strings.Replace(user, "2026-", `2026\u002d`, 1),
		"escapes in an enum":      with(`"gender":"oth\u0065r"`),
		"NUL escaped":             with(`"firstname":"\u0000"`),
		"an empty object":         with(`"thresholds":{}`),
		"an empty array":          with(`"data_syncs":[]`),
		"DEL as it is":            with("\"firstname\":\"\x7f\""),
		"a number with all parts": with(`"height":-1.725E+2`),
	} {
		require.True(t, m.Accepts([]byte(body)), name)
	}

	for name, body := range map[string]string{
		"nothing":                          "",
		"white space only":                 " \n",
		"a byte order mark":                "\ufeff" + user,
		"text behind it":                   user + "x",
		"a comma behind it":                user + ",",
		"a second value":                   user + " " + user,
		"a NUL behind it":                  user + "\x00",
		"the end missing":                  user[:len(user)-1],
		"an invalid byte":                  with("\"firstname\":\"\xff\""),
		"an overlong encoding":             with("\"firstname\":\"\xc0\xaf\""),
		"a surrogate as UTF-8":             with("\"firstname\":\"\xed\xa0\x80\""),
		"half a surrogate pair":            with(`"firstname":"\ud83e"`),
		"a surrogate pair reversed":        with(`"firstname":"\udd84\ud83e"`),
		"an unknown escape":                with(`"firstname":"\x41"`),
		"a control character":              with("\"firstname\":\"\n\""),
		"single quotes":                    with(`'firstname':'A'`),
		"a trailing comma":                 strings.Replace(user, "}", ",}", 1),
		"a leading comma":                  strings.Replace(user, "{", "{,", 1),
		"a comma missing":                  strings.Replace(user, ",", " ", 1),
		"a colon missing":                  strings.Replace(user, ":", " ", 1),
		"a comment":                        with(`/**/"firstname":"A"`),
		"a form feed":                      "\f" + user,
		"NaN":                              with(`"height":NaN`),
		"a plus sign":                      with(`"height":+1`),
		"a leading zero":                   with(`"height":01`),
		"a point without digits":           with(`"height":1.`),
		"a hexadecimal number":             with(`"height":0x10`),
		"half a literal":                   with(`"coach_config":{"enabled":tru}`),
		"a literal in capitals":            with(`"coach_config":{"enabled":True}`),
		"a name twice":                     with(`"firstname":"A","firstname":"A"`),
		"a name twice, once with escapes":  with(`"firstname":"A","\u0066irstname":"A"`),
		"a name twice further in":          with(`"thresholds":{"ftp":1,"ftp":1}`),
		"a name with escapes":              with(`"\u0066irstname":"A"`),
		"a name that is no string":         with(`1:1`),
		"a property nobody documented":     with(`"nickname":"A"`),
		"such a property further in":       with(`"location":{"alt":1}`),
		"a documented name in other case":  with(`"Firstname":"A"`),
		"an empty name":                    with(`"":"A"`),
		"a name longer than all":           with(`"` + strings.Repeat("a", 99) + `":"A"`),
		"a null that is not nullable":      with(`"firstname":null`),
		"a required property missing":      strings.Replace(user, `"id":"user_123",`, "", 1),
		"an array in place of the object":  "[" + user + "]",
		"a string in place of the object":  `"user"`,
		"an object in place of an array":   with(`"data_syncs":{}`),
		"an object in place of a string":   with(`"firstname":{"a":"A"}`),
		"nesting without end":              strings.Repeat("[", 100_000),
		"nesting without end in an object": strings.Repeat(`{"thresholds":`, 100_000),
	} {
		require.False(t, m.Accepts([]byte(body)), name)
	}
}

func TestAcceptedBodiesCostNoAllocation(t *testing.T) {
	m := Compile(mutant.LoadSpec(t).Components.Schemas["UserList"])
	// Escapes need a buffer, which is kept.
	body := bytes.Replace(mutant.UserList(100), []byte(`"id":"user`), []byte(`"id":"\u0075ser`), 1)
	r := newTokenReader()
	m.readers.New = func() any { return r } // the race detector empties pools
	require.True(t, m.Accepts(body))
	require.Zero(t, testing.AllocsPerRun(100, func() { m.Accepts(body) }))
}

func TestAMatcherServesSeveralGoroutines(t *testing.T) {
	m := Compile(mutant.LoadSpec(t).Components.Schemas["UserList"])
	good := mutant.UserList(10)
	bad := bytes.Replace(good, []byte(`"user_000007"`), []byte(`""`), 1)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if !m.Accepts(good) || m.Accepts(bad) {
					t.Error("the bodies were mixed up")
				}
			}
		})
	}
	wg.Wait()
}

func TestTheBodyIsNeitherChangedNorKept(t *testing.T) {
	m := Compile(mutant.LoadSpec(t).Components.Schemas["UserList"])
	r := newTokenReader()
	m.readers.New = func() any { return r }
	body := bytes.Replace(mutant.UserList(1), []byte("Avery"), []byte(`\u0041very`), 1)
	body = bytes.Replace(body, []byte(`"user_`), []byte(`"\u0075ser_`), 1)
	before := bytes.Clone(body)
	require.True(t, m.Accepts(body))
	require.Equal(t, before, body)
	require.Nil(t, r.body)
	require.Zero(t, r.source.Cap())
	require.Empty(t, bytes.Trim(r.plain[:cap(r.plain)], "\x00"), "a text of the body is still in the buffer")
}
