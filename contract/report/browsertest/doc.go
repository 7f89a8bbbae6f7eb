// Package browsertest opens the page of report.HTML in a real browser. It is a
// module of its own, so that nobody who uses the others gets a browser driver.
//
//	apt-get install chromium && npm ci && go test ./...
package browsertest
