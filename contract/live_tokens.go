package contract

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
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

// project is one of the two projects of the target.
func (s *Suite) project(id string) *Project {
	if s.target.Other != nil && s.target.Other.ID == id {
		return s.target.Other
	}
	return &s.target.Project
}

// basic is the Authorization header of a client, as curl -u writes it.
func basic(id, secret string) Header {
	return Header{{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))}}
}

func (p *Project) basic() Header { return basic(p.ClientID, p.ClientSecret.Reveal()) }

// serverPath is the path of auth/server for a project.
func serverPath(project string) string {
	return "/v1/projects/" + escapeSegment(project) + "/auth/server"
}

func sdkPath(project string) string { return "/v1/projects/" + escapeSegment(project) + "/auth/sdk" }

// serverToken asks for a token; the answer is the caller's to judge.
func (p *probe) serverToken(project *Project, scope string) *call {
	body := map[string]any{}
	if scope != "" {
		body["scope"] = scope
	}
	return p.send(jsonRequest("POST", serverPath(project.ID), project.basic(), body))
}

// token returns an access token with all that the client has. It ends the case
// if there is none.
func (p *probe) token() string { return p.tokenFor(&p.suite.target.Project, "") }

// tokenFor returns an access token of a project and a scope.
func (p *probe) tokenFor(project *Project, scope string) string {
	token, err := p.suite.tokens.get(p, project, scope)
	if err != nil {
		p.fail("%v", err)
	}
	return token
}

// get returns a token that lasts for some requests more. One case asks at a
// time, so that a start with many cases is one request.
func (ts *tokenSource) get(p *probe, project *Project, scope string) (string, error) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	key := project.ID + " " + scope
	if kept := ts.kept[key]; kept.token != "" && time.Now().Before(kept.until) {
		return kept.token, nil
	}
	c := p.serverToken(project, scope)
	access, lifetime := accessToken(c)
	if access == "" {
		return "", fmt.Errorf("no access token for a scope: %w", refused(c))
	}
	ts.kept[key] = keptToken{access, c.x.Started.Add(min(lifetime/2, 5*time.Minute))}
	return access, nil
}

// clean returns a token for deleting what a case created in a project.
func (ts *tokenSource) clean(p *probe, project string) (string, error) {
	return ts.get(p, ts.suite.project(project), "")
}

// accessToken reads a token answer as tolerantly as it can, so that one wrong
// field does not hide everything else.
func accessToken(c *call) (token string, lifetime time.Duration) {
	if !c.ok() {
		return "", 0
	}
	token, _ = c.object()["access_token"].(string)
	lifetime = 15 * time.Minute
	if seconds, ok := float(c.object()["expires_in"]); ok && seconds > 0 && seconds < dayLong {
		lifetime = time.Duration(seconds * float64(time.Second))
	}
	if jwt, ok := readJWT(token); ok {
		if exp, iat := jwt.time("exp"), jwt.time("iat"); exp.After(iat) {
			lifetime = min(lifetime, exp.Sub(iat))
		}
	}
	return token, lifetime
}

// refused says in a sentence why a request did not work, without its values.
func refused(c *call) error {
	if c.x.Response == nil {
		return c.x.Err
	}
	if c.op == nil {
		return errors.New("the server answered " + fmt.Sprint(c.status()))
	}
	code, _ := c.object()["error"].(string)
	if code != "" && len(code) < 40 && isToken(code) && !strings.ContainsAny(code, "0123456789") {
		return fmt.Errorf("%s answered %d %s", c.op.id, c.status(), code)
	}
	return fmt.Errorf("%s answered %d", c.op.id, c.status())
}
