package selftest_test

import (
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/internal/faults/plant"
	"github.com/onvy-health/onvy-go/contract/internal/selftest"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// What breaks a law of users breaks the same law of a resource that stands in
// the spec alone, and the live suite finds it there by the rule of that law.
func TestTheLiveSuiteKillsWhatIsPlantedIntoAnotherResource(t *testing.T) {
	text, err := os.ReadFile("../../testdata/meals.yaml")
	require.NoError(t, err)
	doc, err := openapi3.NewLoader().LoadFromData(text)
	require.NoError(t, err)
	model, err := spec.New(doc)
	require.NoError(t, err)
	rules, err := contract.Load(text)
	require.NoError(t, err)

	laws := func(r *spec.Resource) (all []string) {
		for _, f := range plant.In(r) {
			if f.Class == "semantics" {
				all = append(all, strings.TrimPrefix(f.Rule, r.Name+"/"))
			}
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	meals, served := model.Resource("meals"), sandbox.WithSpec(text)
	require.Empty(t, mealRun(t, served, rules, faults.None()), "a server without a fault")
	for _, law := range laws(model.Resource("users")) {
		require.True(t, slices.Contains(laws(meals), law) || slices.Contains([]string{"unique-id", "concurrent-create", "patch-merges"}, law), "no fault of meals breaks %s", law)
	}
	for _, f := range needs.Sample(t, plant.In(meals), 200) {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			found := mealRun(t, served, rules, f)
			require.Contains(t, found, f.Rule, f.Title)
			for _, rule := range found {
				require.False(t, strings.HasPrefix(rule, "users/"), "%s is about another resource", rule)
			}
		})
	}
}

// mealRun is the rules that the cases of meals report.
func mealRun(t *testing.T, served sandbox.Option, rules *contract.Spec, f faults.Fault) (found []string) {
	t.Helper()
	srv, err := sandbox.New(served)
	require.NoError(t, err)
	ts := httptest.NewServer(f.Handler(srv))
	defer ts.Close()
	suite, err := contract.NewSuite(rules, selftest.Target(srv, ts.URL), contract.Options{Seed: 1, LedgerDir: t.TempDir(), Run: "^meals/", Risky: true})
	require.NoError(t, err)
	for _, finding := range suite.Run(t.Context()).Findings {
		found = append(found, finding.Rule)
	}
	return found
}
