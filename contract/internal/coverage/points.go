package coverage

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// operation is what the model knows of one operation.
type operation struct {
	id     string
	op     *openapi3.Operation
	source string // where it is documented
	bearer bool
	scope  string

	at          int // its own point
	credentials map[string]int
	params      map[string]*param
	request     map[string]sent // by media type
	responses   map[string]*response
	byStatus    []*response // by the status itself
}

// sent is a documented body of a request.
type sent struct {
	at    int
	shape *shape // nil for none
}

// response is a documented status of an operation.
type response struct {
	at      int
	media   map[string]*media
	headers map[string]int
}

type media struct {
	at     int
	schema *openapi3.Schema // nil for none
	shape  *shape
}

// param is a parameter of the query, the only place where one may be left out.
type param struct {
	schema          *openapi3.Schema
	present, absent int
	values          map[string]int
	low, high       int // at the bounds
	below, above    int // beyond them
	wrong           int // of another type
}

// builder collects points while it walks the spec.
type builder struct {
	doc     *openapi3.T
	points  []Point
	index   map[string]int  // by id
	written map[string]bool // places in the bodies of requests that write resources
	operation
}

// none stands for a point that is not counted.
const none = -1

// add returns the index of a point. Variants of one body have points in common.
func (b *builder) add(p Point) int {
	p.Operation = b.id
	id := p.ID()
	if at, known := b.index[id]; known {
		return at
	}
	b.index[id] = len(b.points)
	b.points = append(b.points, p)
	return b.index[id]
}

func (b *builder) compile(op *openapi3.Operation, params openapi3.Parameters) *operation {
	b.operation = operation{
		id: op.OperationID, op: op, source: sourceOf(op.Extensions, sourceOf(b.doc.Extensions, "")),
		scope:     spec.Extension(op.Extensions, "x-onvy-scope"),
		bearer:    needsBearer(b.doc, op),
		params:    map[string]*param{},
		request:   map[string]sent{},
		responses: map[string]*response{},
	}
	class := b.succeeds()
	b.at = b.add(Point{Place: placeRequest, Kind: KindOperation, Class: class, Spec: spec.Place(op.Origin, "")})
	b.addCredentials(class)
	for _, ref := range slices.Concat(params, op.Parameters) {
		b.addParam(ref.Value, class)
	}
	if op.RequestBody != nil {
		content := op.RequestBody.Value.Content
		for _, name := range slices.Sorted(maps.Keys(content)) {
			body := sent{at: b.add(Point{Place: placeRequest, Kind: KindMedia, Name: name, Class: class, Spec: spec.Place(content[name].Origin, "")})}
			if ref := content[name].Schema; ref != nil {
				s := &shaper{builder: b, place: placeRequest, request: true, form: !strings.Contains(name, "json"), class: class}
				body.shape = s.shape(ref, "", b.source)
			}
			b.request[name] = body
		}
	}
	for _, code := range slices.Sorted(maps.Keys(op.Responses.Map())) {
		b.addResponse(code, op.Responses.Map()[code].Value)
	}
	o := b.operation
	o.byStatus = make([]*response, 600)
	for status := 100; status < len(o.byStatus); status++ {
		code := strconv.Itoa(status)
		o.byStatus[status] = cmp.Or(o.responses[code], o.responses[code[:1]+"XX"], o.responses["default"])
	}
	return &o
}

// succeeds is the class of what a valid request causes.
func (b *builder) succeeds() Class { return classOf(b.source, Required) }

func classOf(source string, otherwise Class) Class {
	if source == assumed {
		return Assumed
	}
	return otherwise
}

const assumed = "assumed"

func (b *builder) addParam(p *openapi3.Parameter, class Class) {
	if p == nil || p.Schema == nil || p.In != openapi3.ParameterInQuery {
		return // the path has its parameter, or it is another path
	}
	class = classOf(sourceOf(p.Extensions, b.source), class)
	wrong := class
	if wrong == Required {
		wrong = Negative
	}
	at := spec.Place(p.Origin, "")
	point := func(kind Kind, class Class, format string, args ...any) int {
		return b.add(Point{Place: placeRequest, Kind: kind, Name: "?" + p.Name + fmt.Sprintf(format, args...), Class: class, Spec: at})
	}
	s := p.Schema.Value
	q := &param{schema: s, absent: none, low: none, high: none, below: none, above: none, wrong: none, values: map[string]int{}}
	q.present = point(KindParameter, class, "")
	if !p.Required {
		q.absent = point(KindParameter, class, " left out")
	}
	for _, v := range s.Enum {
		q.values[fmt.Sprint(v)] = point(KindEnum, class, " =%v", v)
	}
	if s.Min != nil {
		q.low = point(KindBound, class, " =%v", *s.Min)
		q.below = point(KindWrong, wrong, " below %v", *s.Min)
	}
	if s.Max != nil {
		q.high = point(KindBound, class, " =%v", *s.Max)
		q.above = point(KindWrong, wrong, " above %v", *s.Max)
	}
	if s.Type != nil && !s.Type.Is(openapi3.TypeString) {
		q.wrong = point(KindWrong, wrong, " of another type")
	}
	b.params[p.Name] = q
}

func (b *builder) addResponse(code string, r *openapi3.Response) {
	source := sourceOf(r.Extensions, b.source)
	class, reason := b.classOfStatus(code, source)
	out := &response{media: map[string]*media{}, headers: map[string]int{}}
	out.at = b.add(Point{Place: code, Kind: KindStatus, Class: class, Reason: reason, Spec: spec.Place(r.Origin, "")})
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		h := r.Headers[name].Value
		p := Point{Place: code, Kind: KindHeader, Name: name, Class: class, Reason: reason, Spec: spec.Place(h.Origin, "")}
		if class != Server {
			p.Class = classOf(sourceOf(h.Extensions, source), class)
		}
		if !h.Required && p.Class != Server {
			p.Class, p.Reason = Server, "the header is optional"
		}
		out.headers[strings.ToLower(name)] = b.add(p)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Content)) {
		m := &media{at: b.add(Point{Place: code, Kind: KindMedia, Name: name, Class: class, Reason: reason, Spec: spec.Place(r.Content[name].Origin, "")})}
		if ref := r.Content[name].Schema; ref != nil {
			s := &shaper{builder: b, place: code, class: class, reason: reason}
			m.schema, m.shape = ref.Value, s.shape(ref, "", source)
		}
		out.media[name] = m
	}
	b.responses[code] = out
}

// classOfStatus is who can cause a status.
func (b *builder) classOfStatus(code, source string) (Class, string) {
	status, err := strconv.Atoi(code)
	switch {
	case err != nil || status >= 500:
		return Server, "a client cannot make a server fail"
	case status == http.StatusTooManyRequests:
		return Server, "no page says how many requests are too many"
	case status < 400:
		return classOf(source, b.succeeds()), ""
	case b.succeeds() == Assumed:
		return Assumed, ""
	}
	return classOf(source, Negative), ""
}

func sourceOf(extensions map[string]any, otherwise string) string {
	if source := spec.Extension(extensions, "x-onvy-source"); source != "" {
		return source
	}
	return otherwise
}
