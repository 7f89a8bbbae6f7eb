package targetflags

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/onvy-health/onvy-go/contract"
)

// Flags are the flags that stand for ONVY_* variables, by the name of
// the variable. Secrets come in files, never in flags.
type Flags struct {
	set    *pflag.FlagSet
	values map[string]*string // flag value by variable
	files  map[string]*string // file name by variable
	names  map[string]string  // flag name by variable
	reach  reachFlags
}

// maxSecret is more than any secret or token has.
const maxSecret = 64 << 10

// Register adds the flags.
func (f *Flags) Register(set *pflag.FlagSet) {
	f.set = set
	f.values, f.files, f.names = map[string]*string{}, map[string]*string{}, map[string]string{}
	value := func(flag, variable, text string) {
		f.values[variable], f.names[variable] = set.String(flag, "", text+" (ONVY_"+variable+")"), flag
	}
	file := func(flag, variable, text string) {
		f.files[variable], f.names[variable] = set.String(flag, "", "read "+text+" from `FILE` (ONVY_"+variable+")"), flag
	}
	value("base-url", "BASE_URL", "base `URL` of the server")
	value("project", "PROJECT_ID", "`ID` of the project")
	value("client-id", "CLIENT_ID", "`ID` of the confidential client")
	file("secret-file", "CLIENT_SECRET", "the client's secret")
	file("id-token-file", "ID_TOKEN", "a token of the project's identity provider, for the user flows,")
	value("sdk-client-id", "SDK_CLIENT_ID", "`ID` of the public client that exchanges it")
	value("other-project", "OTHER_PROJECT_ID", "`ID` of a second project, for the isolation cases")
	value("other-client-id", "OTHER_CLIENT_ID", "`ID` of its confidential client")
	file("other-secret-file", "OTHER_CLIENT_SECRET", "its secret")
	f.reach.register(set)
}

// Given is a flag that names a server, or "".
func (f *Flags) Given() string {
	given := ""
	for _, flag := range f.names {
		if f.set.Changed(flag) && (given == "" || flag < given) {
			given = flag
		}
	}
	return given
}

// Target is what flags and environment say, flags first. Without any of them
// found is false.
func (f *Flags) Target(lookup func(string) (string, bool)) (t contract.Target, found bool, err error) {
	given := map[string]string{}
	for variable, flag := range f.names {
		if !f.set.Changed(flag) {
			continue
		}
		if name, ok := f.files[variable]; ok {
			secret, err := readSecret(*name)
			if err != nil {
				return t, false, fmt.Errorf("--%s: %w", flag, err)
			}
			given["ONVY_"+variable] = secret
			continue
		}
		if *f.values[variable] == "" {
			return t, false, fmt.Errorf("--%s is empty; give it a value or leave it out", flag)
		}
		given["ONVY_"+variable] = *f.values[variable]
	}
	t, found, err = contract.TargetFromEnv(func(variable string) (string, bool) {
		if v, ok := given[variable]; ok {
			return v, true
		}
		return lookup(variable)
	})
	if err != nil {
		return t, found, fmt.Errorf("%w; see \"onvy-contract run --help\" for the flags that stand for variables", err)
	}
	if flag := f.reach.given(); !found && flag != "" {
		return t, found, fmt.Errorf("--%s is about a server, and none is named; set ONVY_BASE_URL and its companions", flag)
	}
	if t.Reach, err = f.reach.reach(func(variable string) string { value, _ := lookup(variable); return value }); err != nil {
		return t, found, err
	}
	return t, found, nil
}

// readSecret reads a file that holds a secret and at most a line break after
// it. Its errors do not quote the name: it could be the secret itself, given
// by mistake.
func readSecret(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return "", errors.New("there is no such file; it takes the name of a file that holds the secret, not the secret itself")
		}
		if pathError, ok := errors.AsType[*fs.PathError](err); ok {
			err = pathError.Err
		}
		return "", fmt.Errorf("the file cannot be opened: %w", err)
	}
	defer f.Close() //nolint:errcheck // it is only read
	text, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		if pathError, ok := errors.AsType[*fs.PathError](err); ok {
			err = pathError.Err
		}
		return "", fmt.Errorf("the file cannot be read: %w", err)
	}
	secret := strings.TrimRight(string(text), "\r\n")
	switch {
	case len(text) > maxSecret:
		return "", errors.New("the file is too long to be a secret")
	case strings.TrimSpace(secret) == "":
		return "", errors.New("the file is empty")
	case strings.ContainsAny(secret, "\r\n\x00"):
		return "", errors.New("the file has more than one line; it must hold the secret and nothing else")
	}
	return secret, nil
}
