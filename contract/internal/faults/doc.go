// Package faults is a server that is wrong on purpose: the sandbox behind a
// layer that spoils one thing. It proves that the contract suite can fail.
//
//	for _, fault := range faults.All() {
//		srv, _ := sandbox.New()
//		ts := httptest.NewServer(fault.Handler(srv))
//		// run the suite against ts.URL: it has to report fault.Rule
//	}
//
// [Controls] are the counterpart: servers that do something in an unusual and
// permitted way, about which a suite has to keep quiet.
//
// A fault is a row of a table: a name, a sentence, and a few composed
// mutators. A mutator changes the request before the sandbox sees it, changes
// the answer after, or asks the sandbox something else altogether; those at
// the level of bytes write to the connection themselves.
package faults
