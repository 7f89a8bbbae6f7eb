package contract_test

import (
	"testing"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// sandboxTarget is a sandbox as a target that has everything.
func sandboxTarget(t testing.TB, s *sandbox.Server) contract.Target {
	t.Helper()
	project := func(p sandbox.Project) contract.Project {
		return contract.Project{ID: p.ID, ClientID: p.ClientID, ClientSecret: p.ClientSecret}
	}
	return contract.Target{
		BaseURL:     s.URL,
		Project:     project(s.Project),
		IDToken:     s.MintIDToken("contract_visitor"),
		SDKClientID: s.Project.SDKClientID,
		Other:       new(project(s.Other)),
	}
}
