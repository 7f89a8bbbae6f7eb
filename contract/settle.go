package contract

import "slices"

// Settle counts a report anew after its findings were marked as waived or new,
// or after what fails it was changed: cases pass or fail by what they found.
func (r *Report) Settle() {
	any := slices.ContainsFunc(r.Findings, func(f Finding) bool { return r.Fails(&f) })
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		switch failed := r.failed(o, any); {
		case o.Status == Fail && !failed:
			o.Status = Pass
			r.Summary.Failed--
			r.Summary.Passed++
		case o.Status == Pass && failed:
			o.Status = Fail
			r.Summary.Passed--
			r.Summary.Failed++
		}
	}
	r.Tally()
}

// failed reports whether a case failed. One that is read from a file has no
// findings of its own, only those of the report that name it; where none does,
// what it failed by was seen elsewhere too, and it fails as long as anything does.
func (r *Report) failed(o *Outcome, any bool) bool {
	own := o.Findings
	if own == nil {
		for i := range r.Findings {
			if r.Findings[i].Exchange == o.Case {
				own = append(own, r.Findings[i])
			}
		}
	}
	switch {
	case slices.ContainsFunc(own, func(f Finding) bool { return r.Fails(&f) }):
		return true
	case slices.ContainsFunc(own, func(f Finding) bool { return f.Waived != "" || r.NewOnly && !f.New }):
		return false
	}
	return o.Status == Fail && any
}
