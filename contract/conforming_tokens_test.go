package contract_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"unicode/utf16"

	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// through lets the sandbox answer.
func through(s *sandbox.Server, r *http.Request) *answered {
	recorder := httptest.NewRecorder()
	s.Handler().ServeHTTP(recorder, r)
	return &answered{recorder.Code, recorder.Header(), recorder.Body.Bytes()}
}

// opaqueTokens gives tokens of its own for those of the sandbox. forWrites, if
// not nil, returns the token to use for a request.
func opaqueTokens(exchange func(s *sandbox.Server, r *http.Request, token string) string) func(*sandbox.Server) func(*http.Request) *answered {
	return func(s *sandbox.Server) func(*http.Request) *answered {
		var mu sync.Mutex
		real := make(map[string]string)
		return func(r *http.Request) *answered {
			scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
			mu.Lock()
			inside, known := real[token]
			mu.Unlock()
			switch {
			case !strings.EqualFold(scheme, "Bearer") || token == "":
			case !known:
				r.Header.Set("Authorization", "Bearer unknown")
			default:
				if exchange != nil {
					inside = exchange(s, r, inside)
				}
				r.Header.Set("Authorization", "Bearer "+inside)
			}
			a := through(s, r)
			if object := a.object(); object["access_token"] != nil {
				mu.Lock()
				outside := fmt.Sprintf("opaque-%06d-%s", len(real), strings.Repeat("k", 20))
				if exchange != nil {
					outside = renamed(object["access_token"].(string), len(real))
				}
				real[outside] = object["access_token"].(string)
				mu.Unlock()
				object["access_token"] = outside
				a.set(object)
			}
			return a
		}
	}
}

// coarseScopes is a server on which users:create is for all writing.
var coarseScopes = opaqueTokens(func(s *sandbox.Server, r *http.Request, token string) string {
	claims := claimsOf(token)
	if slices.Contains([]string{"PUT", "PATCH", "DELETE"}, r.Method) && slices.Contains(strings.Fields(claims["scope"].(string)), "users:create") {
		return s.MintAccessToken(func(c map[string]any) {
			delete(claims, "scope")
			maps.Copy(c, claims)
		}).Reveal()
	}
	return token
})

func claimsOf(token string) map[string]any {
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		panic(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(text, &claims); err != nil {
		panic(err)
	}
	return claims
}

// renamed is a JWT with the claims of another, without users:update and
// users:delete, under a signature that only its server knows.
func renamed(token string, n int) string {
	claims := claimsOf(token)
	claims["scope"] = strings.Join(slices.DeleteFunc(strings.Fields(claims["scope"].(string)), func(s string) bool {
		return s == "users:update" || s == "users:delete"
	}), " ")
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	return strings.Split(token, ".")[0] + "." + base64.RawURLEncoding.EncodeToString(payload) + "." +
		base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "signature-%08d", n))
}

func utf16Of(r rune) []uint16 { return utf16.Encode([]rune{r}) }
