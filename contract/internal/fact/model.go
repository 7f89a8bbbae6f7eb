package fact

// Role is what an operation does to a resource.
type Role uint8

const (
	None Role = iota
	Create
	Read
	Replace
	Patch
	Delete
	List
	Token // gives a token; not of a resource
)

// Operation is what the history needs to know of an operation.
type Operation struct {
	ID       string
	Role     Role
	Resource *Resource // nil for Token and None
	Scope    string    // that a token needs for it; "" for none
}

// Resource is something that is created, read, changed, deleted and listed.
type Resource struct {
	Name    string  // the family of its rules: "users"
	Noun    string  // one of them: "user"
	Nested  bool    // in another resource, and gone with it
	ID      string  // name of the property that identifies it
	Created string  // name of the property; "" if it has none
	Updated string  // name of the property; "" if it has none
	Fields  []Field // that a client sets

	Items, Next, Total []string // where an answer of List has them
}

// Field is a property that a client sets.
type Field struct {
	Name  string
	Shape *Shape

	// Assigned says that a server may give it a value which no client sent.
	Assigned bool
	// Default reports whether a value, as JSON text, may be one that a server
	// gives; nil for none.
	Default func(text []byte) bool
}

// a is one of them, with its article.
func (r *Resource) A() string { return "a " + r.Noun }

func (r *Resource) Index(name string) int {
	for i := range r.Fields {
		if r.Fields[i].Name == name {
			return i
		}
	}
	return -1
}
