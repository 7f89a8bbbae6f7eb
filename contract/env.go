package contract

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
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
		return Target{}, true, fmt.Errorf("contract: the environment names a target in part: set %s too, or unset all ONVY_* to use the sandbox",
			strings.Join(missing, ", "))
	}
	if anyOther && len(missingOther) > 0 {
		return Target{}, true, fmt.Errorf("contract: the environment names the second project in part: set %s too, or unset all ONVY_OTHER_*",
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
	return fmt.Errorf("contract: %s: set and empty; give a value, or unset it (CI sets a secret that is missing or misspelled, or not for forks, to nothing)",
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

// check says what is wrong with a target, and returns its base URL.
func (t *Target) check(allowProduction bool) (*url.URL, error) {
	base, err := url.Parse(strings.TrimSpace(t.BaseURL))
	switch {
	case err != nil:
		return nil, errors.New("contract: the base URL cannot be read; write it like https://staging.api.onvy.health")
	case base.Scheme != "http" && base.Scheme != "https", base.Host == "":
		return nil, fmt.Errorf("contract: the base URL %q has no http or https scheme and host; write it like https://staging.api.onvy.health", redactURL(base))
	case base.User != nil:
		return nil, errors.New("contract: the base URL has credentials; give them as ONVY_CLIENT_ID and ONVY_CLIENT_SECRET")
	case base.RawQuery != "" || base.Fragment != "":
		return nil, errors.New("contract: the base URL has a query or a fragment; leave them out")
	case base.Scheme == "http" && !t.Reach.allowsHTTP(base.Hostname()):
		return nil, fmt.Errorf("contract: the base URL sends secrets over plain http to %[1]s; use https, or say --allow-http %[1]s where nobody else is on the way", base.Hostname())
	case isProduction(base.Hostname()) && !allowProduction:
		return nil, fmt.Errorf("contract: %s is the production server, and the suite creates and deletes users; if you mean it, say --allow-production", base.Hostname())
	case t.Project.ID == "", t.Project.ClientID == "", t.Project.ClientSecret.IsZero():
		return nil, errors.New("contract: the target lacks a project id, a client id or a client secret")
	case t.Other != nil && (t.Other.ID == "" || t.Other.ClientID == "" || t.Other.ClientSecret.IsZero()):
		return nil, errors.New("contract: the second project lacks an id, a client id or a client secret")
	case t.Other != nil && t.Other.ID == t.Project.ID:
		return nil, errors.New("contract: the second project is the first one; the isolation cases need another")
	}
	for name, value := range map[string]string{"project id": t.Project.ID, "client id": t.Project.ClientID, "SDK client id": t.SDKClientID} {
		if !printableASCII.MatchString(value) {
			return nil, fmt.Errorf("contract: the %s has spaces or characters outside ASCII", name)
		}
	}
	if err := t.Reach.check(); err != nil {
		return nil, err
	}
	base.Path, base.RawPath = strings.TrimRight(base.Path, "/"), strings.TrimRight(base.RawPath, "/")
	return base, nil
}

var printableASCII = regexp.MustCompile(`^[!-~]*$`)

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func isProduction(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, ".")) // DNS has no case and takes a dot at the end
	return host == "api.onvy.health" || host == "production.api.onvy.health"
}

// redactURL prints a URL without what may be secret in it.
func redactURL(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
}
