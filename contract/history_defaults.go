package contract

import (
	"slices"
	"strings"
)

// mayDefault tells whether a server may have given a user a value itself: that
// a field has it again after it was taken away then says nothing. given are
// the fields that a client has set.
func mayDefault(name string, value any, given fieldSet) bool {
	switch name {
	case "language":
		text, _ := value.(string)
		return !given.has(name) || strings.HasPrefix(strings.ToLower(text), "en")
	case "tz_offset":
		offset, ok := float(value)
		return !given.has(name) || ok && offset == 0
	case "measurement_unit":
		return value == "metric" // the one default that is documented
	case "coach_config":
		config, _ := value.(map[string]any)
		return !given.has(name) || config["enabled"] == false
	}
	return false
}

// give notes which fields a client has set and which it has taken away.
func (u *userState) give(sent map[string]any, put bool) {
	if put {
		u.given = 0
	}
	for _, name := range writable {
		if value, there := sent[name]; there {
			u.given.set(name, value != nil)
		}
	}
}

// fieldSet is a set of writable fields, a bit for each.
type fieldSet uint16

func (s fieldSet) has(name string) bool { return s&bitOf(name) != 0 }

func (s *fieldSet) set(name string, has bool) {
	*s &^= bitOf(name)
	if has {
		*s |= bitOf(name)
	}
}

func bitOf(name string) fieldSet {
	if i := slices.Index(writable, name); i >= 0 {
		return 1 << i
	}
	return 0
}
