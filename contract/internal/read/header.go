package read

import (
	"maps"
	"net/http"
	"slices"

	"github.com/onvy-health/onvy-go/contract/wire"
)

// Header lists the fields of a header by name: net/http does not keep their order.
func Header(h http.Header) (fields wire.Header) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			fields = append(fields, wire.Field{Name: name, Value: value})
		}
	}
	return fields
}
