package contract

import (
	"maps"
	"slices"
)

// overlay is an answer, corrected by what was sent: the expectation for the
// next read does not give way to a wrong answer.
func overlay(answer, sent map[string]any) map[string]any {
	doc := maps.Clone(answer)
	if doc == nil {
		doc = make(map[string]any)
	}
	for _, name := range writable {
		if value, there := sent[name]; there && value != nil {
			doc[name] = value
		}
	}
	return doc
}

// after is the user after an update.
func after(before, answer, sent map[string]any, put bool) map[string]any {
	switch {
	case put:
		return overlay(answer, sent)
	case before == nil && answer == nil:
		return nil
	}
	doc := overlay(nil, before)
	maps.Copy(doc, answer)
	for name, value := range sent {
		if !slices.Contains(writable, name) {
			continue
		}
		if value == nil {
			delete(doc, name)
			if answer[name] != nil && !same(answer[name], before[name]) { // a default
				doc[name] = answer[name]
			}
			continue
		}
		if nested, ok := value.(map[string]any); ok {
			merged, _ := before[name].(map[string]any)
			merged = maps.Clone(merged)
			if merged == nil {
				merged = make(map[string]any)
			}
			maps.Copy(merged, nested)
			if now, ok := answer[name].(map[string]any); ok && len(now) < len(merged) {
				merged = now // said already: patch-merges
			}
			value = merged
		}
		doc[name] = value
	}
	return doc
}

// changes tells whether an update changes something.
func changes(before, answer, sent map[string]any, put bool) bool {
	for _, name := range writable {
		value, there := sent[name]
		switch {
		case there && value != nil:
			if !same(before[name], value) {
				return true
			}
		case there || put: // taken away, unless it is a default that stays
			if !sameOrNil(before[name], answer[name]) {
				return true
			}
		}
	}
	return false
}
