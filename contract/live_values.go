package contract

import "strings"

// valueCases write values that servers are known to change.
var valueCases = []liveCase{
	{
		name: "values/text",
		why:  "a name is written as its bearer writes it",
		run: func(p *probe) {
			for _, text := range []string{
				"Zoë",               // composed
				"Zoe\u0308",         // decomposed: another text, the same look
				"李小龍",               // three bytes a character
				"Νίκος Καζαντζάκης", // Greek
				"محمد عبد الله",     // right to left
				"O'Neil \"Jr\"",     // quotes
			} {
				p.writeAndRead(true, map[string]any{"firstname": text, "lastname": text})
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
				p.writeAndRead(false, map[string]any{"firstname": text, "lastname": text})
			}
		},
	},
	{
		name: "values/numbers",
		why:  "a body measure that is off by rounding is a wrong one",
		run: func(p *probe) {
			for _, fields := range []map[string]any{
				{"height": 172.35, "weight": 68.4},
				{"height": 180, "weight": 70},
				{"tz_offset": 0},
				{"tz_offset": -43200},
				{"tz_offset": 50400},
				{"tz_offset": 20700}, // Nepal: three quarters of an hour
				{"location": map[string]any{"lat": -33.868820, "lon": 151.209296}},
				{"location": map[string]any{"lat": 78.2232, "lon": -179.999999}},
				{"thresholds": map[string]any{"ftp": 250, "lthr": 171.5}},
				{"thresholds": map[string]any{"ftp": 300.25}},
			} {
				p.writeAndRead(true, fields)
			}
			for _, fields := range []map[string]any{
				{"height": 199.999, "weight": 0.1 + 0.2},
				{"height": 1.5, "weight": 123456.789},
				{"height": 0, "weight": 0},
				{"location": map[string]any{"lat": 0, "lon": 0}},
				{"thresholds": map[string]any{"mhr": 0}},
			} {
				p.writeAndRead(false, fields)
			}
		},
	},
	{
		name: "values/choices",
		why:  "every documented value is a value",
		run: func(p *probe) {
			for i := range 3 {
				p.writeAndRead(true, map[string]any{
					"gender": genders[i], "measurement_unit": units[i%2], "coach_config": map[string]any{"enabled": i%2 == 1},
				})
			}
		},
	},
	{
		name: "values/dates",
		why:  "a birthday is a day, not an instant",
		run: func(p *probe) {
			for _, day := range []string{"2000-02-29", "1970-01-01", "1969-12-31", "1921-03-01", "1999-12-31", "2001-01-01"} {
				p.writeAndRead(true, map[string]any{"birthday": day, "tz_offset": -36000})
			}
		},
	},
	{
		name: "values/ids",
		why:  "ids come from identity providers, with whatever characters these use",
		run: func(p *probe) {
			for _, tail := range []string{
				"a b", "a/b", "a%2Fb", "a+b", "a?b=c", "a#b", "a&b", "a:b", "a@b.c", "a|b", "a..b", "ü", "李", "😀", "a\\b", `a"b`, "a;b,c", "~-_.", "A", "100%", "a ", "\ta", "a\u00a0",
			} {
				id := p.newID() + "_" + tail
				c := p.tryCreate(p.token(), map[string]any{"id": id})
				if !c.ok() {
					continue // no page says which ids are valid
				}
				p.works(p.get(id))
			}
		},
	},
	{
		name: "values/long-id",
		why:  "an id that is cut is somebody else's",
		run: func(p *probe) {
			id := p.newID() + "_"
			for len(id) < 255 {
				id += "x"
			}
			if c := p.tryCreate(p.token(), map[string]any{"id": id}); c.ok() {
				p.works(p.get(id))
			}
		},
	},
}

// writeAndRead creates a user with the fields and reads it back. Values that
// a server may refuse are not due to be taken; once taken, they are kept.
func (p *probe) writeAndRead(due bool, fields map[string]any) {
	id := p.newID()
	fields["id"] = id
	c := p.tryCreate(p.token(), fields)
	if due && p.works(c) || c.ok() {
		p.works(p.get(id))
	}
}
