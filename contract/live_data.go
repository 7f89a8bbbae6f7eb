package contract

import (
	"fmt"
	"math"
	"slices"
)

// User data for the cases: made up, from the seed, of every documented kind.

var (
	firstnames = []string{"Avery", "Zoë", "Ægir", "Łucja", "Νίκος", "Олена", "محمد", "さくら", "José", "Nguyễn"}
	lastnames  = []string{"Smith", "Müller-Lüdenscheidt", "O'Neil", "Иванова", "García y Vega", "李", "van der Berg", "Ó Súilleabháin"}
	languages  = []string{"nl", "de", "fr", "pt-BR", "ja"}
	genders    = []string{"male", "female", "other"}
	units      = []string{"metric", "imperial"}
)

// fullUser has every field that a client can write.
func (p *probe) fullUser(id string) map[string]any {
	user := map[string]any{"id": id}
	for _, name := range writable {
		user[name] = p.value(name)
	}
	return user
}

// value is a value for a field, unlike the defaults that a server may have.
func (p *probe) value(name string) any {
	pick := func(from []string) string { return from[p.rand.IntN(len(from))] }
	switch name {
	case "language":
		return pick(languages)
	case "tz_offset":
		return (1 + p.rand.IntN(24)) * 1800
	case "firstname":
		return pick(firstnames)
	case "lastname":
		return pick(lastnames)
	case "measurement_unit":
		return "imperial"
	case "gender":
		return pick(genders)
	case "birthday":
		return fmt.Sprintf("%04d-%02d-%02d", 1940+p.rand.IntN(60), 1+p.rand.IntN(12), 1+p.rand.IntN(28))
	case "height":
		return p.decimal(150, 200, 1)
	case "weight":
		return p.decimal(45, 120, 2)
	case "thresholds":
		return map[string]any{"ftp": p.decimal(120, 380, 1), "lthr": p.decimal(140, 180, 1), "mhr": p.decimal(180, 205, 1)}
	case "location":
		// Latitude and longitude from ranges that do not meet.
		return map[string]any{"lat": p.decimal(30, 60, 4), "lon": -p.decimal(70, 120, 4)}
	case "coach_config":
		return map[string]any{"enabled": true}
	}
	panic("contract: no value for " + name)
}

// another is a value for a field that is not the given one.
func (p *probe) another(name string, old any) any {
	switch name {
	case "measurement_unit":
		if old == "imperial" {
			return "metric"
		}
		return "imperial"
	case "coach_config":
		on, _ := old.(map[string]any)
		return map[string]any{"enabled": on["enabled"] != true}
	}
	for {
		if value := p.value(name); fmt.Sprint(value) != fmt.Sprint(old) {
			return value
		}
	}
}

// decimal has exactly so many digits behind the point, the last one not zero.
func (p *probe) decimal(low, high, digits int) float64 {
	scale := math.Pow10(digits)
	n := float64(low)*scale + float64(p.rand.IntN((high-low)*int(scale)))
	if math.Mod(n, 10) == 0 {
		n++
	}
	return n / scale
}

// create makes a user and returns it as it was sent. It ends the case if that
// does not work.
func (p *probe) create(user map[string]any) *call {
	c := p.tryCreate(p.token(), user)
	if !p.works(c) {
		p.done()
	}
	return c
}

// createMany makes users of its own, eight at a time. It ends the case if that
// does not work.
func (p *probe) createMany(n int, user func(id string) map[string]any) {
	token := p.token()
	var requests []request
	for range n {
		id := p.newID()
		p.remember(p.suite.target.Project.ID, id)
		requests = append(requests, jsonRequest("POST", "/users", bearer(token), user(id)))
	}
	for some := range slices.Chunk(requests, 8) {
		for i, c := range p.together(some, false) {
			if _, again := throttled(c); again {
				c = p.send(some[i])
			}
			if !p.works(c) {
				p.done()
			}
		}
	}
}

// smallUser has an id alone.
func smallUser(id string) map[string]any { return map[string]any{"id": id} }

// tryCreate sends a create; its user is deleted when the case ends, whatever
// the server answers.
func (p *probe) tryCreate(token string, user map[string]any) *call {
	if id, ok := user["id"].(string); ok && id != "" {
		p.remember(p.suite.target.Project.ID, id)
	}
	return p.send(jsonRequest("POST", "/users", bearer(token), user))
}

// done ends the case; what it found so far says why.
func (p *probe) done() { panic(stop{}) }

func (p *probe) get(id string) *call {
	return p.send(request{method: "GET", path: userPath(id), header: bearer(p.token())})
}

func (p *probe) put(id string, user map[string]any) *call {
	return p.send(jsonRequest("PUT", userPath(id), bearer(p.token()), user))
}

func (p *probe) patch(id string, user map[string]any) *call {
	return p.send(jsonRequest("PATCH", userPath(id), bearer(p.token()), user))
}

func (p *probe) delete(id string) *call {
	return p.send(request{method: "DELETE", path: userPath(id), header: bearer(p.token())})
}

// moved waits until an update must show in updated_at, however coarse the
// server writes it.
func (p *probe) moved(c *call) {
	at := c.object()["updated_at"]
	if text, _ := at.(string); text != "" {
		p.sleep(min(resolution(at)+resolution(at)/10, maxRetryAfter))
	}
}
