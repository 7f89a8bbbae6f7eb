package live

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// tokenSource gets access tokens for the cases and keeps them while they last.
type tokenSource struct {
	suite *Suite
	mu    sync.Mutex
	kept  map[string]keptToken // by project and scope
}

type keptToken struct {
	token string
	until time.Time
}

func newTokenSource(s *Suite) *tokenSource {
	return &tokenSource{suite: s, kept: make(map[string]keptToken)}
}

// Basic is the Authorization header of a client, as curl -u writes it.
func Basic(id, secret string) wire.Header {
	return wire.Header{{Name: "Authorization", Value: "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))}}
}

// BasicOf is the Authorization header of a project's client.
func BasicOf(p *run.Project) wire.Header { return Basic(p.ClientID, p.ClientSecret.Reveal()) }

// get returns a token that lasts for some requests more. One case asks at a
// time, so that a start with many cases is one request.
func (ts *tokenSource) get(p *Probe, project *run.Project, scope string) (string, error) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	key := project.ID + " " + scope
	if kept := ts.kept[key]; kept.token != "" && time.Now().Before(kept.until) {
		return kept.token, nil
	}
	c := p.ServerToken(project, scope)
	access, lifetime := pass.AccessToken(c)
	if access == "" {
		return "", fmt.Errorf("no access token for a scope: %w", WhyRefused(c))
	}
	ts.kept[key] = keptToken{access, c.Exchange.Started.Add(min(lifetime/2, 5*time.Minute))}
	return access, nil
}

// clean returns a token for deleting what a case created in a project.
func (ts *tokenSource) clean(p *Probe, project string) (string, error) {
	return ts.get(p, ts.suite.project(project), "")
}

// WhyRefused says in a sentence why a request did not work, without its values.
func WhyRefused(c *pass.Call) error {
	if c.Exchange.Response == nil {
		return c.Exchange.Err
	}
	if c.Op == nil {
		return errors.New("the server answered " + fmt.Sprint(c.Status()))
	}
	code, _ := c.Object()["error"].(string)
	if code != "" && len(code) < 40 && read.IsToken(code) && !strings.ContainsAny(code, "0123456789") {
		return fmt.Errorf("%s answered %d %s", c.Op.ID, c.Status(), code)
	}
	return fmt.Errorf("%s answered %d", c.Op.ID, c.Status())
}
