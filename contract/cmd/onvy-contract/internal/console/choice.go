package console

import (
	"fmt"
	"slices"
	"strings"
)

// oneOf begins the error of a value that is none of the words.
const oneOf = "one of "

// Choice is a flag that takes one of a few words.
type Choice struct {
	Value string
	Words []string
}

func (c *Choice) String() string { return c.Value }
func (c *Choice) Type() string   { return "WHEN" }

func (c *Choice) Set(value string) error {
	if !slices.Contains(c.Words, value) {
		return fmt.Errorf("%s%s", oneOf, strings.Join(c.Words, ", "))
	}
	c.Value = value
	return nil
}
