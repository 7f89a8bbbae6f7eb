package console

import (
	"errors"
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/near"
	"github.com/onvy-health/onvy-go/contract/recording"
)

// SpecText is the built-in openapi.yaml, or that of --spec.
func (a *App) SpecText() ([]byte, error) {
	if a.SpecFile == "" {
		return onvy.Spec, nil
	}
	text, err := os.ReadFile(a.SpecFile)
	if err != nil {
		return nil, fmt.Errorf("--spec: %w", err)
	}
	return text, nil
}

// builtIn is the built-in openapi.yaml, loaded once.
var builtIn = sync.OnceValues(func() (*contract.Spec, error) { return contract.Load(onvy.Spec) })

// Spec loads what SpecText is.
func (a *App) Spec() (*contract.Spec, error) {
	if a.SpecFile == "" {
		return builtIn()
	}
	text, err := a.SpecText()
	if err != nil {
		return nil, err
	}
	if swagger.Match(text) {
		return nil, fmt.Errorf("--spec %s: this is Swagger 2.0; OpenAPI 3.0.x is needed", a.SpecFile)
	}
	spec, err := contract.Load(text)
	if err != nil {
		return nil, fmt.Errorf("--spec %s: %w", a.SpecFile, err)
	}
	return spec, nil
}

// builtInRedactor is for the built-in openapi.yaml, and has learned nothing.
var builtInRedactor = sync.OnceValues(func() (*recording.Redactor, error) { return recording.NewRedactor(onvy.Spec) })

// Redactor takes out of exchanges what SpecText marks.
func (a *App) Redactor() (*recording.Redactor, error) {
	if a.SpecFile == "" {
		r, err := builtInRedactor()
		if err != nil {
			return nil, err
		}
		return r.Fresh(), nil
	}
	text, err := a.SpecText()
	if err != nil {
		return nil, err
	}
	return recording.NewRedactor(text)
}

// RefuseSpec refuses --spec where it has no effect.
func (a *App) RefuseSpec(cmd *cobra.Command, why string) error {
	if a.SpecFile == "" {
		return nil
	}
	return Usage(cmd, "%s takes no --spec: %s", cmd.Name(), why)
}

// swagger is how a spec begins that is too old.
var swagger = regexp.MustCompile(`(?m)^\s*\{?\s*"?swagger"?\s*:`)

// SpecFor reads the spec. It refuses a pattern that no rule of a check against it
// matches: it is misspelled. It refuses patterns that leave no rule as well: green
// would mean nothing.
func (a *App) SpecFor(only, skip []string) (*contract.Spec, error) {
	spec, err := a.Spec()
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range contract.RulesFor(spec) {
		ids = append(ids, r.ID)
	}
	hits := func(pattern, id string) bool {
		family, _, _ := strings.Cut(id, "/")
		ok, _ := path.Match(pattern, id)
		return ok || pattern == family
	}
	for _, pattern := range slices.Concat(only, skip) {
		if !slices.ContainsFunc(ids, func(id string) bool { return hits(pattern, id) }) {
			return nil, fmt.Errorf("no rule matches %q%s; onvy-contract rules lists them", pattern, near.DidYouMean(pattern, ids))
		}
	}
	left := slices.ContainsFunc(ids, func(id string) bool {
		hit := func(pattern string) bool { return hits(pattern, id) }
		return (len(only) == 0 || slices.ContainsFunc(only, hit)) && !slices.ContainsFunc(skip, hit)
	})
	if !left {
		return nil, errors.New("--rules and --skip-rules leave no rule to check")
	}
	return spec, nil
}
