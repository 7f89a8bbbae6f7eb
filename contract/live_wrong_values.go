package contract

import (
	"maps"
	"slices"
)

// wrongValues are values that a field does not take.
var wrongValues = map[string][]any{
	"language":         {5, []any{"en"}},
	"tz_offset":        {"3600", 3600.5, true},
	"firstname":        {5, map[string]any{"a": 1}},
	"lastname":         {false, []any{}},
	"measurement_unit": {"Metric", "stone", 1},
	"gender":           {"unknown", "Male", 1},
	"birthday":         {"not-a-date", "1990-02-30", "23.04.1990", 19900423},
	"height":           {"172", []any{172}, true},
	"weight":           {"68.4", map[string]any{}},
	"thresholds":       {5, []any{}, map[string]any{"ftp": "much"}},
	"location":         {"Munich", []any{48.1, 11.5}, map[string]any{"lat": "north"}},
	"coach_config":     {true, map[string]any{"enabled": "yes"}},
}

// wrongValueCases send each field with values that it does not take.
var wrongValueCases = func() (cases []liveCase) {
	for _, name := range slices.Sorted(maps.Keys(wrongValues)) {
		cases = append(cases, liveCase{
			name: "input/" + name,
			why:  "what is taken in a wrong form comes out in a wrong form",
			run:  func(p *probe) { p.wrongValues(name) },
		})
	}
	return cases
}()

func (p *probe) wrongValues(name string) {
	for _, value := range wrongValues[name] {
		id := p.newID()
		c := p.tryCreate(p.token(), map[string]any{"id": id, name: value})
		p.invalid(c, name)
		if !c.ok() && c.x.Response != nil {
			// A refused create leaves nothing behind.
			if after := p.get(id); p.found(after) {
				p.finding(c, "input/invalid", Finding{Pointer: "/" + name, Message: "a create that was refused left a user"})
			}
		}
	}
	kept := p.newID()
	user := p.fullUser(kept)
	p.create(user)
	p.get(kept)
	p.invalid(p.patch(kept, map[string]any{"firstname": "Half", name: wrongValues[name][0]}), name)
	p.get(kept)
	user[name] = wrongValues[name][0]
	p.invalid(p.put(kept, user), name)
	p.get(kept)
}

// invalid reports a wrong value that is taken.
func (p *probe) invalid(c *call, name string) {
	if c.ok() {
		f := c.where(name)
		f.Message = "a value that is not as documented is accepted"
		p.finding(c, "input/invalid", f)
		return
	}
	p.refuses(c, "input/invalid", "a wrong value", 400)
}
