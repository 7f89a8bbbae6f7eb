package rule

// NotJudged counts what a replay could have held against the server, and did
// not, since the record does not say enough.
type NotJudged struct {
	Forgotten  int `json:"forgotten,omitzero"`    // resources and tokens that were not met for too long
	OutOfOrder int `json:"out_of_order,omitzero"` // exchanges that came too late for what was known already
	Repeated   int `json:"repeated,omitzero"`     // exchanges that are there twice, and count once
	Untied     int `json:"untied,omitzero"`       // views that an unseen write may lie between
	Timeless   int `json:"timeless,omitzero"`     // exchanges without a time, of which nobody can tell what came between
	// Overlapping counts recordings in whose time others were made too; they are
	// taken together.
	Overlapping int `json:"overlapping,omitzero"`
}

// Add adds counts up.
func (n *NotJudged) Add(other NotJudged) {
	n.Forgotten += other.Forgotten
	n.OutOfOrder += other.OutOfOrder
	n.Repeated += other.Repeated
	n.Untied += other.Untied
	n.Timeless += other.Timeless
	n.Overlapping += other.Overlapping
}
