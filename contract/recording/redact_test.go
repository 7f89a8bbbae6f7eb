package recording_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
)

func redactor(t testing.TB) *recording.Redactor {
	t.Helper()
	r, err := fromSpec()
	require.NoError(t, err)
	return r.Fresh()
}

var fromSpec = sync.OnceValues(func() (*recording.Redactor, error) { return recording.NewRedactor(onvy.Spec) })

// answer is an exchange of an operation with a JSON body in the answer.
func answer(method, path string, status int, body string) *contract.Exchange {
	return &contract.Exchange{
		Request: contract.Request{Method: method, URL: "https://api.onvy.health" + path},
		Response: &contract.Response{
			Status: status, Header: contract.Header{{Name: "Content-Type", Value: "application/json"}}, Body: []byte(body),
		},
	}
}

// redacted is the body of the answer of GET /users/{id} after redaction.
func redacted(r *recording.Redactor, body string) string {
	return string(r.Exchange(answer("GET", "/users/u", 200, body)).Response.Body)
}

func accessToken(t testing.TB, claims jwt.MapClaims) string {
	t.Helper()
	s, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte("the server's"))
	require.NoError(t, err)
	return s
}

func TestMarkedValuesAreReplacedAndKeepTheirForm(t *testing.T) {
	r := redactor(t)
	body := `{"id":"google_104940819145861640201","firstname":" Zoë","lastname":"Müller-O'Neil","birthday":"1988-02-29",` +
		`"height":172.5,"weight":6.84e1,"location":{"lat":48.137,"lon":-111.575},"thresholds":{"ftp":240},` +
		`"language":"de-CH","tz_offset":3600,"gender":"other","coach_config":{"enabled":true},"created_at":"2023-11-07T05:31:56Z"}`
	out := redacted(r, body)
	require.Len(t, out, len(body))
	var was, is map[string]any
	require.NoError(t, json.Unmarshal([]byte(body), &was))
	require.NoError(t, json.Unmarshal([]byte(out), &is))
	for _, k := range []string{"id", "firstname", "lastname", "birthday", "height", "weight", "location", "thresholds"} {
		require.NotEqual(t, was[k], is[k], k)
	}
	for _, k := range []string{"language", "tz_offset", "gender", "coach_config", "created_at"} {
		require.Equal(t, was[k], is[k], k)
	}
	require.Regexp(t, `^[a-z]{6}_[0-9]{21}$`, is["id"])
	require.Regexp(t, `^ [A-Z][a-z][à-ÿ]$`, is["firstname"])
	require.Regexp(t, `^[A-Z][à-ÿ][a-z]{4}-[A-Z]'[A-Z][a-z]{3}$`, is["lastname"])
	_, err := time.Parse(time.DateOnly, is["birthday"].(string))
	require.NoError(t, err)
	require.Contains(t, out, "e1", "an exponent stays")
	place := is["location"].(map[string]any)
	require.LessOrEqual(t, place["lat"], 90.0)
	require.GreaterOrEqual(t, place["lon"], -180.0)
	require.Negative(t, place["lon"])
}

func TestSameValueHasSamePseudonymInEveryPlaceAndSpelling(t *testing.T) {
	r := redactor(t)
	const id = "ann+1@example.org"
	x := answer("GET", "/users/ann%2B1%40example.org?page=x", 200, `{"id":"ann\u002b1@example.org","message":"no ann+1@example.org here"}`)
	x.Response.Header = append(x.Response.Header, contract.Field{Name: "Location", Value: "/users/ann%2b1@example.org"})
	out := r.Exchange(x)
	var body struct{ ID, Message string }
	require.NoError(t, json.Unmarshal(out.Response.Body, &body))
	require.NotEqual(t, id, body.ID)
	require.Regexp(t, `^[a-z]{3}\+[0-9]@[a-z]{7}\.[a-z]{3}$`, body.ID)
	escaped := strings.NewReplacer("+", "%2B", "@", "%40").Replace(body.ID)
	require.Equal(t, "https://api.onvy.health/users/"+escaped, strings.Split(out.Request.URL, "?")[0])
	require.Equal(t, "/users/"+strings.Replace(body.ID, "+", "%2b", 1), out.Response.Header.Get("Location"))
	require.Contains(t, string(out.Response.Body), `\u002b`)
	require.Equal(t, "no "+body.ID+" here", body.Message)
}

func TestEqualNumbersStayEqualAndDifferentOnesDifferent(t *testing.T) {
	r := redactor(t)
	var out struct{ A, B, C, D float64 }
	get := func(n string) string {
		s := redacted(r, `{"height":`+n+`}`)
		return strings.TrimSuffix(strings.TrimPrefix(s, `{"height":`), `}`)
	}
	for in, p := range map[string]*float64{"172.5": &out.A, "172.50": &out.B, "1725e-1": &out.C, "172.6": &out.D} {
		require.NoError(t, json.Unmarshal([]byte(get(in)), p))
	}
	require.Equal(t, out.A, out.B)
	require.InDelta(t, out.A, out.C, 1e-9)
	require.NotEqual(t, out.A, out.D)
	seen := map[string]bool{}
	for _, n := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"} {
		seen[get(n)] = true
		require.NotEqual(t, n, get(n))
	}
	require.Len(t, seen, 9, "one to one, also where there are few")
	require.Equal(t, "0", get("0"))
	require.Equal(t, "-0.0", get("-0.0"))
	require.Regexp(t, `^[1-9]e400$`, get("1e400"))
	require.Len(t, get("9007199254740993"), 16)
}

func TestTokenStaysATokenWithTheSameTimes(t *testing.T) {
	r := redactor(t)
	const id = "google_104940819145861640201"
	original := accessToken(t, jwt.MapClaims{
		"iss": "https://api.onvy.health", "aud": "urn:onvy:project:proj_1", "sub": id, "user_id": id, "exp": 1772735427, "iat": 1772734527,
		"principal_type": "user", "scope": "users:read users:create", "email": "avery@example.org", "https://example.org/weight": 68.4, "org": "Acme",
	})
	x := answer("GET", "/users/"+id, 200, `{"id":"`+id+`"}`)
	x.Request.Header = contract.Header{{Name: "Authorization", Value: "Bearer " + original}}
	out := r.Exchange(x)
	bearer := strings.TrimPrefix(out.Request.Header.Get("Authorization"), "Bearer ")
	require.Len(t, bearer, len(original))
	claims := jwt.MapClaims{}
	_, err := jwt.NewParser(jwt.WithoutClaimsValidation()).ParseWithClaims(bearer, claims, func(*jwt.Token) (any, error) { return []byte(recording.TestKey), nil })
	require.NoError(t, err, "it is signed with the test key")
	require.EqualValues(t, 1772735427, claims["exp"])
	require.EqualValues(t, 1772734527, claims["iat"])
	require.Equal(t, "users:read users:create", claims["scope"])
	require.Equal(t, "https://api.onvy.health", claims["iss"])
	require.NotEqual(t, id, claims["sub"])
	require.Equal(t, claims["sub"], claims["user_id"])
	require.JSONEq(t, `{"id":"`+claims["sub"].(string)+`"}`, string(out.Response.Body))
	for _, k := range []string{"email", "org"} {
		require.NotContains(t, []any{"avery@example.org", "Acme"}, claims[k])
	}

	parts := strings.Split(original, ".")
	x.Request.Header[0].Value = "Bearer " + parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2]))
	tampered := strings.TrimPrefix(r.Exchange(x).Request.Header.Get("Authorization"), "Bearer ")
	require.NotEqual(t, bearer, tampered, "a wrong signature stays a wrong one")
	require.Equal(t, bearer[:strings.LastIndex(bearer, ".")], tampered[:strings.LastIndex(tampered, ".")])
	x.Request.Header[0].Value = "Bearer " + parts[0] + "." + parts[1] + "."
	for _, r := range []*recording.Redactor{r, r.Fresh()} {
		require.True(t, strings.HasSuffix(r.Exchange(x).Request.Header.Get("Authorization"), "."), "no signature stays none")
	}
}

func TestBodiesThatAreNoJSONKeepTheirMistakes(t *testing.T) {
	for in, want := range map[string]string{
		`{"firstname":"Zachary"`:                      `^\{"firstname":"[A-Z][a-z]{6}"$`,
		`{"firstname":"Zachary`:                       `^\{"firstname":"[A-Z][a-z]{6}$`,
		`{"firstname":"Zach\`:                         `^\{"firstname":"[A-Z][a-z]{3}\\$`,
		`{"firstname":"Zach\ud83d","id":"a1"}`:        `^\{"firstname":"[A-Z][a-z]{3}\\ud83d","id":"[a-z][0-9]"\}$`,
		"{\"firstname\":\"Z\xffch\"}":                 `^\{"firstname":"[A-Z]\x{FFFD}[a-z]{2}"\}$`,
		`{"firstname":"Zach","firstname":"Zach"}`:     `^\{"firstname":"([A-Z][a-z]{3})","firstname":"[A-Z][a-z]{3}"\}$`,
		`{"id":"a1"}{"id":"a1"}`:                      `^\{"id":"[a-z][0-9]"\}\{"[a-z]+":"[a-z][0-9]"\}$`,
		"\xef\xbb\xbf{ \"height\" : 0172.50, }":       `^\x{FEFF}\{ "height" : 0[0-9]{3}\.[0-9]0, \}$`,
		`{'firstname':'Zachary'}`:                     `^\{'[a-z]+':'[A-Z][a-z]{6}'\}$`,
		`{"height":NaN,"weight":"68.4","birthday":7}`: `^\{"height":NaN,"weight":"[0-9]{2}\.[0-9]","birthday":[0-9]\}$`,
		`<html><h1>502 Bad Gateway</h1> Zachary`:      `^<html><h1>502 Bad Gateway</h1> [A-Z][a-z]{6}$`,
		`{"birthday":"1990-02-31"}`:                   `^\{"birthday":"[0-9]{4}-[0-9]{2}-[0-9]{2}"\}$`,
	} {
		r := redactor(t)
		out := redacted(r, in)
		require.Regexp(t, want, out)
		require.NotContains(t, out, "Zach")
		require.Len(t, out, len(in))
		if strings.Contains(in, "02-31") {
			_, err := time.Parse(time.DateOnly, out[13:23])
			require.Error(t, err, "a day that does not exist stays one")
		}
	}
}

func TestTextsThatDifferInCaseAloneStillDo(t *testing.T) {
	r := redactor(t)
	for _, s := range []string{"Zoë Smith", "Νίκος Καζαντζάκης", "Олена Иванова", "Łucja", "Ægir", "Ångström", "ǅ ﬁ ß ı", "Ǆ ǅ ǆ Ǉ"} {
		a := redacted(r, `{"firstname":"`+s+`"}`)
		b := redacted(r, `{"firstname":"`+strings.ToLower(s)+`"}`)
		require.NotEqual(t, a, b)
		require.True(t, strings.EqualFold(a, b), s)
	}
}

func TestDaysThatDoNotExistStayThat(t *testing.T) {
	r := redactor(t)
	for year := range 300 {
		in := fmt.Sprintf("%04d-02-31", 1800+year)
		out := strings.Split(redacted(r, `{"birthday":"`+in+`"}`), `"`)[3]
		require.NotEqual(t, in, out)
		_, err := time.Parse(time.DateOnly, out)
		require.Error(t, err, out)
	}
}

func TestDifferentDaysStayDifferentAndAboutAsLongAgo(t *testing.T) {
	r := redactor(t)
	seen := map[string]bool{}
	day := time.Date(1985, 1, 1, 0, 0, 0, 0, time.UTC)
	for range 5000 {
		in := day.Format(time.DateOnly)
		out := strings.Split(redacted(r, `{"birthday":"`+in+`"}`), `"`)[3]
		require.NotEqual(t, in, out)
		date, err := time.Parse(time.DateOnly, out)
		require.NoError(t, err)
		require.True(t, date.Year() >= 1900 && date.Year() < 2020, out)
		seen[out] = true
		day = day.AddDate(0, 0, 1)
	}
	require.Len(t, seen, 5000)
}

func TestWhatTheSpecDoesNotMentionIsRedacted(t *testing.T) {
	r := redactor(t)
	out := redacted(r, `{"nick":"Zachary","firstName":"Zachary","phone":4915112345678,"since":"1990-04-23","tags":["Zachary"],"zachary@example.org":true,"firstname":"Zachary"}`)
	require.NotContains(t, strings.ToLower(out), "zachary")
	require.NotContains(t, out, "4915112345678")
	require.NotContains(t, out, "1990-04-23")
	require.Contains(t, out, `"nick"`, "the name is the finding")
	require.Contains(t, out, `true`)
}

func TestTextInThePlaceOfSomethingElseIsRedacted(t *testing.T) {
	out := redacted(redactor(t), `{"location":"Zachary","thresholds":"Zachary","coach_config":["Zachary"],"firstname":{"nick":"Zachary"},"tz_offset":"Zachary","height":"Zachary","gender":"Zachary"}`)
	require.NotContains(t, out, "Zachary")
}

func TestBodyThatIsPackedIsBlankedAndKeepsItsLength(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write(page(3))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	out := redacted(redactor(t), packed.String())
	require.Len(t, out, packed.Len())
	require.Equal(t, packed.String()[:4], out[:4], "what it was can be told")
	for _, b := range []byte(out[4:]) {
		require.Contains(t, []byte{0x00, 0xff}, b)
	}
}

func TestOtherHostsAndPathsAreRedactedWhole(t *testing.T) {
	r := redactor(t)
	x := answer("GET", "", 200, `{"id":"zachary1"}`)
	x.Request.URL = "https://zachary.example.org/profile/zachary1?u=zachary1&n=49151#zachary1"
	out := r.Exchange(x)
	require.NotContains(t, out.Request.URL, "zachary")
	require.NotContains(t, out.Request.URL, "49151")
	require.NotContains(t, string(out.Response.Body), "zachary")
}

func TestHeadersAreRedactedUnlessTheyAreTechnical(t *testing.T) {
	r := redactor(t)
	x := answer("GET", "/users/zachary1", 200, `{"id":"zachary1"}`)
	x.Request.Header = contract.Header{
		{Name: "Authorization", Value: "basic " + base64.StdEncoding.EncodeToString([]byte("server:hunter2hunter2"))},
		{Name: "Cookie", Value: "sid=hunter2cookie; theme=dark"},
		{Name: "X-User", Value: "zachary1"},
		{Name: "Accept", Value: "application/json"},
	}
	x.Response.Header = contract.Header{
		{Name: "Content-Type", Value: "application/json; charset=utf-8"},
		{Name: "Cache-Control", Value: "no-store"},
		{Name: "Set-Cookie", Value: "sid=hunter2cookie; Path=/; Max-Age=900; HttpOnly"},
		{Name: "WWW-Authenticate", Value: `Bearer realm="onvy", error="invalid_token", error_description="zachary1 hunter2hunter2"`},
		{Name: "Date", Value: "Thu, 05 Mar 2026 18:10:27 GMT"},
		{Name: "Vary", Value: "zachary1"},
		{Name: "Retry-After", Value: "30"},
	}
	out := r.Exchange(x)
	all := ""
	for _, f := range append(out.Request.Header, out.Response.Header...) {
		all += f.Name + ": " + f.Value + "\n"
	}
	require.NotContains(t, all, "zachary1")
	require.NotContains(t, all, "hunter2")
	for _, stays := range []string{
		"Accept: application/json\n", "Content-Type: application/json; charset=utf-8\n", "Cache-Control: no-store\n", "Retry-After: 30\n",
		"Date: Thu, 05 Mar 2026 18:10:27 GMT\n", "; Path=/; Max-Age=900; HttpOnly\n", `Bearer realm="onvy", error="invalid_token", error_description="`,
	} {
		require.Contains(t, all, stays)
	}
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(out.Request.Header.Get("Authorization"), "basic "))
	require.NoError(t, err)
	require.Regexp(t, `^server:[a-z]{6}[0-9][a-z]{6}[0-9]$`, string(b))
}

func TestFormsAreRedactedByTheirFields(t *testing.T) {
	r := redactor(t)
	x := answer("POST", "/oauth/token", 200, `{"access_token":"opaque-hunter2","token_type":"Bearer","expires_in":900}`)
	x.Request.Header = contract.Header{{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}}
	x.Request.Body = []byte("grant_type=client_credentials&client_id=server&client_secret=hunter%322+x&scope=users%3Aread&&audience=urn%3Aonvy%3Aproject%3Aproj&extra=zachary")
	out := r.Exchange(x)
	require.Regexp(t, `^grant_type=client_credentials&client_id=server&client_secret=[a-z]{6}%3[0-9][0-9]\+[a-z]&scope=users%3Aread&&audience=urn%3Aonvy%3Aproject%3A[a-z]{4}&extra=[a-z]{7}$`, string(out.Request.Body))
	require.NotContains(t, string(out.Request.Body), "zachary")
	require.Regexp(t, `^\{"access_token":"[a-z]{6}-[a-z]{6}[0-9]","token_type":"Bearer","expires_in":900\}$`, string(out.Response.Body))
}

func TestCursorKeepsTheIDThatIsInIt(t *testing.T) {
	r := redactor(t)
	inside := `{"LastEvaluatedKey":{"id":"google_104940819145861640201"}}`
	next := base64.StdEncoding.EncodeToString([]byte(inside))
	out := r.Exchange(answer("GET", "/users?limit=1", 200,
		`{"users":[{"id":"google_104940819145861640201"}],"pagination":{"limit":1,"next_page":"`+next+`"}}`))
	var list struct {
		Users      []struct{ ID string }
		Pagination struct {
			NextPage string `json:"next_page"`
		}
	}
	require.NoError(t, json.Unmarshal(out.Response.Body, &list))
	b, err := base64.StdEncoding.DecodeString(list.Pagination.NextPage)
	require.NoError(t, err)
	require.Contains(t, string(b), list.Users[0].ID)
	require.NotContains(t, string(b), "google_1")
	again := r.Exchange(answer("GET", "/users?limit=1&page="+strings.ReplaceAll(next, "=", "%3D"), 200, `{}`))
	require.Equal(t, "https://api.onvy.health/users?limit=1&page="+strings.ReplaceAll(list.Pagination.NextPage, "=", "%3D"), again.Request.URL)
}

func TestBodyKeepsItsLengthSoThatContentLengthIsAsTrueAsBefore(t *testing.T) {
	r := redactor(t)
	head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"zachary_1"}`)) + "."
	for size := range 100 {
		for _, signature := range []string{base64.RawURLEncoding.EncodeToString(make([]byte, size)), strings.Repeat("A", size)} {
			x := answer("POST", "/oauth/token", 200, `{"access_token":"`+head+signature+`"}`)
			x.Response.Header = contract.Header{{Name: "Content-Length", Value: "7"}}
			out := r.Exchange(x)
			require.Len(t, out.Response.Body, len(x.Response.Body))
			require.Equal(t, "7", out.Response.Header.Get("Content-Length"))
		}
	}
}

// A value of an enum that is marked becomes one of the same enum: what was valid
// stays so, and nobody can tell whether it is another.
func TestMarkedChoicesStayInTheirEnum(t *testing.T) {
	const enum = "enum: [male, female, other]"
	require.Contains(t, string(onvy.Spec), enum)
	spec, err := recording.NewRedactor(bytes.Replace(onvy.Spec, []byte(enum), []byte("x-onvy-sensitive: health\n      "+enum), 1))
	require.NoError(t, err)
	maps := map[string]bool{}
	for range 60 {
		r, all := spec.Fresh(), ""
		for _, gender := range []string{"male", "female", "other", "Male"} {
			x := answer("GET", "/users/a", 200, `{"gender":"`+gender+`"}`)
			x.Response.Header = append(x.Response.Header, contract.Field{Name: "Content-Length", Value: strconv.Itoa(len(x.Response.Body))})
			out := r.Exchange(x)
			require.Equal(t, strconv.Itoa(len(out.Response.Body)), out.Response.Header.Get("Content-Length"))
			require.Equal(t, out.Response.Body, r.Exchange(x).Response.Body)
			if gender == "Male" {
				require.NotContains(t, string(out.Response.Body), "ale")
				continue
			}
			require.Regexp(t, `^\{"gender":"(male|female|other)"\}$`, string(out.Response.Body))
			require.NotContains(t, all, string(out.Response.Body), "one to one")
			all += string(out.Response.Body)
		}
		maps[all] = true
	}
	require.Len(t, maps, 6)
}

// What no float64 holds stays that, and what is nearly nothing does, however
// long it is.
func TestLongNumbersStayOfTheirKind(t *testing.T) {
	r := redactor(t)
	for _, s := range []string{strings.Repeat("7", 500), "0." + strings.Repeat("0", 500) + "123", "1.5e" + strings.Repeat("0", 500) + "7", "-" + strings.Repeat("1", 420) + "e-420"} {
		out := redacted(r, `{"weight":`+s+`}`)
		require.Len(t, out, len(s)+len(`{"weight":}`))
		require.NotContains(t, out, s)
		was, err := strconv.ParseFloat(s, 64)
		is, errAfter := strconv.ParseFloat(strings.TrimSuffix(strings.TrimPrefix(out, `{"weight":`), "}"), 64)
		require.Equal(t, err == nil, errAfter == nil, out)
		require.InDelta(t, math.Log10(math.Abs(was)), math.Log10(math.Abs(is)), 1, "%s", out)
	}
}

// A letter where a value should be is a mistake, and not the beginning of true.
func TestALetterIsNoLiteralThatIsCutOff(t *testing.T) {
	for range 100 {
		out := redacted(redactor(t), `{"weight":x`)
		require.Regexp(t, `^\{"weight":[a-z]$`, out)
		require.NotRegexp(t, `[tfn]$`, out)
	}
}

func TestTwoRedactorsGiveDifferentPseudonyms(t *testing.T) {
	const body = `{"id":"google_104940819145861640201"}`
	a, b := redactor(t), redactor(t)
	require.Equal(t, redacted(a, body), redacted(a, body))
	require.NotEqual(t, redacted(a, body), redacted(b, body))
}

func TestSpecThatIsNoneIsRefused(t *testing.T) {
	_, err := recording.NewRedactor([]byte("{"))
	require.Error(t, err)
}
