package contract_test

import (
	"fmt"
	"time"

	"github.com/onvy-health/onvy-go/contract"
)

// page is a page of a listing: the token asked for, the token of the next one,
// the total (0 leaves it out) and the ids on it.
func page(asked, next string, total int, ids ...string) *contract.Exchange {
	query := "?limit=2"
	if asked != "" {
		query += "&page=" + asked
	}
	pagination := map[string]any{"limit": 2}
	if next != "" {
		pagination["next_page"] = next
	}
	if total > 0 {
		pagination["total"] = total
	}
	users := make([]string, len(ids))
	for i, id := range ids {
		users[i] = user("id", id)
	}
	pairs := []any{}
	for name, value := range pagination {
		pairs = append(pairs, name, value)
	}
	return listUsers(query, fields(pairs...), users...)
}

// make1 creates a user with an id.
func make1(id string) *contract.Exchange {
	return createUser(fields("id", id), user("id", id))
}

func delete1(id string) *contract.Exchange { return exchange("DELETE", "/users/"+id, 204, "") }

func pageHistoryRows() []historyRow {
	thousand := session{}
	for i := range 300 {
		thousand = append(thousand, page(token1(i), token1(i+1), 0, fmt.Sprint("a", i), fmt.Sprint("b", i)))
	}
	return []historyRow{
		{
			rule: "page/repeats-between",
			breaks: []session{
				at(page("", "p2", 0, "a", "b"), page("p2", "", 0, "b", "c")),
				at(page("", "p2", 0, "a", "b"), page("p2", "p3", 0, "c", "d"), page("p3", "", 0, "a")),
			},
			holds: []session{
				at(page("", "p2", 0, "a", "b"), page("p2", "", 0, "d", "c")),
				at(page("", "p2", 0, "a", "b"), page("", "p2", 0, "a", "b"), page("p2", "", 0, "c")),   // begun again
				at(page("", "p2", 0, "a", "b"), page("p2", "", 0, "c"), page("p2", "", 0, "c")),        // asked for again
				at(page("", "p2", 0, "a", "b"), delete1("a"), make1("0"), page("p2", "", 0, "b", "c")), // moved by a write
				at(page("p2", "", 0, "a")),
			},
		}, {
			rule: "page/loop",
			breaks: []session{
				at(page("", "p2", 0, "a", "b"), page("p2", "p3", 0, "c", "d"), page("p3", "p2", 0, "e")),
			},
			holds: []session{at(thousand...), at(page("", "p2", 0, "a", "b"), page("p2", "p3", 0, "c", "d"), page("p3", "", 0, "e"))},
		}, {
			rule: "page/loses-users",
			breaks: []session{
				at(make1("a"), make1("b"), make1("c"), page("", "p2", 0, "a", "b"), page("p2", "", 0, "d")),
				at(make1("a"), page("", "", 0)),
			},
			holds: []session{
				at(make1("a"), make1("b"), make1("c"), page("", "p2", 0, "c", "b"), page("p2", "", 0, "a")),
				at(make1("a"), page("", "p2", 0, "a", "x"), make1("b"), page("p2", "", 0)), // made during the listing
				at(make1("a"), make1("b"), delete1("b"), page("", "", 0, "a")),
				{make1("a"), starts(time.Second, 3*time.Second, make1("b")), starts(2*time.Second, 3*time.Second, page("", "", 0, "a"))},
				at(make1("a"), page("", "p2", 0, "b")), // not walked to its end
				at(by(jwt(), make1("a")), by(jwt("project_id", "proj_2", "jti", "b"), page("", "", 0))),
				at(by(jwt(), make1("a")), by(jwt("principal_type", "user", "user_id", "b", "jti", "b"), page("", "", 1, "b"))), // sees itself alone
				at(make1("a"), exchange("DELETE", "/users/a", 0, "", failed(contract.ErrTimeout)), page("", "", 0)),
			},
		}, {
			rule: "page/total-agrees",
			breaks: []session{
				at(make1("a"), make1("b"), make1("c"), page("", "p2", 7, "a", "b"), page("p2", "", 7, "c")),
				at(make1("a"), make1("b"), make1("c"), page("", "p2", 2, "a", "b"), page("p2", "", 2, "c")),
				// Of users that others may write too, it takes two listings that agree.
				at(page("", "p2", 7, "a", "b"), page("p2", "", 7, "c"), page("", "p2", 7, "a", "b"), page("p2", "", 7, "c")),
				at(page("", "p2", 3, "a", "b"), page("p2", "", 4, "c", "d")),
			},
			holds: []session{
				at(page("", "p2", 7, "a", "b"), page("p2", "", 7, "c")),
				at(page("", "p2", 7, "a", "b"), page("p2", "", 7, "c"), page("", "p2", 3, "a", "b"), page("p2", "", 3, "c")),
				at(page("", "p2", 3, "a", "b"), page("p2", "", 3, "c")), at(page("", "p2", 0, "a", "b"), page("p2", "", 0, "c")),
				at(page("", "p2", 3, "a", "b"), make1("d"), page("p2", "", 4, "c", "d")),
				at(page("", "p2", 3, "a", "b"), delete1("a"), page("p2", "", 2, "c")),
				at(page("", "p2", 240, "a", "b")),
			},
		}, {
			rule:   "page/empty-with-next",
			breaks: []session{at(page("", "p2", 0), page("p2", "", 0, "a"))},
			holds:  []session{at(page("", "", 0)), at(page("", "p2", 0, "a", "b"), page("p2", "", 0))},
		}, {
			rule:   "page/order",
			breaks: []session{at(page("", "p2", 0, "a", "b"), page("p2", "", 0, "c"), page("", "q2", 0, "c", "b"), page("q2", "", 0, "a"))},
			holds: []session{
				at(page("", "p2", 0, "b", "a"), page("p2", "", 0, "c"), page("", "q2", 0, "b", "a"), page("q2", "", 0, "c")),
				at(page("", "", 0, "a", "b"), make1("c"), page("", "", 0, "b", "a", "c")),
			},
		},
	}
}

func token1(i int) string {
	if i == 0 || i == 300 {
		return ""
	}
	return fmt.Sprint("p", i)
}

func tokenHistoryRows() []historyRow {
	refresh := `{"grant":"refresh","token":"a-refresh-token","client_id":"sdk"}`
	again := func(n string) *contract.Exchange {
		return sdkToken(refresh, token("access_token", n, "refresh_token", "r"+n))
	}
	expiring := func(seconds int) *contract.Exchange {
		return serverToken(`{}`, token("access_token", "short", "expires_in", seconds))
	}
	short := jwt("exp", noon.Unix()+30)
	mine := jwt("principal_type", "user", "user_id", "user_123", "sub", "user_123", "exp", noon.Unix()+900)
	exchanged := func(n string) *contract.Exchange {
		return sdkToken(`{"grant":"exchange","token":"an-identity-token","client_id":"sdk"}`, token("access_token", n))
	}
	refused401 := func() *contract.Exchange { return getUser("", refused(401, "invalid_token")) }
	return []historyRow{
		{
			rule: "token/expired",
			breaks: []session{
				at(expiring(30), by("short", getUser(user()))),
				at(serverToken(`{}`, token("access_token", short, "expires_in", 30)), by(short, getUser(user()))),
				{starts(time.Hour, 0, by(short, getUser(user())))}, // from a claim alone
			},
			holds: []session{
				at(expiring(900), by("short", getUser(user()))),
				at(expiring(30), by("short", getUser("", refused(401, "invalid_token")))),
				at(expiring(60), by("short", getUser(user()))),         // to the second
				{starts(2*time.Minute, 0, by(short, getUser(user())))}, // as the server's clock may have it
				// The server's clock is a minute ahead, which is 61 seconds or 60 in whole ones.
				{ahead(60*time.Second, starts(0, 0, expiring(30))), ahead(61*time.Second, starts(10*time.Second, 0, by("short", getUser(user()))))},
				// The answer took its time, the clock is right.
				{starts(0, 0, expiring(30)), ahead(100*time.Second, starts(25*time.Second, 100*time.Second, by("short", getUser(user()))))},
				// expires_in in words that say nothing.
				at(expiring(900_000), by("short", getUser(user()))),
			},
		}, {
			rule: "token/fresh",
			breaks: []session{
				soon(expiring(30), by("short", refused401())), soon(expiring(30), by("short", listUsers("", "{}"), refused(401, "invalid_token"))),
				soon(exchanged(mine), by(mine, refused401())), soon(exchanged(mine), by(mine, listUsers("", "{}")), by(mine, refused401())),
			},
			holds: []session{
				soon(expiring(30), by("short", getUser(user()))), soon(by("short", refused401())), soon(expiring(30), by("other", refused401())),
				at(expiring(30), by("short", refused401())),
				{starts(0, 0, expiring(900)), starts(2*time.Minute, 0, by("short", refused401()))}, // it may have been taken back
				{starts(0, 2*time.Second, expiring(30)), starts(time.Second, 0, by("short", refused401()))},
				{ahead(90*time.Second, starts(0, 0, expiring(30))), ahead(90*time.Second, starts(40*time.Second, 0, by("short", refused401())))},
				soon(expiring(30), by("short", refused401(), authorization("bearer short"))),
				// A user's token ends with the user, or with the next one.
				soon(exchanged(mine), by(jwt(), deleteUser()), by(mine, refused401())),
				soon(by(jwt(), deleteUser()), exchanged(mine), by(mine, refused401())),
				soon(exchanged(mine), exchanged(jwt("principal_type", "user", "user_id", "user_123", "sub", "user_123", "jti", "b")), by(mine, refused401())),
				soon(exchanged("opaque"), by("opaque", refused401())), // whose it is nobody knows
			},
		}, {
			rule:   "token/refresh-reuse",
			breaks: []session{at(again("a"), again("b")), at(oauthToken("grant_type=refresh_token&refresh_token=a-refresh-token", token("access_token", "a")), again("b"))},
			holds: []session{
				at(again("a"), sdkToken(refresh, "", refused(400, "invalid_grant"))),
				at(sdkToken(refresh, "", refused(503, "unavailable")), again("a")),
				at(again("a"), sdkToken(`{"grant":"refresh","token":"ra","client_id":"sdk"}`, token("access_token", "b"))),
			},
		}, {
			rule:   "token/reused",
			breaks: []session{at(serverToken(`{}`, token()), serverToken(`{}`, token()))},
			holds:  []session{at(serverToken(`{}`, token()), serverToken(`{}`, token("access_token", "other"))), at(serverToken(`{}`, token("access_token", jwt())), serverToken(`{}`, token("access_token", jwt("jti", "jti-2"))))},
		}, {
			rule:   "token/jti-unique",
			breaks: []session{at(serverToken(`{}`, token("access_token", jwt())), serverToken(`{}`, token("access_token", jwt("iat", noon.Unix()+60))))},
			holds:  []session{at(serverToken(`{}`, token("access_token", jwt())), serverToken(`{}`, token("access_token", jwt("jti", "jti-2"))))},
		},
	}
}
