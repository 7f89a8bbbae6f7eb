package pass

// Weakest is that of a request with a body, where the operation takes one.
func (o *Operation) Weakest() string {
	if o.Body != nil && Extension(o.Body.Value.Extensions, "x-onvy-source") == "assumed" {
		return "assumed"
	}
	return o.Source
}
