package recording

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/onvy-health/onvy-go/contract"
)

// bodyStates are the words of this package for them.
var bodyStates = map[contract.BodyState]string{contract.BodyNotRecorded: "not recorded", contract.BodyCut: "cut"}

func bodyState(word string) contract.BodyState {
	for state, w := range bodyStates {
		if w == word {
			return state
		}
	}
	return contract.BodyWhole
}

// shortOf reports whether a body is the beginning of one of so many bytes. A
// recorder that counts in another way, or takes a byte order mark off, has the
// whole text all the same: then it is JSON to its end.
func shortOf(body []byte, size int) bool {
	return len(body) > 0 && len(body) < size && !jsontext.Value(body).IsValid()
}

// sentState says what the body of a request is worth. Recorders leave it out
// where there was none, and also where they did not keep it; only a size tells,
// and size is -1 where there is none.
func sentState(req *contract.Request, size int) contract.BodyState {
	length, err := strconv.Atoi(req.Header.Get("Content-Length"))
	if err != nil {
		length = size
	}
	switch {
	case len(req.Body) > 0:
		if shortOf(req.Body, length) {
			return contract.BodyCut
		}
	case length > 0:
		return contract.BodyNotRecorded
	case length < 0 && slices.Contains([]string{http.MethodPost, http.MethodPut, http.MethodPatch}, req.Method):
		return contract.BodyNotRecorded
	}
	return contract.BodyWhole
}
