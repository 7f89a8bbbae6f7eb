package contract_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// notes are in meals, two levels deep, and their list is an array.
const notes = `  /users/{user_id}/nutrition/meals/{meal_id}/notes:
    parameters:
      - $ref: '#/components/parameters/UserID'
      - {name: meal_id, in: path, required: true, schema: {type: string}}
    get:
      operationId: listNotes
      x-onvy-source: assumed
      x-onvy-scope: 'meals:read'
      responses: &refused
        '200': {description: All., content: {application/json: {schema: {type: array, items: &note {type: object, required: [id, text], properties: {id: {type: string, readOnly: true}, text: {type: string, maxLength: 90}}}}}}}
        4XX: {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
    post:
      operationId: createNote
      x-onvy-source: assumed
      x-onvy-scope: 'meals:create'
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [text], properties: {text: {type: string, maxLength: 90}}}}}}
      responses: {<<: *refused, '200': {description: One., content: {application/json: {schema: *note}}}}
  /users/{user_id}/nutrition/meals/{meal_id}/notes/{note_id}:
    parameters: [{$ref: '#/components/parameters/UserID'}, {name: meal_id, in: path, required: true, schema: {type: string}}, {name: note_id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getNote
      x-onvy-source: assumed
      x-onvy-scope: 'meals:read'
      responses: {<<: *refused, '200': {description: One., content: {application/json: {schema: *note}}}}
    delete:
      operationId: deleteNote
      x-onvy-source: assumed
      x-onvy-scope: 'meals:delete'
      responses: {<<: *refused, '200': {description: Gone.}}
`

// Edits that are legal, if seldom, are run: nothing is found, and no case is in
// error.
func TestSeldomEditsOfTheSpecAreRun(t *testing.T) {
	t.Parallel()
	list := func(parameter string) []byte {
		at := bytes.Index(onvy.Spec, []byte("operationId: listUsers"))
		at += bytes.Index(onvy.Spec[at:], []byte("parameters:\n")) + len("parameters:\n")
		return bytes.Join([][]byte{onvy.Spec[:at], []byte("        - {" + parameter + "}\n"), onvy.Spec[at:]}, nil)
	}
	patch, remove := bytes.Index(onvy.Spec, []byte("    patch:\n")), bytes.Index(onvy.Spec, []byte("    delete:\n"))
	edits := map[string]struct {
		text []byte
		run  string
	}{
		"an enum of numbers":             {withField(t, "activity", "type: integer, enum: [1, 2, 3]"), ""},
		"an enum of one boolean":         {withField(t, "activity", "type: boolean, enum: [true]"), ""},
		"users without PATCH":            {slices.Concat(onvy.Spec[:patch], onvy.Spec[remove:]), "|bearer/tampered$"},
		"DELETE that shows what is gone": {bytes.Replace(onvy.Spec, []byte("'204': {$ref: '#/components/responses/Deleted'}"), []byte("'200': {$ref: '#/components/responses/UserFound'}"), 1), ""},
		"a field that is never shown":    {withField(t, "activity", "type: string, writeOnly: true, maxLength: 60"), ""},
		"a part that is never shown":     {withField(t, "activity", "type: object, properties: {kind: {type: string}, pin: {type: string, writeOnly: true}}"), ""},
		"an address":                     {withField(t, "activity", "type: string, format: ipv4"), ""},
		"a mail address":                 {withField(t, "activity", "type: string, format: email"), ""},
		"a span of time":                 {withField(t, "activity", "type: string, format: duration"), ""},
		"one of two kinds":               {withField(t, "activity", "anyOf: [{type: string, format: date}, {type: string, enum: [never]}]"), ""},
		"a map of no fewer than two":     {withField(t, "activity", "type: object, minProperties: 2, additionalProperties: {type: number}"), ""},
		"a map of two at the most":       {withField(t, "activity", "type: object, maxProperties: 2, additionalProperties: {type: number}"), ""},
		"a required query parameter":     {list("name: sort, in: query, required: true, schema: {type: string, enum: [asc]}"), "|isolation/"},
		"a required header":              {list("name: X-App, in: header, required: true, schema: {type: string}"), "|isolation/"},
		"a list in a list that is bare":  {bytes.Replace(mealsSpec(t), []byte("\ncomponents:\n"), []byte("\n"+notes+"components:\n"), 1), "|notes/"},
	}
	for _, name := range needs.Sample(t, slices.Sorted(maps.Keys(edits)), 5) {
		edit := edits[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cases := "users/|values/"
			if !needs.Whole(t) {
				cases = "users/(create|patch|fields|input-activity)"
			}
			report := runSpec(t, edit.text, nil, contract.Options{Seed: 3, Run: "^(auth/server|" + cases + edit.run + ")"})
			require.Empty(t, report.Findings)
			for _, o := range report.Outcomes {
				require.NotEqual(t, contract.Error, o.Status, "%s: %s", o.Case, o.Reason)
			}
			require.NotContains(t, strings.Join(report.Summary.NotExercised, "\n"), "activity")
			if strings.Contains(edit.run, "notes") {
				require.NotContains(t, strings.Join(report.Summary.NotExercised, "\n"), "Note")
			}
		})
	}
}

// A list that was asked for with a parameter of its own has who it has: it is not
// held against what others show.
func TestAFilteredListLosesNobody(t *testing.T) {
	at := bytes.Index(onvy.Spec, []byte("operationId: listUsers"))
	at += bytes.Index(onvy.Spec[at:], []byte("parameters:\n")) + len("parameters:\n")
	spec, err := contract.Load([]byte(string(onvy.Spec[:at]) + "        - {name: sport, in: query, schema: {type: string, enum: [run, swim]}}\n" + string(onvy.Spec[at:])))
	require.NoError(t, err)
	findings := func(query string) []string {
		xs := []*contract.Exchange{createUser(`{"id":"user_123"}`, user()), listUsers(query, `{"limit":100,"total":0}`)}
		for i, x := range xs {
			x.Started, x.Duration = noon.Add(time.Duration(i)*time.Minute), time.Second
		}
		o := contract.ReplayOptions{Complete: true, OnlyRules: []string{"page", "users"}}
		return rulesOf(spec.ReplayAll(t.Context(), []contract.Recording{recorded("log", xs)}, o).Findings)
	}
	require.Contains(t, findings(""), "page/loses-users")
	require.Empty(t, findings("?sport=swim"))
}
