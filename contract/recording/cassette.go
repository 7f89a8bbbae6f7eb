package recording

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/read"
)

// decodeInteraction decodes an interaction of a cassette in JSON. One written
// by encoding/json has the names of the Go fields ("Interactions"); one that
// was converted from YAML has the names of the YAML.
func decodeInteraction(list string) decodeFunc {
	if list == "interactions" {
		return func(raw []byte) (*contract.Exchange, error) {
			return loadInteraction(`{"version":2,"interactions":[`, raw, `]}`)
		}
	}
	return func(raw []byte) (*contract.Exchange, error) {
		var i cassette.Interaction
		if err := json.Unmarshal(raw, &i); err != nil {
			return nil, fmt.Errorf("%w: no interaction of go-vcr v4", ErrEntry)
		}
		return interaction(&i)
	}
}

// loadInteraction has go-vcr load a cassette of a single interaction, so that
// what is a valid one is for go-vcr to say.
func loadInteraction(before string, raw []byte, after string) (*contract.Exchange, error) {
	c, err := cassette.LoadWithFS("", single(before+string(raw)+after))
	if err != nil {
		// The error of the YAML reader quotes what it read.
		return nil, fmt.Errorf("%w: no interaction of go-vcr v4", ErrEntry)
	}
	if len(c.Interactions) != 1 || c.Interactions[0] == nil {
		return nil, fmt.Errorf("%w: no interaction of go-vcr v4", ErrEntry)
	}
	return interaction(c.Interactions[0])
}

// single is a file system of one cassette.
type single string

func (s single) ReadFile(string) ([]byte, error) { return []byte(s), nil }
func (s single) WriteFile(string, []byte) error  { return http.ErrNotSupported }
func (s single) IsFileExists(string) bool        { return true }

// interaction makes an exchange of an interaction. A cassette keeps header
// fields in a map: their order is lost, and here they are sorted by name. It
// has no times of day either.
func interaction(i *cassette.Interaction) (*contract.Exchange, error) {
	req, res := &i.Request, &i.Response
	if req.Method == "" || req.URL == "" {
		return nil, fmt.Errorf("%w: its request has no method or no URL", ErrEntry)
	}
	x := &contract.Exchange{
		Duration: max(res.Duration, 0),
		Request: contract.Request{
			Method: req.Method,
			URL:    req.URL,
			Header: read.Header(req.Headers),
			Body:   []byte(req.Body),
		},
	}
	if req.Body == "" && len(req.Form) > 0 && strings.HasPrefix(req.Headers.Get("Content-Type"), "application/x-www-form-urlencoded") {
		x.Request.Body = []byte(req.Form.Encode())
	}
	if res.Code <= 0 {
		x.Err = noResponse("")
		return x, nil
	}
	x.Response = &contract.Response{
		Proto:  proto(res.Proto),
		Status: res.Code,
		Reason: strings.TrimPrefix(strings.TrimPrefix(res.Status, strconv.Itoa(res.Code)), " "),
		Header: read.Header(res.Headers),
		Body:   []byte(res.Body),
	}
	x.Response.NoHeader = len(res.Headers) == 0
	if res.Uncompressed {
		x.Response.Decoded = "gzip" // what net/http takes off by itself
	}
	return x, nil
}
