package contract_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/speakeasy-api/openapi/overlay"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

const mealsFile = "testdata/meals.yaml"

// TestMealsSpec keeps meals.yaml what its overlay makes of openapi.yaml: a
// resource is added by editing YAML, and by nothing else.
func TestMealsSpec(t *testing.T) {
	var root yaml.Node
	require.NoError(t, yaml.Unmarshal(onvy.Spec, &root))
	edits, err := overlay.Parse("testdata/meals.overlay.yaml")
	require.NoError(t, err)
	require.NoError(t, edits.Validate())
	require.NoError(t, edits.ApplyTo(&root))
	root.Content[0].HeadComment = "# openapi.yaml with meals.overlay.yaml applied. Not to be edited: see there."
	var text bytes.Buffer
	enc := yaml.NewEncoder(&text)
	enc.SetIndent(2)
	require.NoError(t, enc.Encode(&root))
	if *update {
		require.NoError(t, os.WriteFile(mealsFile, text.Bytes(), 0o644))
	}
	require.True(t, bytes.Equal(text.Bytes(), mealsSpec(t)), "openapi.yaml has changed: go test ./contract -run TestMealsSpec -update writes meals.yaml anew")

	_, err = contract.Load(mealsSpec(t))
	require.NoError(t, err)
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(mealsSpec(t))
	require.NoError(t, err)
	m, err := spec.New(doc)
	require.NoError(t, err)
	require.Empty(t, m.Limits)
	meals := m.Resource("meals")
	require.Len(t, meals.Operations(), 6)
	require.Equal(t, "users", meals.Parent.Name)
	require.False(t, meals.ClientKeys)
	require.True(t, meals.Field("meal_time").Required)
	require.InDelta(t, 1, meals.Field("portion_multiplier").Default, 0)
	require.NotNil(t, meals.List.Page.Next)
}

func mealsSpec(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile(mealsFile)
	require.NoError(t, err)
	return text
}
