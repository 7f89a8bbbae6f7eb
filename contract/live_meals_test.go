package contract_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
)

// A resource that stands in the spec alone is exercised by the cases of any
// resource: each operation with 2xx and with refusals; nothing of it is left.
func TestTheLiveSuiteExercisesAResourceThatNoLineOfGoNames(t *testing.T) {
	t.Parallel()
	answers := make(map[string]map[int]int)
	left := make(map[string]bool)
	path := regexp.MustCompile(`^/users/[^/]+/nutrition/meals(/[^/?]+)?(\?.*)?$`)
	run := runOfOthers(t)
	report := run.report
	for _, x := range run.exchanges {
		at := x.Request.URL[strings.Index(x.Request.URL[8:], "/")+8:]
		if x.Response == nil || !path.MatchString(at) {
			continue
		}
		operation := x.Request.Method
		if m := path.FindStringSubmatch(at); m[1] != "" {
			operation += " one"
		}
		if answers[operation] == nil {
			answers[operation] = make(map[int]int)
		}
		answers[operation][x.Response.Status/100]++
		if location := x.Response.Header.Get("Location"); x.Response.Status == http.StatusCreated && location != "" {
			left[location] = true
		}
		if x.Request.Method == http.MethodDelete {
			delete(left, at)
		}
	}
	for _, operation := range []string{"POST", "GET", "GET one", "PUT one", "PATCH one", "DELETE one"} {
		require.Positive(t, answers[operation][2], "%s: %v", operation, answers)
		require.Positive(t, answers[operation][4], "%s: %v", operation, answers)
	}
	require.Equal(t, []string{"getWord: no 2xx answer"}, report.Summary.NotExercised)
	require.Empty(t, left, "all that was made was deleted")
	require.Empty(t, report.Findings)
	for _, o := range report.Outcomes {
		require.NotContains(t, []contract.Status{contract.Error, contract.NotRun}, o.Status, "%s: %s", o.Case, o.Reason)
	}
}

// What a server loses of it is found by the laws of resources.
func TestALostFieldOfAnotherResourceIsFound(t *testing.T) {
	report := runSpec(t, mealsSpec(t), func(r *http.Request, a *answered) {
		if object := a.object(); r.Method == http.MethodGet && object["meal_time"] != nil {
			delete(object, "comment")
			a.set(object)
		}
	}, contract.Options{Seed: 2, Run: "^(auth/server|meals/create)$"})
	rules := rulesOf(report.Findings)
	require.Contains(t, rules, "meals/read-back")
}
