// Package retryafter reads the header by which a server asks to come again
// later. The client and the contract suite share it, so that what one takes for
// an ask the other does too.
package retryafter

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// forever is what a number of seconds that does not fit becomes.
const forever = 1<<63 - 1

// Read reads a Retry-After header, which is a number of seconds or a
// date (RFC 9110, 10.2.3). A date counts from the Date of the response, so that
// a clock that is wrong, here or there, changes nothing. 0 where there is none,
// or none that can be understood.
func Read(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0
	}
	if strings.Trim(value, "0123456789") == "" {
		seconds, err := strconv.ParseInt(value, 10, 64)
		if err != nil || seconds > forever/int64(time.Second) {
			return forever
		}
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(0, at.Sub(now))
}
