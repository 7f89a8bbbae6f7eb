package contract_test

import (
	"time"

	"github.com/onvy-health/onvy-go/contract"
)

type xs = []*contract.Exchange

func wireRows() []exchangeRow {
	extra := func(bytes string) change {
		return func(x *contract.Exchange) { x.Response.Extra = []byte(bytes) }
	}
	cut := func(x *contract.Exchange) { x.Response.Truncated = true }
	closed := func(x *contract.Exchange) { x.Err = contract.ErrClosed }
	return []exchangeRow{
		{
			rule:   "http/timeout",
			breaks: xs{getUser("", failed(contract.ErrTimeout))},
			holds:  xs{getUser(user(), took(900*time.Millisecond))},
		}, {
			rule:   "http/closed",
			breaks: xs{getUser("", failed(contract.ErrClosed))},
			holds:  xs{getUser(user(), header("Connection", "close"))},
		}, {
			rule:   "http/malformed",
			breaks: xs{getUser("", failed(contract.ErrMalformed))},
			holds:  xs{getUser(user(), func(x *contract.Exchange) { x.Response.Reason = "" }), getUser(user(), func(x *contract.Exchange) { x.Response.Proto = "HTTP/1.0" })},
		}, {
			rule:   "http/too-large",
			breaks: xs{getUser(`{"id":"user_12`, cut)},
			holds:  xs{listUsers("?limit=1000", `{"limit":1000}`, manyUsers(1000)...)},
		}, {
			rule:   "http/incomplete",
			breaks: xs{getUser(user(), closed)},
			holds:  xs{getUser(user(), header("Transfer-Encoding", "chunked"))},
		}, {
			rule:   "http/extra-bytes",
			breaks: xs{getUser(user(), extra("}}"))},
			holds:  xs{getUser(user(), extra(""))},
		}, {
			rule: "http/framing",
			breaks: xs{
				getUser(user(), header("Content-Length", "78"), header("Transfer-Encoding", "chunked")),
				getUser(user(), header("Content-Length", "78", "79")),
			},
			holds: xs{getUser(user(), header("Content-Length", "78")), getUser(user(), header("Transfer-Encoding", "chunked"))},
		}, {
			rule: "http/header-syntax",
			breaks: xs{
				getUser(user(), header("Bad Name", "x")),
				getUser(user(), header("", "folded")),
				getUser(user(), header("Via", "a\r\nX-Injected: 1")),
			},
			holds: xs{getUser(user(), header("X-Request-Id", "7f3a")), getUser(user(), header(":status", "200"))},
			// A line without a name, in the form that header("") writes it, takes
			// nothing else with it.
		}, {
			rule:   "http/slow",
			breaks: xs{getUser(user(), took(3*time.Second))},
			holds:  xs{getUser(user(), took(300*time.Millisecond)), getUser(user(), took(2*time.Second)), getUser(user(), took(0))},
		},
	}
}

func manyUsers(n int) []string {
	users := make([]string, n)
	for i := range users {
		users[i] = user("id", "user_"+string(rune('a'+i%26))+time.Duration(i).String())
	}
	return users
}
