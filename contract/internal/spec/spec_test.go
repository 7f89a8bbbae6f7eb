package spec_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

func loaded(t testing.TB, text []byte) *spec.Model {
	t.Helper()
	m, err := spec.Parse(text)
	require.NoError(t, err)
	return m
}

// roles are "createUser: create users", one a line.
func roles(m *spec.Model) (lines []string) {
	for _, o := range m.Operations {
		line := o.ID + ": " + o.Role.String()
		if o.Resource != nil {
			line += " " + o.Resource.Name
		}
		for _, g := range o.Grants {
			line += " " + string(g)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestShippedSpec(t *testing.T) {
	m := loaded(t, onvy.Spec)
	require.Equal(t, []string{
		"createOAuthToken: token client_credentials refresh_token token_exchange",
		"listUsers: list users",
		"createUser: create users",
		"deleteUser: delete users",
		"getUser: read users",
		"updateUserPatch: patch users",
		"updateUserPut: replace users",
		"createSDKToken: token token_exchange refresh_token",
		"createServerToken: token client_credentials",
	}, roles(m))
	require.Empty(t, m.Limits)
	require.Equal(t, []string{"users:read", "users:create", "users:delete", "users:update"}, m.Scopes())
	require.Equal(t, []string{
		"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope", "invalid_target",
	}, m.OAuthCodes)

	r := m.Resource("users")
	require.Equal(t, "user", r.Noun)
	require.Equal(t, "/users/{user_id}", r.Item)
	require.Equal(t, "user_id", r.Param)
	require.Equal(t, "id", r.Key)
	require.True(t, r.ClientKeys)
	require.Nil(t, r.Parent)
	require.Equal(t, "created_at", r.Created)
	require.Equal(t, "updated_at", r.Updated)

	require.Equal(t, []string{
		"birthday", "coach_config assigned parts=[enabled]", "firstname", "gender", "height",
		"language assigned", "lastname", "location parts=[lat lon]", "measurement_unit default=metric",
		"thresholds parts=[ftp lthr mhr]", "tz_offset assigned", "weight",
	}, fields(r))
	for _, f := range r.Fields {
		require.True(t, f.Nullable, f.Name)
		require.Regexp(t, `^openapi.yaml:\d+:\d+$`, f.Place)
	}
	require.Equal(t, &spec.Page{
		Items: []string{"users"}, Next: []string{"pagination", "next_page"}, Self: []string{"pagination", "page"},
		Total: []string{"pagination", "total"}, Size: []string{"pagination", "limit"},
		CursorParam: "page", SizeParam: "limit", Min: 1, Max: 1000, Default: 100, MinKnown: true,
	}, r.List.Page)
	require.Equal(t, 201, r.Create.Success)
	require.Equal(t, "users:create", r.Create.Scope)
	require.True(t, r.Create.Bearer)
	require.True(t, m.Operation("createServerToken").Basic)
	require.Equal(t, "application/x-www-form-urlencoded", m.Operation("createOAuthToken").Media)
}

func fields(r *spec.Resource) (lines []string) {
	for _, f := range r.Fields {
		line := f.Name
		if f.Required {
			line += " required"
		}
		if f.Assigned {
			line += " assigned"
		}
		if f.Default != nil {
			line += fmt.Sprintf(" default=%v", f.Default)
		}
		if f.Parts != nil {
			line += fmt.Sprintf(" parts=%v", f.Parts)
		}
		lines = append(lines, line)
	}
	return lines
}

// Two specs that were not written for this: Swagger's Pet Store, which keeps to
// few conventions, and one that keeps to them.
func TestPublicSpecs(t *testing.T) {
	text, err := os.ReadFile("testdata/petstore.json")
	require.NoError(t, err)
	m := loaded(t, text)
	require.Equal(t, []string{
		"addPet: create pet", "deletePet: delete pet", "getPetById: read pet",
		"createUser: create user", "deleteUser: delete user", "getUserByName: read user", "updateUser: replace user",
		"placeOrder: create order", "deleteOrder: delete order", "getOrderById: read order",
	}, known(m))
	user := m.Resource("user")
	require.Equal(t, "username", user.Key, "the parameter of the path has its name")
	require.True(t, user.ClientKeys)
	require.Equal(t, "id", m.Resource("pet").Key)
	require.Nil(t, m.Resource("pet").List)
	require.Empty(t, m.TokenEndpoints())
	require.Contains(t, m.Limits, "no operation gives a token: sign-in and tokens are not checked")

	text, err = os.ReadFile("testdata/pets.yaml")
	require.NoError(t, err)
	doc, err := openapi3.NewLoader().LoadFromData(text) // it is not valid everywhere
	require.NoError(t, err)
	m, err = spec.New(doc)
	require.NoError(t, err)
	pets := m.Resource("pets")
	require.Equal(t, "listPets", pets.List.ID)
	require.Equal(t, &spec.Page{SizeParam: "limit"}, pets.List.Page, "an array and a limit, and no way on")
	require.Equal(t, "createPet", pets.Create.ID)
	require.Contains(t, strings.Join(m.Limits, "\n"), "only its first page is looked at")
}

func known(m *spec.Model) (lines []string) {
	for _, r := range m.Resources {
		for _, o := range m.Operations {
			if o.Resource == r {
				lines = append(lines, o.ID+": "+o.Role.String()+" "+r.Name)
			}
		}
	}
	return lines
}

// edited is the shipped spec after replacements.
func edited(t testing.TB, pairs ...string) []byte {
	t.Helper()
	text := string(onvy.Spec)
	for i := 0; i < len(pairs); i += 2 {
		require.Contains(t, text, pairs[i])
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return []byte(text)
}

func TestMarksSayWhatNamesDoNot(t *testing.T) {
	m := loaded(t, edited(t,
		"operationId: listUsers", "operationId: listUsers\n      x-onvy-page: {items: users, next: pagination.total, size: limit}"))
	require.Equal(t, []string{"pagination", "total"}, m.Resource("users").List.Page.Next)

	m = loaded(t, edited(t, "operationId: getUser", "operationId: getUser\n      x-onvy-resource: none"))
	require.Nil(t, m.Resource("users").Read)
	require.Equal(t, spec.None, m.Operation("getUser").Role)
	require.Len(t, m.Limits, 1)
	require.Regexp(t, `^openapi.yaml:\d+:\d+: no operation reads one of users: `, m.Limits[0])
}

// Of two arrays nobody knows which are the items, unless a mark says it.
func TestTheItemsOfTwoArrays(t *testing.T) {
	more := []string{"        users:\n          type: array\n", "        warnings: {type: array, items: {type: string}}\n        users:\n          type: array\n"}
	m := loaded(t, edited(t, more...))
	require.Nil(t, m.Resource("users").List)
	m = loaded(t, edited(t, append(more, "operationId: listUsers", "x-onvy-page: {items: users}\n      operationId: listUsers")...))
	page := m.Resource("users").List.Page
	require.Equal(t, []string{"users"}, page.Items)
	require.Equal(t, []string{"pagination", "next_page"}, page.Next)
	require.Equal(t, "page", page.CursorParam)
}

func TestAnEndpointIsNoTokenEndpointForItsHeaders(t *testing.T) {
	m := loaded(t, edited(t,
		"description: The user.\n      x-onvy-source: users/create-a-new-user\n",
		"description: The user.\n      headers:\n        Cache-Control: {$ref: '#/components/headers/NoStore'}\n",
		"operationId: getUser\n", "operationId: getUser\n      security: []\n"))
	require.Equal(t, spec.Read, m.Operation("getUser").Role)
}

func TestWhatIsWrongIsSaidWithItsPlace(t *testing.T) {
	for name, test := range map[string]struct {
		edits []string
		want  string
	}{
		"operation without id": {[]string{"operationId: getUser\n      ", ""}, `:\d+:\d+: GET /users/{user_id} has no operationId`},
		"two lists": {
			[]string{"operationId: getUser", "x-onvy-resource: users:list\n      operationId: getUser"},
			`:\d+:\d+: listUsers and getUser both list users`,
		},
		"one id twice": {
			[]string{"operationId: createUser\n", "operationId: listUsers\n"},
			`:\d+:20: the operationId listUsers is there twice, first at openapi.yaml:\d+:20$`,
		},
		"ref to nothing": {
			[]string{"schema: {$ref: '#/components/schemas/ServerTokenRequest'}", "schema: {$ref: '#/components/schemas/Nobody'}"},
			`:\d+:28: the \$ref #/components/schemas/Nobody leads nowhere$`,
		},
		"ref to another file": {
			[]string{"schema: {$ref: '#/components/schemas/ServerTokenRequest'}", "schema: {$ref: 'model.go'}"},
			`:\d+:28: the \$ref model.go leads out of openapi.yaml; nothing else is read$`,
		},
		"wrong mark":  {[]string{"x-onvy-time: updated", "x-onvy-time: changed"}, `:\d+:\d+: x-onvy-time is not "created" or "updated"$`},
		"syntax":      {[]string{"paths:\n", "paths: [\n"}, `:\d+: the spec cannot be read: did not find expected ',' or '\]'`},
		"a key twice": {[]string{"info:\n", "tags: []\ninfo:\n"}, `:\d+: the spec cannot be read: mapping key "tags" already defined at line \d+`},
		"unknown resource": {
			[]string{"operationId: getUser", "x-onvy-resource: meals:read\n      operationId: getUser"},
			`:\d+:\d+: x-onvy-resource of getUser is "meals:read"; resources are users, roles`,
		},
		"page of nothing": {
			[]string{"operationId: listUsers", "x-onvy-page: {items: people}\n      operationId: listUsers"},
			`:\d+:\d+: x-onvy-page of listUsers names "people", which its answer does not document`,
		},
		"page without such a parameter": {
			[]string{"operationId: listUsers", "x-onvy-page: {cursor: after}\n      operationId: listUsers"},
			`:\d+:\d+: x-onvy-page of listUsers names "after", which is no parameter`,
		},
		"items that are none": {
			[]string{"operationId: listUsers", "x-onvy-page: {items: pagination}\n      operationId: listUsers"},
			`:\d+:\d+: x-onvy-page of listUsers has items "pagination", which is no array`,
		},
		"unknown key of a page": {
			[]string{"operationId: listUsers", "x-onvy-page: {itms: users}\n      operationId: listUsers"},
			`:\d+:\d+: x-onvy-page of listUsers has "itms"; it may have items, next`,
		},
		"list without items": {
			[]string{"operationId: deleteUser", "x-onvy-resource: users:list\n      operationId: deleteUser", "operationId: listUsers", "x-onvy-resource: none\n      operationId: listUsers"},
			`:\d+:\d+: deleteUser lists users, and its answer has not one array`,
		},
		"time that is none": {
			[]string{"description: Date of birth.\n          example", "description: Date of birth.\n          x-onvy-time: created\n          example"},
			`:\d+:\d+: birthday of users has x-onvy-time and is not of the format date-time`,
		},
		"two times of creation": {
			[]string{"x-onvy-time: updated", "x-onvy-time: created"},
			`:\d+:\d+: updated_at of users has x-onvy-time "created"; it is created or updated, each once`,
		},
		"grant without token": {
			[]string{"operationId: createUser", "x-onvy-grant: [refresh_token]\n      operationId: createUser"},
			`:\d+:\d+: createUser has x-onvy-grant and documents no answer with access_token`,
		},
		"schema that is a part of itself": {
			[]string{"    Gender:\n      type: string\n", "    Gender:\n      allOf: [{$ref: '#/components/schemas/Gender'}]\n"},
			`:\d+:\d+: the schema Gender is a part of itself: its \$refs go in a circle`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := spec.Parse(edited(t, test.edits...))
			require.Error(t, err)
			require.Regexp(t, `^openapi.yaml`+test.want, err.Error())
		})
	}
}

// A tree is no circle.
func TestSchemaThatHoldsItsOwnKind(t *testing.T) {
	m := loaded(t, edited(t, "        enabled: {type: boolean, example: true, x-onvy-sensitive: none}", "        enabled: {type: boolean, example: true}\n        inner: {$ref: '#/components/schemas/CoachConfig'}"))
	require.Equal(t, []string{"enabled", "inner"}, m.Resource("users").Field("coach_config").Parts)
	require.NoError(t, m.Doc.Validate(context.Background()))
}

// A spec is no way to let a machine ask others, or read its files.
func TestNothingThatASpecRefersToIsFetched(t *testing.T) {
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer server.Close()
	for _, ref := range []string{server.URL + "/x.yaml#/X", strings.TrimPrefix(server.URL, "http:") + "/x", "file:///etc/passwd"} {
		_, err := spec.Parse(edited(t, "schema: {$ref: '#/components/schemas/ServerTokenRequest'}", "schema: {$ref: '"+ref+"'}"))
		require.ErrorContains(t, err, "leads out of openapi.yaml")
	}
	require.False(t, asked)
}

// Data may have a $ref in it.
func TestARefInAnExampleIsData(t *testing.T) {
	loaded(t, edited(t, "value: {scope: 'users:create users:read'}", "value: {scope: 'users:read', $ref: nowhere}"))
}
