package contract

import "strings"

// mayDefault tells whether a server may have given a user a value itself: that
// a field has it again after it was taken away then says nothing. given are
// the fields that a client has set.
func mayDefault(name string, value any, given map[string]bool) bool {
	switch name {
	case "language":
		text, _ := value.(string)
		return !given[name] || strings.HasPrefix(strings.ToLower(text), "en")
	case "tz_offset":
		offset, ok := float(value)
		return !given[name] || ok && offset == 0
	case "measurement_unit":
		return value == "metric" // the one default that is documented
	case "coach_config":
		config, _ := value.(map[string]any)
		return !given[name] || config["enabled"] == false
	}
	return false
}

// give notes which fields a client has set and which it has taken away.
func (u *userState) give(sent map[string]any, put bool) {
	if put || u.given == nil {
		u.given = make(map[string]bool)
	}
	for _, name := range writable {
		if value, there := sent[name]; there {
			u.given[name] = value != nil
		}
	}
}
