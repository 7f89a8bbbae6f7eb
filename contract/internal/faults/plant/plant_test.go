package plant_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/internal/faults/plant"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// TestPlantedFaults plants what the spec gives for each of its resources, holds
// a short conversation about that resource, and looks at the recording of it:
// the rule of each fault speaks, under the name of its resource.
func TestPlantedFaults(t *testing.T) {
	text, err := os.ReadFile("../../../testdata/meals.yaml")
	require.NoError(t, err)
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(text)
	require.NoError(t, err)
	model, err := spec.New(doc)
	require.NoError(t, err)
	rules, err := contract.Load(text)
	require.NoError(t, err)

	whole, served := needs.Whole(t), sandbox.WithSpec(text)
	families := make(map[string][]string) // laws that were broken, by resource
	for _, r := range model.Resources {
		require.Empty(t, talk(t, served, rules, r, faults.None()), "%s of a server without a fault", r.Name)
		for i, f := range plant.In(r) {
			if family, law, _ := strings.Cut(f.Rule, "/"); family == r.Name {
				families[r.Name] = append(families[r.Name], law)
			}
			if !whole && i%16 != 0 {
				continue
			}
			t.Run(f.Name, func(t *testing.T) {
				t.Parallel()
				found := talk(t, served, rules, r, f)
				if isProbe(f, r) {
					return // requests are made for it alone: the live suite has to find it
				}
				require.Contains(t, found, f.Rule, f.Title)
				for _, rule := range found {
					family, _, _ := strings.Cut(rule, "/")
					require.False(t, model.Resource(family) != nil && family != r.Name, "%s is about another resource", rule)
				}
			})
		}
	}
	for _, law := range families["users"] {
		if !slices.Contains([]string{"unique-id", "concurrent-create", "patch-merges"}, law) { // the server gives their ids, and no field has parts
			require.Contains(t, families["meals"], law)
		}
	}
	t.Logf("%d faults of users, %d of meals", len(plant.In(model.Resource("users"))), len(plant.In(model.Resource("meals"))))
}

// TestAFieldThatIsLostIsFound adds a field to the spec, of several types and
// formats, and loses it in each way that there is.
func TestAFieldThatIsLostIsFound(t *testing.T) {
	schemas := map[string]string{
		"text": "{type: string, maxLength: 40}", "enum": "{type: string, enum: [low, high]}", "integer": "{type: integer, format: int32}",
		"number": "{type: number, minimum: 0, maximum: 99}", "boolean": "{type: boolean}", "date": "{type: string, format: date}",
		"instant": "{type: string, format: date-time}", "object": "{type: object, properties: {x: {type: integer}}}",
	}
	for _, name := range needs.Sample(t, slices.Sorted(maps.Keys(schemas)), 6) {
		schema := schemas[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(string(onvy.Spec), "        language: &language", "        added: "+schema+"\n        language: &language", 1)
			text = strings.ReplaceAll(text, "        language: *language", "        added: "+schema+"\n        language: *language")
			nullable := strings.TrimSuffix(schema, "}") + ", nullable: true}"
			text = strings.Replace(text, "properties:\n        language:\n", "properties:\n        added: "+nullable+"\n        language:\n", 1)
			rules, err := contract.Load([]byte(text))
			require.NoError(t, err)
			doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
			require.NoError(t, err)
			model, err := spec.New(doc)
			require.NoError(t, err)
			r, served := model.Resource("users"), sandbox.WithSpec([]byte(text))
			require.Empty(t, talk(t, served, rules, r, faults.None()))
			planted := 0
			for _, f := range plant.In(r) {
				if strings.HasSuffix(f.Name, "-added") && !isProbe(f, r) {
					planted++
					require.Contains(t, talk(t, served, rules, r, f), f.Rule, f.Title)
				}
			}
			require.GreaterOrEqual(t, planted, 3, "lost twice, and of another type")
		})
	}
}

// isProbe reports whether a fault is shown by requests that are made for it.
func isProbe(f faults.Fault, r *spec.Resource) bool {
	id := strings.Replace(f.Rule, r.Name+"/", "users/", 1)
	return slices.ContainsFunc(contract.Rules(), func(rule contract.Rule) bool { return rule.ID == id && rule.Kind == contract.KindProbe })
}

// talk holds a conversation about a resource with a server, and returns the
// rules that its recording breaks, but drifts.
func talk(t *testing.T, served sandbox.Option, rules *contract.Spec, r *spec.Resource, f faults.Fault) (found []string) {
	t.Helper()
	srv, err := sandbox.New(served)
	require.NoError(t, err)
	ts := httptest.NewServer(f.Handler(srv))
	defer ts.Close()
	v := &talker{t: t, url: ts.URL, token: srv.MintAccessToken().Reveal()}
	v.client.Transport = contract.Observe(rules, nil, func(x *contract.Exchange, _ []contract.Finding) { v.all = append(v.all, x) })
	v.about(r)
	history := contract.WholeHistory(rules)
	for _, x := range v.all {
		for _, finding := range append(rules.Check(x), history.Add(x)...) {
			if (finding.Level != contract.Drift || finding.Rule == f.Rule) && !slices.Contains(found, finding.Rule) {
				found = append(found, finding.Rule)
			}
		}
	}
	return found
}

type talker struct {
	t      *testing.T
	url    string
	token  string
	client http.Client
	all    []*contract.Exchange
	made   int
}

func (v *talker) send(method, path string, body map[string]any) map[string]any {
	var text io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		require.NoError(v.t, err)
		text = strings.NewReader(string(encoded))
	}
	req, err := http.NewRequestWithContext(v.t.Context(), method, v.url+path, text)
	require.NoError(v.t, err)
	req.Header.Set("Authorization", "Bearer "+v.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := v.client.Do(req)
	require.NoError(v.t, err)
	defer resp.Body.Close() //nolint:errcheck // read to its end
	answer, err := io.ReadAll(resp.Body)
	require.NoError(v.t, err)
	var object map[string]any
	_ = json.Unmarshal(answer, &object)
	return object
}

// about creates, reads, changes, lists and deletes some of a resource.
func (v *talker) about(r *spec.Resource) {
	all := r.Collection
	if r.Parent != nil {
		all = strings.Replace(all, "{"+r.Parent.Param+"}", v.create(r.Parent, r.Parent.Collection, true), 1)
	}
	id := v.create(r, all, true)
	one := all + "/" + id
	v.send("GET", one, nil)
	v.send("GET", one, nil)
	v.send("GET", all, nil)
	field := loose(r)
	v.send("PATCH", one, map[string]any{field.Name: value(field.Schema(), 7)})
	v.send("GET", one, nil)
	v.send("PATCH", one, map[string]any{field.Name: nil})
	v.send("GET", one, nil)
	v.send("PATCH", one, map[string]any{field.Name: value(field.Schema(), 8)})
	v.send("PATCH", one, map[string]any{field.Name: []any{}})
	v.send("GET", one, nil)
	v.send("PUT", one, v.body(r, "", false))
	v.send("GET", one, nil)
	v.send("PUT", one, v.body(r, "", true))
	v.send("GET", one, nil)
	for _, f := range r.Fields {
		if len(f.Parts) > 1 {
			v.send("PATCH", one, map[string]any{f.Name: value(f.Schema(), 8)})
			v.send("GET", one, nil)
			v.send("PATCH", one, map[string]any{f.Name: map[string]any{f.Parts[0]: value(spec.Properties(f.Schema())[f.Parts[0]], 9)}})
			v.send("GET", one, nil)
		}
	}
	bare := v.create(r, all, false)
	v.send("GET", all+"/"+bare, nil)
	if r.ClientKeys {
		again := v.body(r, bare, true)
		v.send("POST", all, again)
	}
	v.create(r, all, true)
	v.send("GET", all+"?limit=1001", nil)
	for page := ""; ; {
		answer := v.send("GET", all+"?limit=1"+page, nil)
		pagination, _ := answer["pagination"].(map[string]any)
		next, _ := pagination["next_page"].(string)
		if next == "" || len(v.all) > 60 {
			break
		}
		page = "&page=" + strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(next)
	}
	v.send("DELETE", one, nil)
	v.send("GET", one, nil)
	v.send("GET", all, nil)
}

func (v *talker) create(r *spec.Resource, all string, full bool) string {
	v.made++
	id, _ := v.send("POST", all, v.body(r, fmt.Sprintf("one_%d", v.made), full))[r.Key].(string)
	return id
}

// body is one of a resource: with all that create takes and gives no default,
// or with no more than it has to have.
func (v *talker) body(r *spec.Resource, id string, full bool) map[string]any {
	body := make(map[string]any)
	if r.ClientKeys && id != "" {
		body[r.Key] = id
	}
	for _, f := range r.Fields {
		if f.Required || full && f.Default == nil {
			body[f.Name] = value(f.Schema(), v.made)
		}
	}
	return body
}

func loose(r *spec.Resource) *spec.Field {
	for _, f := range r.Fields {
		if !f.Required && f.Default == nil && f.Parts == nil && !f.Assigned {
			return f
		}
	}
	return nil
}

// value is one that a schema allows.
func value(s *openapi3.Schema, n int) any {
	if all := spec.EnumOf(s); all != nil {
		return all[n%len(all)]
	}
	s = spec.Plain(s)
	switch {
	case s.Format == "date":
		return fmt.Sprintf("1990-04-%02d", n%28+1)
	case s.Format == "date-time":
		return fmt.Sprintf("2026-03-%02dT18:10:27Z", n%28+1)
	case s.Type.Is(openapi3.TypeString):
		return fmt.Sprintf("text %d", n)
	case s.Type.Is(openapi3.TypeBoolean):
		return true
	case s.Type.Is(openapi3.TypeObject):
		object := make(map[string]any)
		for name, property := range spec.Properties(s) {
			object[name] = value(property, n)
		}
		return object
	}
	return n%10 + 1
}
