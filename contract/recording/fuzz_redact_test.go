package recording_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
)

const planted = "google_104940819145861640201"

// FuzzRedactor puts a value that was learned into any place of anything.
// Nothing panics, the value does not survive, and what is JSON, strictly or
// loosely, is JSON afterwards, and what is not is not, of the same length.
func FuzzRedactor(f *testing.F) {
	for _, body := range []string{
		`{"id":"` + planted + `","firstname":"Zach\u00e9","birthday":"1990-04-23","height":172.5,"x":[1e400,-0,true,{}]}`,
		`{"users":[{"id":"a"},{"id":"` + planted + `"}],"pagination":{"limit":1,"next_page":"eyJpZCI6Imdvb2dsZV8xMDQ5NDA4MTkxNDU4NjE2NDAyMDEifQ=="}}`,
		`{"message":"no ` + planted + `","error":"not_found"`,
		`grant_type=refresh_token&refresh_token=` + planted + `&x=%`,
		`<html>` + planted,
		`{"firstname":"\ud83d\ude00\ud83d","a":"\x","b":"` + "\xff" + `"}`,
	} {
		f.Add("GET", "https://api.onvy.health/users/"+planted+"?page="+planted, "Location", "/users/"+planted, []byte(body))
		f.Add("POST", "/oauth/token#"+planted, "Content-Type", "application/x-www-form-urlencoded", []byte(body))
		f.Add(planted, "https://"+planted+"@x/%67oogle", "Authorization", "Basic "+planted, []byte(body))
		f.Add("PUT", "https://a/users/b", "Set-Cookie", planted+"="+planted+"; Path=/"+planted, []byte(body))
	}
	origin := redactor(f)
	f.Fuzz(func(t *testing.T, method, url, name, value string, body []byte) {
		r := origin.Fresh()
		r.Exchange(answer("GET", "/users/u", 200, `{"id":"`+planted+`"}`))
		h := contract.Header{{Name: name, Value: value}}
		x := &contract.Exchange{
			Request:  contract.Request{Method: method, URL: url, Header: h, Body: body},
			Response: &contract.Response{Status: len(body) * 7, Reason: value, Header: h, Body: body, Extra: body},
		}
		r.Exchange(x) // learns
		out := r.Exchange(x)
		for _, s := range []string{
			out.Request.Method, out.Request.URL, out.Request.Header[0].Name, out.Request.Header[0].Value, string(out.Request.Body),
			out.Response.Reason, out.Response.Header[0].Name, out.Response.Header[0].Value, string(out.Response.Body), string(out.Response.Extra),
		} {
			require.False(t, strings.Contains(s, planted), "plain")
			require.NoError(t, r.Verify(strings.NewReader(s)))
		}
		require.Equal(t, r.Exchange(x), out, "the same again")
		if isForm := strings.Contains(strings.ToLower(value), "form"); !isForm {
			require.Equal(t, json.Valid(body), json.Valid(out.Response.Body), "%q became %q", body, out.Response.Body)
			require.Equal(t, jsontext.Value(body).IsValid(), jsontext.Value(out.Response.Body).IsValid(), "%q became %q", body, out.Response.Body)
		}
		require.Len(t, out.Response.Body, len(body))
		require.Equal(t, utf8.Valid(body), utf8.Valid(out.Response.Body))
		require.Equal(t, value, h[0].Value, "the original is left alone")
	})
}
