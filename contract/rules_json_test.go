package contract_test

import "strings"

func jsonRows() []exchangeRow {
	return []exchangeRow{
		{
			rule: "json/syntax",
			breaks: xs{
				getUser(`{"id": "user_123"`), getUser(`{"id": 01}`), getUser(`{'id': 1}`), getUser(`{"id": NaN}`), getUser(`<html></html>`),
			},
			holds: xs{getUser(" { \"id\" : \"user_123\",\r\n\t\"created_at\":\"" + stamp + "\",\"updated_at\":\"" + stamp + "\"}\n")},
		}, {
			rule: "json/bom", breaks: xs{getUser("\xef\xbb\xbf" + user())},
			holds: xs{getUser(" \n" + user())},
			// The generated client cannot read it either, and does not say so twice.
		}, {
			rule: "json/utf-8", breaks: xs{getUser(escaped("Andr\xe9")), getUser(escaped("\xed\xa0\x80"))},
			holds: xs{getUser(user("firstname", "André")), getUser(user("firstname", "👩🏽‍🚀"))},
		}, {
			rule:   "json/surrogate",
			breaks: xs{getUser(escaped(`\ud83d`)), getUser(escaped(`\ude00\ud83d`)), getUser(escaped(`\"\ud83dx`))},
			holds:  xs{getUser(escaped(`\ud83d\ude00`)), getUser(escaped(`\\ud83d`)), getUser(escaped(`\ufffd`)), getUser(escaped("\ufffd"))},
		}, {
			rule: "json/duplicate-name",
			breaks: xs{
				getUser(`{"id":"a","id":"user_123","created_at":"` + stamp + `","updated_at":"` + stamp + `"}`),
				getUser(`{"id":"user_123","\u0069d":"user_123","created_at":"` + stamp + `","updated_at":"` + stamp + `"}`),
				getUser(`{"id":"user_123","location":{"lat":1,"lat":2},"created_at":"` + stamp + `","updated_at":"` + stamp + `"}`),
			},
			holds: xs{getUser(user("ID", "a"))},
			but:   []string{"schema/undocumented-property"},
		}, {
			rule:   "json/trailing",
			breaks: xs{getUser(user() + "}"), getUser(user() + user()), getUser(user() + "\x00")},
			holds:  xs{getUser(user() + "\n"), getUser(user() + " \r\n\t")},
		}, {
			rule:   "json/depth",
			breaks: xs{getUser(strings.Repeat("[", 100_000)), getUser(strings.Repeat("[", 65) + strings.Repeat("]", 65))},
			holds:  xs{listUsers("", `{"limit":100}`, user("location", map[string]any{"lat": 1}))},
		}, {
			rule: "json/number-range",
			breaks: xs{
				listUsers("", `{"limit":100,"total":9007199254740993}`),
				getUser(strings.Replace(user("height", 0), `"height":0`, `"height":1e400`, 1)),
			},
			holds: xs{
				listUsers("", `{"limit":100,"total":9007199254740991}`), getUser(user("weight", 68.4)),
				getUser(strings.Replace(user("height", 0), `"height":0`, `"height":1e300`, 1)),
			},
		}, {
			rule: "json/integer-form",
			breaks: xs{
				listUsers("", `{"limit":100.0}`), listUsers("", `{"limit":1e2}`),
				getUser(strings.Replace(user("tz_offset", 0), `"tz_offset":0`, `"tz_offset":3600.0`, 1)),
			},
			holds: xs{
				listUsers("", `{"limit":100}`),
				getUser(strings.Replace(user("height", 0), `"height":0`, `"height":4.0`, 1)),
			},
		},
	}
}

// escaped is a user whose firstname is a JSON literal.
func escaped(literal string) string {
	return strings.Replace(user("firstname", "~"), `"~"`, `"`+literal+`"`, 1)
}
