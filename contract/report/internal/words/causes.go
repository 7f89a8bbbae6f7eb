package words

import (
	"fmt"
	"net/url"

	"github.com/onvy-health/onvy-go/contract"
)

// About is what is wrong, where and how often.
func About(c *contract.Cause) string {
	f := c.Head()
	text := f.Message
	if f.Pointer != "" {
		text += " at " + f.Pointer
	}
	if n := c.Count(); n > 1 {
		text += fmt.Sprintf(" (%d times", n)
		if len(c.Findings) > 1 {
			text += fmt.Sprintf(", %d findings", len(c.Findings))
		}
		text += ")"
	}
	return Printable(text)
}

// PathOf is an address without its host.
func PathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.RequestURI()
}
