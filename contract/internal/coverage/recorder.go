package coverage

import (
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/getkin/kin-openapi/openapi3"
)

// Recorder counts what the exchanges of a run hit. It is safe for concurrent
// use.
type Recorder struct {
	model *Model
	hits  []atomic.Int64 // by point
	body  map[*media]*Body

	mu      sync.Mutex
	answers map[answerKey]int
}

type answerKey struct {
	operation  *operation
	credential Credential
	status     int
}

// NewRecorder returns one that has counted nothing. slots are those of the
// matcher of a schema; none where it has no matcher, whose bodies then are not
// looked into.
func NewRecorder(m *Model, slots func(*openapi3.Schema) []Slot) *Recorder {
	r := &Recorder{
		model: m, hits: make([]atomic.Int64, len(m.points)), body: make(map[*media]*Body), answers: make(map[answerKey]int),
	}
	for _, o := range m.operations {
		for _, resp := range o.responses {
			for _, media := range resp.media {
				if media.schema == nil || media.shape == nil {
					continue
				}
				if all := slots(media.schema); len(all) > 0 {
					r.body[media] = newBody(media.shape, all)
				}
			}
		}
	}
	return r
}

// Exchange is what a Recorder needs to know of one. What the rules have read
// already it does not read again.
type Exchange struct {
	Operation  *openapi3.Operation
	Credential Credential // "" if unknown
	Query      string     // as it was escaped

	RequestType string     // media type of the request
	JSON        any        // its body decoded; nil for none
	Form        url.Values // its body as a form; nil for none

	Status       int    // 0 for no answer
	ResponseType string // its media type; "" for no body
	// HeaderNames are those of the response, in any case.
	HeaderNames func(yield func(name string) bool)
}

// Add counts an exchange.
func (r *Recorder) Add(x *Exchange) {
	o := r.model.operations[x.Operation]
	if o == nil {
		return
	}
	r.hit(o.at)
	r.credential(o, x)
	r.query(o, x.Query)
	if s, known := o.request[x.RequestType]; known {
		switch {
		case x.JSON != nil && s.shape != nil:
			r.value(s.shape, x.JSON)
		case x.Form != nil && s.shape != nil:
			r.form(s.shape, x.Form)
		}
		r.hit(s.at)
	}
	if x.Status == 0 {
		return
	}
	resp := o.response(x.Status)
	if resp == nil {
		return
	}
	r.hit(resp.at)
	for name := range x.HeaderNames {
		if at, known := resp.header(name); known {
			r.hit(at)
		}
	}
	if m := resp.media[x.ResponseType]; m != nil {
		r.hit(m.at)
	}
}

func (r *Recorder) hit(at int) {
	if at != none {
		r.hits[at].Add(1)
	}
}

// response is that of a status: its own, that of its class, or the default.
func (o *operation) response(status int) *response {
	if status < len(o.byStatus) {
		return o.byStatus[status]
	}
	return nil
}

// header finds a name in any case. Servers write it as it is documented, or in
// lower case.
func (r *response) header(name string) (int, bool) {
	at, known := r.headers[strings.ToLower(name)]
	return at, known
}

func (r *Recorder) credential(o *operation, x *Exchange) {
	if x.Credential == "" {
		return
	}
	at, known := o.credentials[string(x.Credential)]
	if !known {
		return
	}
	r.hit(at)
	if x.Status != 0 {
		r.mu.Lock()
		r.answers[answerKey{o, x.Credential, x.Status}]++
		r.mu.Unlock()
	}
}

func (r *Recorder) query(o *operation, query string) {
	if len(o.params) == 0 {
		return
	}
	values, _ := url.ParseQuery(query)
	for name, p := range o.params {
		if !values.Has(name) {
			r.hit(p.absent)
			continue
		}
		r.hit(p.present)
		value := values.Get(name)
		if at, known := p.values[value]; known {
			r.hit(at)
		}
		r.number(p, value)
	}
}

// number counts the bounds of a parameter that is a number.
func (r *Recorder) number(p *param, value string) {
	if p.schema.Type.Is(openapi3.TypeString) {
		return
	}
	f, err := strconv.ParseFloat(value, 64)
	switch s := p.schema; {
	case err != nil:
		r.hit(p.wrong)
	case s.Min != nil && f == *s.Min:
		r.hit(p.low)
	case s.Min != nil && f < *s.Min:
		r.hit(p.below)
	case s.Max != nil && f == *s.Max:
		r.hit(p.high)
	case s.Max != nil && f > *s.Max:
		r.hit(p.above)
	}
}

// Counts is what was counted so far.
func (r *Recorder) Counts() *Counts {
	c := &Counts{Version: version, Spec: r.model.sum, Points: make(map[string]int)}
	for at := range r.hits {
		if n := r.hits[at].Load(); n > 0 {
			c.Points[r.model.points[at].ID()] += int(n)
		}
	}
	for _, b := range r.body {
		for at := range b.hit() {
			c.Points[r.model.points[at].ID()] = 1
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for k, n := range r.answers {
		c.Points[answerID(k.operation.id, k.credential)+strconv.Itoa(k.status)] += n
	}
	return c
}

// Body returns where to note the bodies of a response; nil where they have no
// points or no matcher.
func (r *Recorder) Body(op *openapi3.Operation, status int, mediaType string) *Body {
	o := r.model.operations[op]
	if o == nil {
		return nil
	}
	resp := o.response(status)
	if resp == nil {
		return nil
	}
	return r.body[resp.media[mediaType]]
}
