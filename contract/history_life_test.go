package contract_test

import (
	"time"

	"github.com/onvy-health/onvy-go/contract"
)

func lifeHistoryRows() []historyRow {
	taken := func() *contract.Exchange { return createUser(`{"id":"user_123"}`, "", refused(409, "conflict")) }
	return []historyRow{
		{
			rule:   "users/unique-id",
			breaks: []session{at(create(), create())},
			holds: []session{
				at(create(), taken()), at(create(), deleteUser(), create()),
				at(create(), createUser(`{"id":"User_123"}`, user("id", "User_123"))),
				at(by(jwt(), create()), by(jwt("project_id", "proj_2", "jti", "b"), create())),
				// At the same time: a probe has a rule for that.
				{starts(0, 2*time.Second, create()), starts(time.Second, 2*time.Second, create())},
			},
		}, {
			rule:   "users/deleted-frees-id",
			breaks: []session{at(create(), deleteUser(), taken()), at(deleteUser(), taken())},
			holds: []session{
				at(create(), taken()), at(create(), deleteUser(), create()), at(create(), deleteUser(), create(), taken()),
				at(create(), deleteUser(refused(503, "unavailable")), taken()), at(gone(), taken()),
			},
		}, {
			rule:   "users/put-unknown",
			breaks: []session{at(gone(), putUser(`{}`, user())), at(create(), deleteUser(), putUser(`{}`, user()))},
			holds: []session{
				at(gone(), putUser(`{}`, "", refused(404, "not_found"))), at(gone(), create(), putUser(`{"height":1}`, user("height", 1, "updated_at", after(60)))),
				at(putUser(`{}`, user())), // nobody said that it is not there
			},
		}, {
			rule: "users/deleted-gone",
			breaks: []session{
				at(deleteUser(), getUser(user())), at(create(), deleteUser(), patchUser(`{"height":1}`, user("height", 1))), at(deleteUser(), deleteUser()),
			},
			holds: []session{
				at(create(), deleteUser(), gone()), at(create(), deleteUser(), getUser("", refused(410, "gone"))),
				at(deleteUser(), create(), getUser(user())),
				at(deleteUser(), deleteUser(refused(404, "not_found"))),
				{starts(0, 3*time.Second, deleteUser()), starts(time.Second, 3*time.Second, getUser(user()))},
			},
		}, {
			rule:   "users/deleted-listed",
			breaks: []session{at(create(), deleteUser(), listUsers("", `{"limit":100}`, user()))},
			holds: []session{
				at(create(), deleteUser(), listUsers("", `{"limit":100}`)),
				{starts(0, time.Second, create()), starts(2*time.Second, 3*time.Second, deleteUser()), starts(3*time.Second, 3*time.Second, listUsers("", `{"limit":100}`, user()))},
				at(create(), deleteUser(), create(), listUsers("", `{"limit":100}`, user())),
			},
		}, {
			rule:   "users/recreated-clean",
			breaks: []session{at(create("birthday", "1990-04-23"), deleteUser(), createUser(`{"id":"user_123"}`, user("birthday", "1990-04-23")))},
			holds: []session{
				at(create("birthday", "1990-04-23"), deleteUser(), create()),
				at(create("birthday", "1990-04-23"), deleteUser(), create("birthday", "1990-04-23")),
				at(create("measurement_unit", "metric"), deleteUser(), createUser(`{"id":"user_123"}`, user("measurement_unit", "metric"))),
				// A default that the first one had without being given it.
				at(createUser(`{"id":"user_123"}`, user("language", "en")), deleteUser(), createUser(`{"id":"user_123"}`, user("language", "en"))),
			},
		}, {
			rule: "users/refused-changes-nothing",
			breaks: []session{
				at(create("firstname", "Avery"), getUser(user("firstname", "Avery")), patchUser(`{"firstname":"Half","height":"x"}`, "", refused(400, "invalid_request")), getUser(user("firstname", "Half"))),
				at(create(), getUser(user()), patchUser(`{"firstname":"Half","height":"x"}`, "", refused(422, "invalid_request")), getUser(user("firstname", "Half"))),
				at(create(), taken(), getUser(user("updated_at", after(60)))),
				at(getUser(user()), putUser(`{`, "", refused(400, "invalid_request")), getUser(user("updated_at", after(60)))),
			},
			holds: []session{
				at(create("firstname", "Avery"), patchUser(`{"firstname":"Half","height":"x"}`, "", refused(400, "invalid_request")), getUser(user("firstname", "Avery"))),
				at(create(), patchUser(`{"height":"x"}`, "", refused(400, "invalid_request")), patchUser(`{"height":1}`, user("height", 1, "updated_at", after(60))), getUser(user("height", 1, "updated_at", after(60)))),
			},
		},
	}
}
