package run

import (
	"fmt"
	"slices"
	"strings"

	onvy "github.com/onvy-health/onvy-go"
)

// TargetFromEnv reads the target from ONVY_* variables, with [os.LookupEnv] for
// example. found is false if none of them is set. A target that is set in part
// is an error that names what is missing, and so is a variable that is set and
// empty, as a secret of CI is whose name is misspelled or that a fork does not
// get: a run must never fall back to another server in silence.
//
//	ONVY_BASE_URL, ONVY_PROJECT_ID, ONVY_CLIENT_ID, ONVY_CLIENT_SECRET  needed
//	ONVY_ID_TOKEN, ONVY_SDK_CLIENT_ID                                  for the user flows
//	ONVY_OTHER_PROJECT_ID, ONVY_OTHER_CLIENT_ID, ONVY_OTHER_CLIENT_SECRET  a second project
func TargetFromEnv(lookup func(string) (string, bool)) (t Target, found bool, err error) {
	if err := noneIsEmpty(lookup); err != nil {
		return Target{}, true, err
	}
	getenv := func(name string) string { value, _ := lookup(name); return value }
	missing, anyNeeded := unset(getenv, targetVariables)
	missingOther, anyOther := unset(getenv, otherVariables)
	anyUser := getenv("ONVY_ID_TOKEN") != "" || getenv("ONVY_SDK_CLIENT_ID") != ""
	if !anyNeeded && !anyOther && !anyUser {
		return Target{}, false, nil
	}
	if len(missing) > 0 {
		return Target{}, true, fmt.Errorf("contract: the server is named in part; set %s too, or unset all ONVY_* to use the sandbox",
			strings.Join(missing, ", "))
	}
	if anyOther && len(missingOther) > 0 {
		return Target{}, true, fmt.Errorf("contract: the second project is named in part; set %s too, or unset all ONVY_OTHER_*",
			strings.Join(missingOther, ", "))
	}
	t = Target{
		BaseURL:     getenv("ONVY_BASE_URL"),
		Project:     Project{getenv("ONVY_PROJECT_ID"), getenv("ONVY_CLIENT_ID"), onvy.NewSecret(getenv("ONVY_CLIENT_SECRET"))},
		IDToken:     onvy.NewSecret(getenv("ONVY_ID_TOKEN")),
		SDKClientID: getenv("ONVY_SDK_CLIENT_ID"),
	}
	if anyOther {
		t.Other = &Project{getenv("ONVY_OTHER_PROJECT_ID"), getenv("ONVY_OTHER_CLIENT_ID"), onvy.NewSecret(getenv("ONVY_OTHER_CLIENT_SECRET"))}
	}
	return t, true, nil
}

// The variables of a target, by what they are for.
var (
	targetVariables = []string{"ONVY_BASE_URL", "ONVY_PROJECT_ID", "ONVY_CLIENT_ID", "ONVY_CLIENT_SECRET"}
	userVariables   = []string{"ONVY_ID_TOKEN", "ONVY_SDK_CLIENT_ID"}
	otherVariables  = []string{"ONVY_OTHER_PROJECT_ID", "ONVY_OTHER_CLIENT_ID", "ONVY_OTHER_CLIENT_SECRET"}
)

// noneIsEmpty is an error that names the variables that are set and empty.
func noneIsEmpty(lookup func(string) (string, bool)) error {
	var empty []string
	for _, name := range slices.Concat(targetVariables, userVariables, otherVariables) {
		if value, set := lookup(name); set && strings.TrimSpace(value) == "" {
			empty = append(empty, name)
		}
	}
	if len(empty) == 0 {
		return nil
	}
	return fmt.Errorf("contract: set but empty: %s; give a value or unset it (in CI a secret is empty if it is missing, misspelled or withheld from forks)",
		strings.Join(empty, ", "))
}

func unset(getenv func(string) string, names []string) (missing []string, anySet bool) {
	for _, name := range names {
		if strings.TrimSpace(getenv(name)) == "" {
			missing = append(missing, name)
		} else {
			anySet = true
		}
	}
	return missing, anySet
}
