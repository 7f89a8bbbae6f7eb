package pass

import (
	"github.com/onvy-health/onvy-go/contract/internal/accept"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// readOutline takes the outline of a body that was decoded.
func readOutline(o *accept.Outline, c *Call) {
	o.Reset()
	if c.Op == nil || !c.OK() || c.Op.Token {
		return
	}
	r, p := c.Resource(), c.Page()
	object := c.Object()
	there := object != nil || p != nil && len(p.Items) == 0 && c.BodyKnown() && len(c.Exchange.Response.Body) > 0
	if !there || r == nil || c.Does(spec.Delete) {
		return
	}
	if p == nil {
		o.Add(r, object)
		return
	}
	for _, item := range c.Users() {
		o.Add(r, item)
	}
	o.Limit, _ = accept.OutlinedAt(object, p.Size)
	o.Total, _ = accept.OutlinedAt(object, p.Total)
	if p.Next != nil {
		next, there := read.Follow(object, p.Next)
		text, _ := next.(string)
		o.Next, o.NextNull = []byte(text), there && next == nil
	}
}
