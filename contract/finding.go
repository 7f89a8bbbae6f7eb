package contract

// Level says how sure it is that the server is wrong.
type Level string

const (
	// Violation: the server contradicts a documented statement or a standard.
	Violation Level = "violation"
	// Assumption: the server contradicts what openapi.yaml assumes where the
	// public pages are silent. The server may be right; then openapi.yaml is to
	// be corrected.
	Assumption Level = "assumption"
	// Drift: the server does something that openapi.yaml does not mention.
	Drift Level = "drift"
)

// Finding is one thing that is not as the contract says. It never holds a
// secret or a value of a person: only types, shapes, places and counts.
type Finding struct {
	Rule      string `json:"rule"`                // stable id, as in [Rules]
	Level     Level  `json:"level"`               // violation, assumption or drift
	Operation string `json:"operation,omitempty"` // operationId, "" where none matched
	Status    int    `json:"status,omitempty"`    // HTTP status of the response, 0 where none came
	Pointer   string `json:"pointer,omitempty"`   // JSON pointer into the body, with "*" for array indexes
	Message   string `json:"message"`             // what was wrong, and what was expected
	Spec      string `json:"spec,omitempty"`      // "openapi.yaml:411:9"
	Source    string `json:"source"`              // the page or clause that makes it wrong
	Curl      string `json:"curl,omitempty"`      // how to see it again, with placeholders
	Count     int    `json:"count"`               // how often it was seen
	Exchange  string `json:"exchange,omitempty"`  // the Name of the first exchange that shows it
}

// key is what makes two findings the same.
func (f *Finding) key() Finding {
	k := *f
	k.Count, k.Curl, k.Exchange = 0, "", ""
	return k
}

// Fold joins equal findings: the first keeps its place, Count adds up.
func Fold(findings []Finding) []Finding {
	fo := newFolder()
	for _, f := range findings {
		f.Count = max(f.Count, 1)
		fo.add(f)
	}
	return fo.findings
}

// folder is Fold, one finding at a time.
type folder struct {
	at       map[Finding]int
	findings []Finding
}

func newFolder() *folder { return &folder{at: make(map[Finding]int)} }

func (fo *folder) add(f Finding) {
	if i, ok := fo.at[f.key()]; ok {
		fo.findings[i].Count += f.Count
		return
	}
	fo.at[f.key()] = len(fo.findings)
	fo.findings = append(fo.findings, f)
}
