// An OAuth token endpoint, as Ory Fosite has it.
package main

import (
	"crypto/rand"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/compose"
	"github.com/ory/fosite/storage"
	"golang.org/x/crypto/bcrypt"
)

func main() {
	secret, err := bcrypt.GenerateFromPassword([]byte("fosite-secret-0123456789"), bcrypt.MinCost)
	if err != nil {
		log.Fatal(err)
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	store := storage.NewMemoryStore()
	store.Clients["server"] = &fosite.DefaultClient{
		ID: "server", Secret: secret, GrantTypes: []string{"client_credentials", "refresh_token"},
		Scopes: []string{"users:create", "users:read"}, Audience: []string{"urn:onvy:project:proj_fosite"},
	}
	config := &fosite.Config{GlobalSecret: key, AccessTokenLifespan: 15 * time.Minute}
	provider := compose.Compose(config, store,
		compose.NewOAuth2HMACStrategy(config),
		compose.OAuth2ClientCredentialsGrantFactory, compose.OAuth2RefreshTokenGrantFactory)

	http.HandleFunc("/oauth/token", func(w http.ResponseWriter, r *http.Request) {
		request, err := provider.NewAccessRequest(r.Context(), r, new(fosite.DefaultSession))
		if err != nil {
			provider.WriteAccessError(r.Context(), w, request, err)
			return
		}
		for _, scope := range request.GetRequestedScopes() {
			request.GrantScope(scope)
		}
		response, err := provider.NewAccessResponse(r.Context(), request)
		if err != nil {
			provider.WriteAccessError(r.Context(), w, request, err)
			return
		}
		provider.WriteAccessResponse(r.Context(), w, request, response)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, nil))
}
