package contract_test

import (
	"time"

	"github.com/onvy-health/onvy-go/contract"
)

// create makes user_123 with the fields, and answers as it should.
func create(pairs ...any) *contract.Exchange {
	return createUser(fields(append([]any{"id", "user_123"}, pairs...)...), user(pairs...))
}

// untimed takes the times off an exchange.
func untimed(x *contract.Exchange) *contract.Exchange {
	x.Started, x.Duration = time.Time{}, 0
	return x
}

func writeHistoryRows() []historyRow {
	full := []any{"firstname", "Avery", "gender", "other", "thresholds", map[string]any{"ftp": 240, "mhr": 189}}
	with := func(more ...any) string { return user(append(append([]any(nil), full...), more...)...) }
	sent := func(more ...any) string {
		return fields(append(append([]any{"id", "user_123"}, full...), more...)...)
	}
	return []historyRow{
		{
			rule: "users/write-answer",
			breaks: []session{
				at(createUser(sent(), user("gender", "other", "thresholds", map[string]any{"ftp": 240, "mhr": 189}))),
				at(createUser(sent(), with("firstname", "avery"))),
				at(createUser(sent(), with("thresholds", map[string]any{"ftp": 241, "mhr": 189}))),
				at(patchUser(`{"height":172.35}`, user("height", 172))),
				at(create(full...), patchUser(`{"thresholds":{"ftp":99}}`, with("thresholds", map[string]any{"ftp": 100, "mhr": 189}, "updated_at", after(60)))),
			},
			holds: []session{
				at(createUser(`{"id":"user_123"}`, user("language", "en", "tz_offset", 0, "measurement_unit", "metric"))),
				at(createUser(`{"id":"user_123","height":1.720e2}`, user("height", 172))),
				at(createUser(`{"id":"user_123","firstname":null}`, user())),
				at(createUser(`{"id":"user_123","created_at":"1999-01-01T00:00:00Z"}`, user())),
			},
		}, {
			rule: "users/stale-answer",
			breaks: []session{
				at(create("lastname", "Smith"), patchUser(`{"lastname":"Jones"}`, user("lastname", "Smith", "updated_at", after(60)))),
				at(create("lastname", "Smith"), putUser(`{"lastname":"Jones"}`, user("lastname", "Smith", "updated_at", after(60)))),
				at(create(full...), patchUser(`{"thresholds":{"ftp":99}}`, with("updated_at", after(60)))),
			},
			holds: []session{
				at(create("lastname", "Smith"), patchUser(`{"lastname":"Jones"}`, user("lastname", "Jones", "updated_at", after(60)))),
				at(create("lastname", "Smith"), patchUser(`{"lastname":"Smith"}`, user("lastname", "Smith"))),
			},
		}, {
			rule: "users/patch-keeps",
			breaks: []session{
				at(create(full...), patchUser(`{"lastname":"Jones"}`, user("lastname", "Jones", "gender", "other", "thresholds", map[string]any{"ftp": 240, "mhr": 189}, "updated_at", after(60)))),
				at(create("firstname", "Avery"), patchUser(`{}`, user("firstname", "Mallory", "updated_at", after(60)))),
				at(create("firstname", "Avery"), patchUser(`{}`, user("firstname", "Avery", "gender", "other", "updated_at", after(60)))),
			},
			holds: []session{
				at(create(full...), patchUser(`{}`, with())), at(create(full...), patchUser(`{"lastname":"Jones"}`, with("lastname", "Jones", "updated_at", after(60)))),
				at(patchUser(`{"lastname":"Jones"}`, user("lastname", "Jones"))), // what was before is not known
			},
		}, {
			rule: "users/patch-merges",
			breaks: []session{
				at(create(full...), patchUser(`{"thresholds":{"ftp":99}}`, with("thresholds", map[string]any{"ftp": 99}, "updated_at", after(60)))),
			},
			holds: []session{
				at(create(full...), patchUser(`{"thresholds":{"ftp":99}}`, with("thresholds", map[string]any{"ftp": 99, "mhr": 189}, "updated_at", after(60))),
					getUser(with("thresholds", map[string]any{"mhr": 189, "ftp": 99}, "updated_at", after(60)))),
				at(create(full...), patchUser(`{"thresholds":{"ftp":null}}`, with("thresholds", map[string]any{"mhr": 189}, "updated_at", after(60))),
					getUser(with("thresholds", map[string]any{"mhr": 189}, "updated_at", after(60)))),
				at(create(full...), patchUser(`{"thresholds":{"ftp":null}}`, with("thresholds", map[string]any{"ftp": nil, "mhr": 189}, "updated_at", after(60)))),
				at(create(full...), patchUser(`{"location":{"lat":1}}`, with("location", map[string]any{"lat": 1}, "updated_at", after(60)))),
			},
		}, {
			rule: "users/patch-clears",
			breaks: []session{
				at(create(full...), patchUser(`{"gender":null}`, with("updated_at", after(60)))),
				at(create(full...), patchUser(`{"thresholds":null}`, with("updated_at", after(60)))),
			},
			holds: []session{
				at(create("gender", "other"), patchUser(`{"gender":null}`, user("updated_at", after(60))), getUser(user("updated_at", after(60)))),
				at(create("gender", "other"), patchUser(`{"gender":null}`, user("gender", nil, "updated_at", after(60)))),
				at(create("measurement_unit", "metric"), patchUser(`{"measurement_unit":null}`, user("measurement_unit", "metric"))),
				at(create("language", "de"), patchUser(`{"language":null}`, user("language", "en", "updated_at", after(60))), getUser(user("language", "en", "updated_at", after(60)))),
			},
		}, {
			rule: "users/put-replaces",
			breaks: []session{
				at(create(full...), putUser(`{"firstname":"Avery"}`, with("updated_at", after(60)))),
			},
			holds: []session{
				at(create(full...), putUser(`{"firstname":"Alone"}`, user("firstname", "Alone", "updated_at", after(60))), getUser(user("firstname", "Alone", "updated_at", after(60)))),
				at(create("measurement_unit", "imperial"), putUser(`{}`, user("measurement_unit", "metric", "updated_at", after(60))), getUser(user("measurement_unit", "metric", "updated_at", after(60)))),
				at(create("measurement_unit", "metric"), putUser(`{}`, user("measurement_unit", "metric", "updated_at", after(60)))),
				at(create("language", "de", "tz_offset", 3600), putUser(`{}`, user("language", "en", "tz_offset", 0, "updated_at", after(60)))),
				// A default that the user had without being given it.
				at(createUser(`{"id":"user_123"}`, user("language", "en", "tz_offset", 0)), putUser(`{"firstname":"A"}`, user("firstname", "A", "language", "en", "tz_offset", 0, "updated_at", after(60)))),
			},
		}, {
			rule: "users/updated-at-moves",
			breaks: []session{
				at(create("lastname", "Smith"), patchUser(`{"lastname":"Jones"}`, user("lastname", "Jones"))),
				at(create("lastname", "Smith"), patchUser(`{"lastname":"Jones"}`, user("lastname", "Jones", "updated_at", after(-1)))),
				at(create("lastname", "Smith"), putUser(`{}`, user())),
				at(createUser(`{"id":"user_123"}`, user("updated_at", "2026-03-05T11:00:00.001Z")),
					starts(20*time.Millisecond, 1, patchUser(`{"lastname":"Jones"}`, user("lastname", "Jones", "updated_at", "2026-03-05T11:00:00.001Z")))),
			},
			holds: []session{
				// Without times nobody knows which of two writes was carried out first.
				{untimed(create()), untimed(patchUser(`{"height":2}`, user("height", 2, "updated_at", after(60)))), untimed(patchUser(`{"height":1}`, user("height", 1, "updated_at", after(30))))},
				at(create(), patchUser(`{}`, user())),
				at(create("lastname", "Smith"), patchUser(`{"lastname":"Smith"}`, user("lastname", "Smith"))),
				// Within the second that the server writes.
				{starts(0, 10*time.Millisecond, create("lastname", "Smith")), starts(500*time.Millisecond, 10*time.Millisecond, patchUser(`{"lastname":"Jones"}`, user("lastname", "Jones")))},
			},
		}, {
			rule: "users/created-at-fixed",
			breaks: []session{
				at(create(), patchUser(`{}`, user("created_at", after(60), "updated_at", after(60)))),
				at(create(), getUser(user("created_at", after(-1)))),
				at(create(), listUsers("", `{"limit":100}`, user("created_at", after(-2)))),
			},
			holds: []session{
				at(create(), patchUser(`{"lastname":"Jones"}`, user("lastname", "Jones", "created_at", "2026-03-05T12:00:00+01:00", "updated_at", after(60)))),
				// Written with more digits than they are kept.
				at(createUser(`{"id":"user_123"}`, user("created_at", "2026-03-05T11:00:00.123456Z", "updated_at", "2026-03-05T11:00:00.123456Z")),
					getUser(user("created_at", "2026-03-05T11:00:00.123Z", "updated_at", "2026-03-05T11:00:00.123Z")), getUser(user())),
			},
		},
	}
}
