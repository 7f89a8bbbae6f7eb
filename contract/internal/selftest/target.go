package selftest

import (
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// Target is a sandbox that is served at a base URL, as a target that has
// everything: an identity token and a second project too.
func Target(srv *sandbox.Server, baseURL string) contract.Target {
	project := func(p sandbox.Project) contract.Project {
		return contract.Project{ID: p.ID, ClientID: p.ClientID, ClientSecret: p.ClientSecret}
	}
	return contract.Target{
		BaseURL:     baseURL,
		Project:     project(srv.Project),
		Other:       new(project(srv.Other)),
		IDToken:     srv.MintIDToken("contract_visitor"),
		SDKClientID: srv.Project.SDKClientID,
	}
}
