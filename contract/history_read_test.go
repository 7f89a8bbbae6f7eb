package contract_test

import (
	"time"

	"github.com/onvy-health/onvy-go/contract"
)

func readHistoryRows() []historyRow {
	own := jwt("principal_type", "user", "user_id", "user_123", "jti", "jti-2")
	foreign := jwt("principal_type", "user", "user_id", "user_456", "jti", "jti-4")
	server, other := jwt(), jwt("project_id", "proj_2", "jti", "jti-3")
	return []historyRow{
		{
			rule: "users/read-back",
			breaks: []session{
				at(create("birthday", "1990-04-23"), getUser(user("birthday", "1990-04-22"))),
				at(create("firstname", "  Zoë "), getUser(user("firstname", "Zoë"))),
				at(create("height", 172.35), getUser(user("height", 172.4))),
				at(create("location", map[string]any{"lat": 1, "lon": 2}), getUser(user("location", map[string]any{"lat": 2, "lon": 1}))),
				at(create("gender", "other"), getUser(user())),
				// The answer to the write is right, and what is kept is not.
				at(create(), putUser(`{"gender":"other"}`, user("gender", "other", "updated_at", after(60))), getUser(user("gender", "male", "updated_at", after(60)))),
				// A user's own token is for the same user.
				at(by(server, create("gender", "other")), by(own, getUser(user("gender", "male")))),
			},
			holds: []session{
				at(create("firstname", "Zoe\u0308", "height", 172.35), getUser(user("firstname", "Zoe\u0308", "height", 172.35))),
				at(createUser(`{"id":"user_123","height":172.0}`, user("height", 172)), getUser(user("height", 172))),
				// Two projects may have a user of one id.
				at(by(server, create("gender", "other")), by(other, create("gender", "male")), by(server, getUser(user("gender", "other"))), by(other, getUser(user("gender", "male")))),
				at(by(server, create("gender", "other")), by(own, patchUser(`{"gender":"male"}`, user("gender", "male", "updated_at", after(60)))), by(server, getUser(user("gender", "male", "updated_at", after(60))))),
				// Exchanges that overlap may have been carried out in either order.
				{starts(0, time.Second, create("gender", "other")), starts(2*time.Second, 3*time.Second, patchUser(`{"gender":"male"}`, user("gender", "male", "updated_at", after(60)))),
					starts(3*time.Second, 4*time.Second, getUser(user("gender", "other")))},
				{starts(0, time.Second, create("gender", "other")), starts(2*time.Second, 3*time.Second, patchUser(`{"gender":"male"}`, user("gender", "male", "updated_at", after(60)))),
					starts(3*time.Second, 4*time.Second, patchUser(`{"gender":"female"}`, user("gender", "female", "updated_at", after(61)))), starts(9*time.Second, time.Second, getUser(user("gender", "male", "updated_at", after(62))))},
				// A write without an answer may have been carried out.
				at(create("gender", "other"), patchUser(`{"gender":"male"}`, "", failed(contract.ErrTimeout)), getUser(user("gender", "male", "updated_at", after(60)))),
				at(create("gender", "other"), patchUser(`{"gender":"male"}`, "", refused(504, "timeout")), getUser(user("gender", "male", "updated_at", after(60)))),
				at(create("gender", "other"), patchUser(`{"gender":"male"}`, "", refused(504, "timeout")), getUser(user("gender", "other"))),
			},
		}, {
			rule: "users/answers-agree",
			breaks: []session{
				at(create(), getUser(user("gender", "male"))),
				at(getUser(user()), getUser(user("tz_offset", 0))),
			},
			holds: []session{
				at(create("gender", "male", "height", 1), getUser(user("height", 1, "gender", "male"))),
				at(create(), getUser(user("data_syncs", []any{}))), // not written by clients
				// The unit was the default already, and is so again.
				at(create("measurement_unit", "metric"), patchUser(`{"measurement_unit":null}`, user("measurement_unit", "metric")), getUser(user("measurement_unit", "metric"))),
				at(create("measurement_unit", "imperial"), patchUser(`{"measurement_unit":null}`, ``, status(204)), getUser(user("measurement_unit", "metric"))),
			},
		}, {
			rule: "users/read-is-safe",
			breaks: []session{
				at(getUser(user()), getUser(user("updated_at", after(60)))),
				at(create(), getUser(user()), getUser(user("updated_at", after(60)))),
			},
			holds: []session{
				at(create(), getUser(user("updated_at", after(60)))), // what a create sets going may end later
				at(getUser(user()), getUser(user())),
				at(createUser(`{"id":"user_123"}`, user("updated_at", "2026-03-05T11:00:00.9Z")), getUser(user())),
				at(getUser(user()), patchUser(`{"height":1}`, ""), getUser(user("height", 1, "updated_at", after(60)))),
			},
		}, {
			rule: "users/list-agrees",
			breaks: []session{
				at(create("birthday", "1990-04-23"), listUsers("", `{"limit":100}`, user())),
				at(create("gender", "other"), listUsers("", `{"limit":100}`, user("gender", "male"))),
			},
			holds: []session{
				at(create("gender", "other"), listUsers("", `{"limit":100}`, user("gender", "other"))),
				// Lists may show more than a read does, also after a request that was refused.
				at(create(), getUser(user()), listUsers("", `{"limit":100}`, user("gender", "other"))),
				at(create(), getUser(user()), patchUser(`{"lastname":5}`, "", refused(400, "invalid_request")), listUsers("", `{"limit":100}`, user("gender", "other"))),
				at(create("gender", "other"), listUsers("", `{"limit":100}`, user("gender", "other", "data_syncs", []any{}))),
				{starts(0, time.Second, create("gender", "other")), starts(2*time.Second, 3*time.Second, patchUser(`{"gender":"male"}`, user("gender", "male", "updated_at", after(60)))),
					starts(3*time.Second, 4*time.Second, listUsers("", `{"limit":100}`, user("gender", "other")))},
			},
		}, {
			rule: "users/created-readable",
			breaks: []session{
				at(create(), gone()),
				at(getUser(user()), patchUser(`{"height":1}`, "", refused(404, "not_found"))),
				at(create(), deleteUser(refused(404, "not_found"))),
			},
			holds: []session{
				at(create(), deleteUser(), gone()), at(create(), getUser(user())), at(gone()),
				at(create(), deleteUser(failed(contract.ErrClosed)), gone()),
				at(by(server, create()), by(other, gone())),
				at(by(server, create()), by(foreign, gone())), // a user who may not see others
			},
		},
	}
}
