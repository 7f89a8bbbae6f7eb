// An OAuth token endpoint, as go-oauth2 has it.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"

	"github.com/go-oauth2/oauth2/v4/manage"
	"github.com/go-oauth2/oauth2/v4/models"
	"github.com/go-oauth2/oauth2/v4/server"
	"github.com/go-oauth2/oauth2/v4/store"
)

func main() {
	manager := manage.NewDefaultManager()
	manager.MustTokenStorage(store.NewMemoryTokenStore())
	clients := store.NewClientStore()
	if err := clients.Set("server", &models.Client{ID: "server", Secret: "gooauth2-secret-0123456789"}); err != nil {
		log.Fatal(err)
	}
	manager.MapClientStorage(clients)
	provider := server.NewDefaultServer(manager)
	provider.SetClientInfoHandler(func(r *http.Request) (string, string, error) { // either way, as RFC 6749 has it
		if _, _, ok := r.BasicAuth(); ok {
			return server.ClientBasicHandler(r)
		}
		return server.ClientFormHandler(r)
	})
	http.HandleFunc("/oauth/token", func(w http.ResponseWriter, r *http.Request) {
		if err := provider.HandleTokenRequest(w, r); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, nil))
}
