package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/report"
)

// choice is a flag that takes one of a few words.
type choice struct {
	value string
	words []string
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return "WHEN" }

func (c *choice) Set(value string) error {
	if !slices.Contains(c.words, value) {
		return fmt.Errorf("it is to be one of %s", strings.Join(c.words, ", "))
	}
	c.value = value
	return nil
}

// colours reports whether a report that goes to w has colours.
func (a *app) colours(w io.Writer) bool {
	switch a.colour.value {
	case "always":
		return true
	case "never":
		return false
	}
	return report.Colours(w, a.getenv)
}
