package contract_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
)

// variables is an environment from names, each with a value of its own.
func variables(names ...string) func(string) (string, bool) {
	set := make(map[string]string)
	for _, name := range names {
		name, value, ok := strings.Cut(name, "=")
		if !ok {
			value = "value-of-" + name
		}
		set[name] = value
	}
	return func(name string) (string, bool) { value, ok := set[name]; return value, ok }
}

var neededVariables = []string{"ONVY_BASE_URL=https://staging.api.onvy.health", "ONVY_PROJECT_ID", "ONVY_CLIENT_ID", "ONVY_CLIENT_SECRET"}

func TestAnEnvironmentWithoutVariablesNamesNoTarget(t *testing.T) {
	_, found, err := contract.TargetFromEnv(variables())
	require.NoError(t, err)
	require.False(t, found)
}

func TestAVariableThatIsSetAndEmptyIsAnErrorThatNamesIt(t *testing.T) {
	for _, name := range []string{"ONVY_BASE_URL", "ONVY_CLIENT_SECRET", "ONVY_ID_TOKEN", "ONVY_OTHER_CLIENT_SECRET"} {
		for _, value := range []string{"", " "} {
			_, found, err := contract.TargetFromEnv(variables(name + "=" + value))
			require.ErrorContains(t, err, "set but empty: "+name+";")
			require.True(t, found)
		}
	}
	_, _, err := contract.TargetFromEnv(variables("ONVY_BASE_URL=", "ONVY_PROJECT_ID="))
	require.ErrorContains(t, err, "set but empty: ONVY_BASE_URL, ONVY_PROJECT_ID;")
}

func TestAnEnvironmentInPartIsAnErrorThatNamesTheRest(t *testing.T) {
	for i := range neededVariables {
		some := append(append([]string(nil), neededVariables[:i]...), neededVariables[i+1:]...)
		_, found, err := contract.TargetFromEnv(variables(some...))
		name, _, _ := strings.Cut(neededVariables[i], "=")
		require.ErrorContains(t, err, "set "+name+" too")
		require.True(t, found)
		require.NotContains(t, err.Error(), "value-of-")
	}
	for _, alone := range []string{"ONVY_ID_TOKEN", "ONVY_SDK_CLIENT_ID", "ONVY_OTHER_PROJECT_ID"} {
		_, _, err := contract.TargetFromEnv(variables(alone))
		require.ErrorContains(t, err, "ONVY_BASE_URL")
	}
	_, _, err := contract.TargetFromEnv(variables(append([]string{"ONVY_OTHER_CLIENT_ID"}, neededVariables...)...))
	require.ErrorContains(t, err, "set ONVY_OTHER_PROJECT_ID, ONVY_OTHER_CLIENT_SECRET too")
}

func TestAWholeEnvironmentIsATarget(t *testing.T) {
	target, found, err := contract.TargetFromEnv(variables(append([]string{
		"ONVY_ID_TOKEN", "ONVY_SDK_CLIENT_ID", "ONVY_OTHER_PROJECT_ID", "ONVY_OTHER_CLIENT_ID", "ONVY_OTHER_CLIENT_SECRET",
	}, neededVariables...)...))
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "value-of-ONVY_PROJECT_ID", target.Project.ID)
	require.Equal(t, "value-of-ONVY_CLIENT_SECRET", target.Project.ClientSecret.Reveal())
	require.Equal(t, "value-of-ONVY_OTHER_CLIENT_SECRET", target.Other.ClientSecret.Reveal())
	require.Equal(t, "value-of-ONVY_ID_TOKEN", target.IDToken.Reveal())
}

func TestATargetThatCannotBeUsedIsOneClearSentence(t *testing.T) {
	good := func() contract.Target {
		return contract.Target{
			BaseURL: "https://staging.api.onvy.health",
			Project: contract.Project{ID: "proj_1", ClientID: "server", ClientSecret: onvy.NewSecret("canary-secret")},
		}
	}
	for says, change := range map[string]func(*contract.Target){
		"is the production server":        func(c *contract.Target) { c.BaseURL = "https://api.onvy.health" },
		"creates and deletes users":       func(c *contract.Target) { c.BaseURL = "https://PRODUCTION.api.onvy.health:443/" },
		"production.api.onvy.health. is":  func(c *contract.Target) { c.BaseURL = "https://production.api.onvy.health./x" },
		"has no http or https scheme":     func(c *contract.Target) { c.BaseURL = "staging.api.onvy.health" },
		"cannot be read":                  func(c *contract.Target) { c.BaseURL = "https://a b" },
		"has credentials":                 func(c *contract.Target) { c.BaseURL = "https://canary:canary-secret@staging.api.onvy.health" },
		"has a query or a fragment":       func(c *contract.Target) { c.BaseURL = "https://staging.api.onvy.health?token=canary-secret" },
		"over plain http":                 func(c *contract.Target) { c.BaseURL = "http://staging.api.onvy.health" },
		"lacks a project id":              func(c *contract.Target) { c.Project.ID = "" },
		"the second project lacks":        func(c *contract.Target) { c.Other = &contract.Project{ID: "proj_2"} },
		"the second project is the first": func(c *contract.Target) { c.Other = &c.Project },
		"has spaces":                      func(c *contract.Target) { c.Project.ID = "proj 1" },
	} {
		target := good()
		change(&target)
		_, err := contract.NewSuite(loadSpec(t), target, contract.Options{})
		require.ErrorContains(t, err, says)
		require.NotContains(t, err.Error(), "canary")
		require.NotContains(t, err.Error(), "\n")
	}
	target := good()
	target.BaseURL = "https://api.onvy.health"
	_, err := contract.NewSuite(loadSpec(t), target, contract.Options{AllowProduction: true})
	require.NoError(t, err)
}
