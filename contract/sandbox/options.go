package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// Project is a project of the sandbox with its two clients.
type Project struct {
	ID string
	// ClientID and ClientSecret are those of the confidential client, for
	// auth/server and the client_credentials grant.
	ClientID     string
	ClientSecret onvy.Secret
	// Scopes is what the confidential client may ask for; nil is [Scopes].
	Scopes []string
	// SDKClientID is the public client, for auth/sdk and the grants of users.
	// It may ask for the scopes of users.
	SDKClientID string
}

// The two projects that a sandbox has unless [WithProjects] says otherwise.
// The secrets are no secrets: everybody can read them here.
var (
	defaultProject = Project{ID: "proj_sandbox", ClientID: "server", ClientSecret: onvy.NewSecret("sandbox-secret"), SDKClientID: "sdk"}
	otherProject   = Project{ID: "proj_other", ClientID: "server", ClientSecret: onvy.NewSecret("other-secret"), SDKClientID: "sdk"}
)

// examples are scopes that the public pages show in examples, so that the
// examples work as printed.
var examples = []string{"daily_records:create", "daily_records:read", "ai_summaries:read", "chat_completions:create"}

// Scopes returns the scopes that a confidential client has by default: those
// of openapi.yaml, and the others that the public pages show in examples.
func Scopes() []string {
	m, err := shipped()
	if err != nil {
		return slices.Clone(examples) // New says what is wrong
	}
	return append(m.Scopes(), examples...)
}

// Option configures a [Server].
type Option func(*config) error

type config struct {
	projects []Project
	ttl      time.Duration
	now      func() time.Time
	spec     *spec.Model
}

// WithProjects replaces the default projects. The first one is
// [Server.Project], the second one [Server.Other].
func WithProjects(projects ...Project) Option {
	return func(c *config) error {
		if len(projects) == 0 {
			return errors.New("sandbox: WithProjects: at least one project is needed")
		}
		seen := make(map[string]bool)
		for i, p := range projects {
			if p.ID == "" || p.ClientID == "" || p.ClientSecret.IsZero() || p.SDKClientID == "" {
				return fmt.Errorf("sandbox: WithProjects: project %d lacks an id, a client or a secret", i)
			}
			if p.ClientID == p.SDKClientID {
				return fmt.Errorf("sandbox: WithProjects: project %d has one id for both clients", i)
			}
			if seen[p.ID] {
				return fmt.Errorf("sandbox: WithProjects: project %d has the id of another one", i)
			}
			seen[p.ID] = true
		}
		c.projects = projects
		return nil
	}
}

// WithSpec serves another spec in place of openapi.yaml: its token endpoints,
// which have to be of the kinds that openapi.yaml has, and its resources. What
// it documents is stored, defaulted, merged, paged and refused; an operation
// that is not one of a resource answers 501. Refusals have the shape that
// openapi.yaml gives them. Servers that are made with one Option read the text once.
func WithSpec(text []byte) Option {
	parse := sync.OnceValues(func() (*spec.Model, error) { return spec.Parse(text) })
	return func(c *config) (err error) {
		if c.spec, err = parse(); err != nil {
			return fmt.Errorf("sandbox: WithSpec: %w", err)
		}
		return nil
	}
}

// WithTTL sets how long access tokens live: whole seconds, at least one. The
// default is 900 seconds, as in the documented answer.
func WithTTL(ttl time.Duration) Option {
	return func(c *config) error {
		if ttl < time.Second || ttl%time.Second != 0 {
			return fmt.Errorf("sandbox: WithTTL: %s is not a whole number of seconds", ttl)
		}
		c.ttl = ttl
		return nil
	}
}

// WithClock sets the clock that dates tokens, users and the Date header. It
// is called from many goroutines. The default is [time.Now].
func WithClock(now func() time.Time) Option {
	return func(c *config) error {
		if now == nil {
			return errors.New("sandbox: WithClock: the clock is nil")
		}
		c.now = now
		return nil
	}
}
