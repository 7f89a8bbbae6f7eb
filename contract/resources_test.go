package contract_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

const (
	mealsPath = "https://api.onvy.health/users/u1/nutrition/meals"
	aMeal     = `{"id":"meal_1","user_id":"u1","meal_time":"2026-03-05T18:10:27Z","analysis_status":"pending","portion_multiplier":1,` +
		`"created_at":"2026-03-05T18:10:27Z","updated_at":"2026-03-05T18:10:27Z"}`
)

// exchanged is a clean exchange with a JSON answer; "" sends nothing.
func exchanged(method, url, sent string, status int, answer string) *contract.Exchange {
	x := &contract.Exchange{
		Request: contract.Request{Method: method, URL: url, Header: contract.Header{{Name: "Authorization", Value: "Bearer abc"}}},
		Response: &contract.Response{Status: status, Header: contract.Header{
			{Name: "Content-Type", Value: "application/json"}, {Name: "Date", Value: "Thu, 05 Mar 2026 18:10:28 GMT"},
		}, Body: []byte(answer)},
		Started: time.Date(2026, 3, 5, 18, 10, 28, 0, time.UTC), Duration: time.Millisecond,
	}
	if sent != "" {
		x.Request.Body = []byte(sent)
		x.Request.Header = append(x.Request.Header, contract.Field{Name: "Content-Type", Value: "application/json"})
	}
	if status == http.StatusCreated {
		x.Response.Header = append(x.Response.Header, contract.Field{Name: "Location", Value: "/users/u1/nutrition/meals/meal_1"})
	}
	return x
}

func mealPage(meals, pagination string) string {
	return fmt.Sprintf(`{"meals":[%s],"pagination":{%s}}`, meals, pagination)
}

// What the rules say of a resource that only the spec knows: the same as of
// users, under its own name, and nothing that is about users.
func TestRulesOfAResourceThatOnlyTheSpecKnows(t *testing.T) {
	spec, err := contract.Load(mealsSpec(t))
	require.NoError(t, err)
	slow, err := contract.LoadWithoutFastPath(mealsSpec(t))
	require.NoError(t, err)
	other := strings.Replace(aMeal, "meal_1", "meal_2", 1)
	for name, test := range map[string]struct {
		x    *contract.Exchange
		want []string
	}{
		"read":            {exchanged("GET", mealsPath+"/meal_1", "", 200, aMeal), nil},
		"created":         {exchanged("POST", mealsPath, `{"meal_time":"2026-03-05T18:10:27Z"}`, 201, aMeal), nil},
		"a page":          {exchanged("GET", mealsPath+"?limit=2", "", 200, mealPage(aMeal+","+other, `"limit":2,"total":2`)), nil},
		"another id":      {exchanged("GET", mealsPath+"/meal_1", "", 200, other), []string{"meals/id"}},
		"another default": {exchanged("POST", mealsPath, `{"meal_time":"2026-03-05T18:10:27Z"}`, 201, strings.Replace(aMeal, `_multiplier":1,`, `_multiplier":2,`, 1)), []string{"meals/default"}},
		"changed before it was made": {
			exchanged("GET", mealsPath+"/meal_1", "", 200, strings.Replace(aMeal, `"updated_at":"2026`, `"updated_at":"2025`, 1)),
			[]string{"meals/timestamps"},
		},
		"in a list, changed before it was made": {
			exchanged("GET", mealsPath, "", 200, mealPage(strings.Replace(aMeal, `"updated_at":"2026`, `"updated_at":"2025`, 1), `"limit":100,"total":1`)),
			[]string{"meals/timestamps"},
		},
		"too many":           {exchanged("GET", mealsPath+"?limit=1", "", 200, mealPage(aMeal+","+other, `"limit":1,"total":2`)), []string{"page/limit"}},
		"another limit":      {exchanged("GET", mealsPath+"?limit=2", "", 200, mealPage(aMeal, `"limit":3,"total":1`)), []string{"page/limit-echo"}},
		"a limit too high":   {exchanged("GET", mealsPath+"?limit=1001", "", 200, mealPage(aMeal, `"limit":1000,"total":1`)), []string{"page/limit-range"}},
		"fewer than on it":   {exchanged("GET", mealsPath, "", 200, mealPage(aMeal+","+other, `"limit":100,"total":1`)), []string{"page/total"}},
		"twice":              {exchanged("GET", mealsPath, "", 200, mealPage(aMeal+","+aMeal, `"limit":100,"total":2`)), []string{"page/repeats"}},
		"itself":             {exchanged("GET", mealsPath+"?page=abc", "", 200, mealPage(aMeal, `"limit":100,"total":1,"next_page":"abc"`)), []string{"page/next-is-self"}},
		"another place":      {withHeader(exchanged("POST", mealsPath, `{"meal_time":"2026-03-05T18:10:27Z"}`, 201, aMeal), "Location", "/users/u1"), []string{"http/location"}},
		"a kind of no enum":  {exchanged("GET", mealsPath+"/meal_1", "", 200, strings.Replace(aMeal, `"pending"`, `"done"`, 1)), []string{"schema/enum"}},
		"a portion too much": {exchanged("GET", mealsPath+"/meal_1", "", 200, strings.Replace(aMeal, `_multiplier":1,`, `_multiplier":11,`, 1)), []string{"schema/range"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, saidBy(spec.Check(test.x)))
			// The same with nothing that was noted on the way.
			require.Equal(t, test.want, saidBy(slow.Check(test.x)))
		})
	}
}

func withHeader(x *contract.Exchange, name, value string) *contract.Exchange {
	x.Response.Header = slices.DeleteFunc(x.Response.Header, func(f contract.Field) bool { return f.Name == name })
	x.Response.Header = append(x.Response.Header, contract.Field{Name: name, Value: value})
	return x
}

func saidBy(findings []contract.Finding) (ids []string) {
	for _, f := range findings {
		if !slices.Contains(ids, f.Rule) {
			ids = append(ids, f.Rule)
		}
	}
	return ids
}

// A resource below users that has ids of its own is none of users.
func TestRulesOfUsersAreForUsersAlone(t *testing.T) {
	spec, err := contract.Load(mealsSpec(t))
	require.NoError(t, err)
	h := contract.WholeHistory(spec)
	for _, x := range conversation(t) {
		for _, f := range append(spec.Check(x), h.Add(x)...) {
			t.Errorf("%s %s: %s: %s", x.Request.Method, x.Request.URL, f.Rule, f.Message)
		}
	}
}

// conversation is what a conforming server answers about users and meals.
func conversation(t *testing.T) (all []*contract.Exchange) {
	t.Helper()
	srv := sandbox.Start(t, sandbox.WithSpec(mealsSpec(t)))
	spec, err := contract.Load(mealsSpec(t))
	require.NoError(t, err)
	client := &http.Client{Transport: contract.Observe(spec, nil, func(x *contract.Exchange, _ []contract.Finding) { all = append(all, x) })}
	token := srv.MintAccessToken().Reveal()
	send := func(method, path, body string) string {
		req, err := http.NewRequestWithContext(t.Context(), method, srv.URL+path, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+token)
		if body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		resp, err := client.Do(req)
		require.NoError(t, err)
		defer resp.Body.Close() //nolint:errcheck // read to its end
		buf := make([]byte, 1<<16)
		n, _ := resp.Body.Read(buf)
		_, after, _ := strings.Cut(string(buf[:n]), `"id":"`)
		id, _, _ := strings.Cut(after, `"`)
		return id
	}
	const meals = "/users/u1/nutrition/meals"
	send("POST", "/users", `{"id":"u1","firstname":"Avery"}`)
	send("POST", "/users", `{"id":"u2"}`)
	id := send("POST", meals, `{"meal_time":"2026-03-05T18:10:27Z","kind":"lunch"}`)
	send("GET", meals+"/"+id, "")
	send("PATCH", meals+"/"+id, `{"kind":null,"comment":"c"}`)
	send("GET", meals+"/"+id, "")
	send("PUT", meals+"/"+id, `{"meal_time":"2026-03-05T19:10:27Z"}`)
	send("POST", meals, `{"meal_time":"2026-03-05T18:10:27Z"}`)
	send("GET", meals+"?limit=1", "")
	send("GET", meals, "")
	send("GET", "/users/u2/nutrition/meals", "")
	send("GET", "/users/u2/nutrition/meals/"+id, "")
	send("DELETE", meals+"/"+id, "")
	send("GET", meals+"/"+id, "")
	send("GET", "/users/u1", "")
	send("DELETE", "/users/u1", "")
	send("GET", meals, "")
	send("GET", "/users", "")
	return all
}
