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
// The tables are of users and of sign-in, and made by hand of what package kit
// has; package plant makes faults of any resource of a spec.
package faults
