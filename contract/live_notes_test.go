package contract_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/selftest"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// withNotes is a spec with a resource that is inside of nothing, and whose
// ids the server gives: only a text in it tells the suite's own from others.
func withNotes(spec []byte) []byte {
	const notes = `
  /notes:
    post:
      operationId: createNote
      x-onvy-source: assumed
      x-onvy-scope: 'users:create'
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/NoteCreate'}}}}
      responses:
        '201':
          description: The note.
          headers: {Location: {schema: {type: string}, x-onvy-sensitive: identity}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
    get:
      operationId: listNotes
      x-onvy-source: assumed
      x-onvy-scope: 'users:read'
      parameters: [{$ref: '#/components/parameters/Page'}, {$ref: '#/components/parameters/Limit'}]
      responses:
        '200': {description: Notes., content: {application/json: {schema: {$ref: '#/components/schemas/NoteList'}}}}
        '400': {$ref: '#/components/responses/BadRequest'}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
  /notes/{note_id}:
    parameters: [{name: note_id, in: path, required: true, schema: {type: string, minLength: 1}, x-onvy-sensitive: identity}]
    get:
      operationId: getNote
      x-onvy-source: assumed
      x-onvy-scope: 'users:read'
      responses: &note
        '200': {description: The note., content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
    delete:
      operationId: deleteNote
      x-onvy-source: assumed
      x-onvy-scope: 'users:delete'
      responses:
        '204': {description: It is gone.}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
`
	const schemas = `
    NoteCreate:
      type: object
      required: [title]
      properties:
        short: {type: string, maxLength: 50, x-onvy-sensitive: text}
        title: {type: string, minLength: 1, maxLength: 120, x-onvy-sensitive: text}
        text: {type: string, minLength: 1, maxLength: 200, x-onvy-sensitive: text}
    Note:
      type: object
      required: [id, title]
      properties:
        id: {type: string, readOnly: true, x-onvy-sensitive: identity}
        short: {type: string, maxLength: 50, x-onvy-sensitive: text}
        title: {type: string, minLength: 1, maxLength: 120, x-onvy-sensitive: text}
        text: {type: string, minLength: 1, maxLength: 200, x-onvy-sensitive: text}
    NoteList:
      type: object
      required: [notes, pagination]
      properties:
        notes: {type: array, items: {$ref: '#/components/schemas/Note'}}
        pagination: {$ref: '#/components/schemas/Pagination'}
`
	text := bytes.Replace(spec, []byte("\npaths:\n"), []byte("\npaths:"+notes), 1)
	return bytes.Replace(text, []byte("\n  schemas:\n"), []byte("\n  schemas:"+schemas), 1)
}

// othersRun is one run of the whole suite for a spec of more than users: meals,
// notes, and a word that nothing exercises. Several tests look at it.
type othersRun struct {
	report    contract.Report
	exchanges []*contract.Exchange
}

var runOthers = sync.OnceValues(func() (*othersRun, error) {
	text, err := os.ReadFile(mealsFile)
	if err != nil {
		return nil, err
	}
	const path = "\n  /users:\n"
	if bytes.Count(text, []byte(path)) != 1 {
		return nil, errors.New("the path of users is elsewhere")
	}
	text = bytes.Replace(withNotes(text), []byte(path), []byte(`
  /contract/word:
    get:
      operationId: getWord
      x-onvy-source: assumed
      x-onvy-scope: 'users:read'
      responses:
        '200': {description: A word., content: {application/json: {schema: {type: object}}}}
        '401': {$ref: '#/components/responses/Unauthorized'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
`+path[1:]), 1)
	dir, err := os.MkdirTemp("", "ledger")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	s, err := sandbox.New(sandbox.WithSpec(text))
	if err != nil {
		return nil, err
	}
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	spec, err := contract.Load(text)
	if err != nil {
		return nil, err
	}
	run := &othersRun{}
	suite, err := contract.NewSuite(spec, selftest.Target(s, server.URL), contract.Options{
		Seed: 3, LedgerDir: dir, OnExchange: func(x *contract.Exchange) { run.exchanges = append(run.exchanges, x) },
	})
	if err != nil {
		return nil, err
	}
	run.report = *suite.Run(context.Background())
	return run, nil
})

func runOfOthers(t *testing.T) othersRun {
	t.Helper()
	run, err := runOthers()
	require.NoError(t, err)
	return *run
}

// The text by which the suite finds its own again is not the value under test,
// and no longer than the field takes: a server that is right is not accused.
func TestWhatMarksItsOwnIsNotWhatTheSuiteTries(t *testing.T) {
	left, wrong := make(map[string]bool), 0
	run := runOfOthers(t)
	report := run.report
	for _, x := range run.exchanges {
		if x.Response == nil {
			continue
		}
		var note map[string]any
		_, at, _ := bytes.Cut([]byte(x.Request.URL), []byte("/notes"))
		switch {
		case x.Request.Method == http.MethodPost && bytes.HasSuffix([]byte(x.Request.URL), []byte("/notes")) && x.Response.Status == 201:
			require.NoError(t, json.Unmarshal(x.Response.Body, &note))
			left["/"+note["id"].(string)] = true
		case x.Request.Method == http.MethodPost && bytes.HasSuffix([]byte(x.Request.URL), []byte("/notes")):
			wrong++
		case x.Request.Method == http.MethodDelete:
			delete(left, string(at))
		}
	}
	require.Empty(t, report.Findings)
	require.Empty(t, left, "all that was made was deleted")
	require.Greater(t, wrong, 10)
	i := slices.IndexFunc(report.Outcomes, func(o contract.Outcome) bool { return o.Case == "notes/create" })
	require.GreaterOrEqual(t, i, 0)
	require.Equal(t, contract.Pass, report.Outcomes[i].Status)
}
