package coverage_test

import (
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/internal/coverage"
)

const sum = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"

func load(t testing.TB, text []byte) (*openapi3.T, *coverage.Model) {
	t.Helper()
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true
	doc, err := loader.LoadFromData(text)
	require.NoError(t, err)
	require.NoError(t, doc.Validate(t.Context()))
	return doc, coverage.Compile(doc, sum)
}

func find(t testing.TB, m *coverage.Model, id string) coverage.Point {
	t.Helper()
	for _, p := range m.Points() {
		if p.ID() == id {
			return p
		}
	}
	require.Fail(t, "no such point", id)
	return coverage.Point{}
}

func TestPointsOfTheSpecAreOfTheClassOfWhoCanCauseThem(t *testing.T) {
	_, m := load(t, onvy.Spec)
	for id, class := range map[string]coverage.Class{
		"getUser request operation":                                             coverage.Required,
		"getUser request credential a valid token":                              coverage.Required,
		"getUser request credential an expired token":                           coverage.Negative,
		"deleteUser request credential no token":                                coverage.Assumed, // the operation is
		"getUser 200 status":                                                    coverage.Required,
		"getUser 401 status":                                                    coverage.Negative,
		"getUser 404 status":                                                    coverage.Assumed,
		"getUser 429 status":                                                    coverage.Server,
		"getUser 5XX status":                                                    coverage.Server,
		"createServerToken 200 header Cache-Control":                            coverage.Required,
		"createServerToken 200 header Pragma":                                   coverage.Server, // optional
		"listUsers request parameter ?limit left out":                           coverage.Required,
		"listUsers request bound ?limit =1000":                                  coverage.Required,
		"listUsers request wrong value ?limit above 1000":                       coverage.Negative,
		"createUser request enum value /gender =other":                          coverage.Required,
		"createUser request wrong value /id left out":                           coverage.Negative,
		"createUser request wrong value /birthday another value":                coverage.Negative,
		"updateUserPut request property /thresholds/ftp":                        coverage.Assumed, // the body is
		"getUser 200 property /gender":                                          coverage.Required,
		"getUser 200 property /gender left out":                                 coverage.Required, // by creating without it
		"getUser 200 property /measurement_unit left out":                       coverage.Server,   // it has a default
		"getUser 200 property /data_syncs with items":                           coverage.Server,   // no request has it
		"listUsers 200 property /users/*/data_syncs/*/status":                   coverage.Server,
		"listUsers 200 property /pagination/next_page null":                     coverage.Server,
		"createOAuthToken request wrong value /scope of another type":           coverage.Infeasible,
		"createOAuthToken request enum value /grant_type =client_credentials":   coverage.Assumed,  // as the form is
		"createOAuthToken request property /audience":                           coverage.Required, // says so itself
		"createSDKToken request enum value /grant =refresh":                     coverage.Required,
		"createOAuthToken 400 enum value /error =invalid_grant":                 coverage.Server, // which code is its choice
		"updateUserPatch request property /gender null":                         coverage.Assumed,
		"listUsers 200 property /users/*/thresholds/mhr":                        coverage.Required,
		"createServerToken 200 media type application/json":                     coverage.Required,
		"createOAuthToken request media type application/x-www-form-urlencoded": coverage.Required,
		"createOAuthToken request credential a wrong client":                    coverage.Negative,
		"createServerToken 200 property /access_token":                          coverage.Required,
		"createServerToken 200 property /refresh_token left out":                coverage.Server,
		"createUser request property /coach_config/enabled":                     coverage.Required,
		"createUser request property /coach_config/enabled left out":            coverage.Required,
		"createUser request wrong value /coach_config/enabled of another type":  coverage.Negative,
		"listUsers request wrong value ?limit of another type":                  coverage.Negative,
		"createUser request wrong value /measurement_unit another value":        coverage.Negative,
		"createUser 401 header WWW-Authenticate":                                coverage.Negative,
	} {
		p := find(t, m, id)
		require.Equal(t, class, p.Class, id)
		if class == coverage.Server || class == coverage.Infeasible {
			require.NotEmpty(t, p.Reason, id)
		}
	}
}

func TestPointsHaveIDsOfTheirOwnAndAPlaceInTheSpec(t *testing.T) {
	_, m := load(t, onvy.Spec)
	seen := map[string]bool{}
	for _, p := range m.Points() {
		require.False(t, seen[p.ID()], p.ID())
		seen[p.ID()] = true
		require.True(t, strings.HasPrefix(p.Spec, "openapi.yaml:"), p.ID())
		require.Contains(t, coverage.Kinds, p.Kind)
		require.Contains(t, coverage.Classes, p.Class)
	}
	require.Greater(t, len(seen), 1000)
}

func TestIDsOfPointsOutliveAnEditElsewhere(t *testing.T) {
	_, before := load(t, onvy.Spec)
	edited := strings.Replace(string(onvy.Spec), "openapi: 3.0.3", "# A line.\n\nopenapi: 3.0.3", 1)
	_, after := load(t, []byte(edited))
	ids := func(m *coverage.Model) (ids []string) {
		for _, p := range m.Points() {
			ids = append(ids, p.ID())
		}
		return ids
	}
	require.Equal(t, ids(before), ids(after))
}

func TestASchemaThatRefersToItselfHasAnEndOfPoints(t *testing.T) {
	_, m := load(t, []byte(`
openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /a:
    get:
      operationId: getA
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Node'}
components:
  schemas:
    Node:
      type: object
      properties:
        name: {type: string}
        next: {$ref: '#/components/schemas/Node'}
        all: {type: array, items: {$ref: '#/components/schemas/Node'}}
`))
	find(t, m, "getA 200 property /next")
	require.Less(t, len(m.Points()), 30)
}
