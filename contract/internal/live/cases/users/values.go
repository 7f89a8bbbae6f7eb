package users

import (
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// ValueCases write values that servers are known to change.
var ValueCases = []live.Case{
	{
		Name: "values/text",
		Why:  "a name is written as its bearer writes it",
		Run:  tryValuesText,
	},
	{
		Name: "values/numbers",
		Why:  "a body measure that is off by rounding is a wrong one",
		Run:  tryValuesNumbers,
	},
	{
		Name: "values/ids",
		Why:  "ids come from identity providers, with whatever characters these use",
		Run:  tryValuesIds,
	},
	{
		Name: "values/long-id",
		Why:  "an id that is cut is somebody else's",
		Run:  tryValuesLongID,
	},
}

func tryValuesText(p *live.Probe) {
	for _, text := range []string{
		"Zoë",               // composed
		"Zoe\u0308",         // decomposed: another text, the same look
		"李小龍",               // three bytes a character
		"Νίκος Καζαντζάκης", // Greek
		"محمد عبد الله",     // right to left
		"O'Neil \"Jr\"",     // quotes
	} {
		writeAndRead(p, true, map[string]any{"firstname": text, "lastname": text})
	}
	for _, text := range []string{
		"👩🏽‍🚀 Ride",        // an emoji of several, outside the BMP
		"  two spaces  ",   // at both ends
		"",                 // nothing is a text too
		"back\\slash",      // which JSON escapes
		"<b>&amp;</b>",     // markup
		"tab\tand\nline",   // control characters
		"zero\u200bwidth",  // invisible
		"ǅ ﬁ ß İ ı",        // case folding goes wrong here
		"%41%2F%00 %s {0}", // escapes of others
		"null",             // a word
		"=1+1",             // a formula
		strings.Repeat("Wolfeschlegel ", 17) + "Jr",
	} {
		writeAndRead(p, false, map[string]any{"firstname": text, "lastname": text})
	}
}

func tryValuesNumbers(p *live.Probe) {
	for _, n := range []any{0, 0.1 + 0.2, 199.999, 123456.789, 1.5} {
		writeAndRead(p, false, everyNumber(p, n))
	}
	writeAndRead(p, false, map[string]any{"birthday": "1969-12-31", "tz_offset": -36000})
	// An object of nothing: kept as it is, or taken for none.
	id, empty := p.NewID(), make(map[string]any)
	for _, f := range p.Suite.Spec.Users().Fields {
		if f.Create != nil && len(f.Parts) > 0 {
			empty[f.Name] = map[string]any{}
		}
	}
	empty["id"] = id
	if p.TryCreate(p.Token(), empty).OK() {
		delete(empty, "id")
		p.Get(id)
		p.Put(id, empty)
		p.Send(live.Request{Method: "GET", Path: "/users", Header: live.Bearer(p.Token())})
	}
}

func tryValuesIds(p *live.Probe) {
	for _, tail := range []string{
		"a b", "a/b", "a%2Fb", "a+b", "a?b=c", "a#b", "a&b", "a:b", "a@b.c", "a|b", "a..b", "ü", "李", "😀", "a\\b", `a"b`, "a;b,c", "~-_.", "A", "100%", "a ", "\ta", "a\u00a0",
	} {
		id := p.NewID() + "_" + tail
		c := p.TryCreate(p.Token(), map[string]any{"id": id})
		if !c.OK() {
			continue // no page says which ids are valid
		}
		p.Works(p.Get(id))
	}
}

func tryValuesLongID(p *live.Probe) {
	id := p.NewID() + "_"
	for len(id) < 255 {
		id += "x"
	}
	if c := p.TryCreate(p.Token(), map[string]any{"id": id}); c.OK() {
		p.Works(p.Get(id))
	}
}

// writeAndRead creates a user with the fields and reads it back. Values that
// a server may refuse are not due to be taken; once taken, they are kept.
func writeAndRead(p *live.Probe, due bool, fields map[string]any) {
	id := p.NewID()
	fields["id"] = id
	c := p.TryCreate(p.Token(), fields)
	if due && p.Works(c) || c.OK() {
		p.Works(p.Get(id))
	}
}

// everyNumber gives a value to each field of a user that takes any number, and
// to each in an object.
func everyNumber(p *live.Probe, n any) map[string]any {
	body := make(map[string]any)
	for _, f := range p.Suite.Spec.Users().Fields {
		if f.Create == nil || f.Assigned {
			continue
		}
		if anyNumber(f.Create) {
			body[f.Name] = n
		}
		part := make(map[string]any)
		for name, s := range spec.Properties(f.Create) {
			if anyNumber(s) {
				part[name] = n
			}
		}
		if len(part) > 0 {
			body[f.Name] = part
		}
	}
	return body
}

// anyNumber reports whether a schema takes numbers without bounds, of which a
// place on the earth is none.
func anyNumber(s *openapi3.Schema) bool {
	sensitive := spec.Sensitive(s)
	return s.Type.Is(openapi3.TypeNumber) && s.Min == nil && s.Max == nil && s.MultipleOf == nil && sensitive != "latitude" && sensitive != "longitude"
}
