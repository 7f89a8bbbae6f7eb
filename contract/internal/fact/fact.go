package fact

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strings"
)

// Class is the kind of key that a fact speaks to. Facts of one key are to be
// added in order, and grants before everything that they may explain.
type Class byte

const (
	Grants    Class = 'a' // a token was given; every partition needs all of them
	Listings  Class = 'b' // pages, and what comes to be and goes
	Resources Class = 'c' // the life of one resource
)

// Order is when an exchange happened, in nanoseconds since 1970. Where nobody
// knows, the times are 0 and the place in the record counts.
type Order struct {
	End   int64  `json:"e,omitzero"`
	Start int64  `json:"s,omitzero"`
	Name  string `json:"n,omitempty"` // of the exchange
	Seq   uint64 `json:"q,omitzero"`  // its place in its file
	From  string `json:"f,omitempty"` // for the caller: the file, if Name does not say it
}

// Compare orders exchanges by their ends. It is a total order as long as no two
// have the same name and place.
func (o Order) Compare(other Order) int {
	return cmp.Or(cmp.Compare(o.End, other.End), cmp.Compare(o.Start, other.Start),
		cmp.Compare(o.Seq, other.Seq), strings.Compare(o.Name, other.Name))
}

// Fact is what one exchange says about one key.
type Fact struct {
	Class Class  `json:"-"`
	Key   Digest `json:"-"` // the resource without its project, which only grants may know; none for other classes
	Order

	Op     string `json:"o,omitempty"` // operationId
	Status int    `json:"h,omitzero"`  // 0 where no answer came
	Token  Bearer `json:"k,omitzero"`

	Racing bool  `json:"x,omitzero"` // sent together with others, on purpose
	Ahead  int64 `json:"d,omitzero"` // nanoseconds that the server's clock is ahead

	View  *View  `json:"v,omitempty"` // in the answer; nil if there is none that can be relied on
	Sent  *View  `json:"w,omitempty"` // in the request; nil if it is not an object
	Event *Event `json:"c,omitempty"` // of class Listings
	Page  *Page  `json:"p,omitempty"` // of class Listings
	Grant *Grant `json:"g,omitempty"` // of class Grants

	// Copy says that the fact is judged elsewhere, and is here to be known.
	Copy bool `json:"y,omitzero"`

	Listed bool `json:"z,omitzero"` // the view is an item of a page
	Own    bool `json:"u,omitzero"` // a user's token was refused; the key is the user's own

	Operation *Operation `json:"-"`
}

// Event is what happened to the members of a listing.
type Event struct {
	List    Digest  `json:"l"`           // which listing, without its project
	ID      uint64  `json:"i,omitzero"`  // of the resource; 0 if it is not known
	Kind    byte    `json:"k,omitempty"` // see below
	Created Instant `json:"c,omitzero"`  // of the resource
}

const (
	Seen    byte = 's' // it is there
	Came    byte = '+'
	Went    byte = '-'
	Unsure  byte = '?' // something was written, and what became of it is not known
	Missing byte = '0' // it is not there
)

// Page is the summary of a page of a listing.
type Page struct {
	List    Digest  `json:"l"`
	Cursor  Digest  `json:"a,omitzero"` // that was asked for; none for the first page
	Next    Digest  `json:"b,omitzero"` // none for the last page
	Limit   Digest  `json:"m,omitzero"`
	IDs     IDs     `json:"i,omitzero"`
	Total   float64 `json:"t,omitzero"`
	Totaled bool    `json:"z,omitzero"` // there is a total
}

// IDs are digests of ids.
type IDs []uint64

// MarshalText packs digests, which are most of a page.
func (ids IDs) MarshalText() ([]byte, error) {
	b := make([]byte, 0, 8*len(ids))
	for _, id := range ids {
		b = binary.LittleEndian.AppendUint64(b, id)
	}
	return base64.RawStdEncoding.AppendEncode(nil, b), nil
}

// UnmarshalText reads what MarshalText writes.
func (ids *IDs) UnmarshalText(text []byte) error {
	b, err := base64.RawStdEncoding.AppendDecode(nil, text)
	if err != nil || len(b)%8 != 0 {
		return errPacked
	}
	*ids = make(IDs, 0, len(b)/8)
	for ; len(b) > 0; b = b[8:] {
		*ids = append(*ids, binary.LittleEndian.Uint64(b))
	}
	return nil
}

// Bearer is the token of a request.
type Bearer struct {
	ID        Digest `json:"i,omitzero"`
	Project   Digest `json:"p,omitzero"` // that the token names itself
	Principal Digest `json:"u,omitzero"` // the user that it is for; none for a server
	Expires   int64  `json:"e,omitzero"` // nanoseconds since 1970, as the token says; 0 if it does not
	Scoped    bool   `json:"s,omitzero"` // the token says which scopes it has
	Lacks     bool   `json:"l,omitzero"` // and the operation's is not among them
}

// Grant is a token that was given.
type Grant struct {
	Token     Digest   `json:"i"`
	Project   Digest   `json:"p,omitzero"`
	Principal Digest   `json:"u,omitzero"`
	Expires   int64    `json:"e,omitzero"` // nanoseconds since 1970; 0 if it is not known
	Scopes    []string `json:"s,omitempty"`
	JTI       Digest   `json:"j,omitzero"`
	Traded    Digest   `json:"r,omitzero"` // the refresh token that was given for it
}

// SameTime reports whether two facts are of one key and one time.
func (f *Fact) SameTime(other *Fact) bool {
	return f.Class == other.Class && f.Key == other.Key && f.End == other.End && f.Start == other.Start
}

// Says reports whether two packed facts say the same, whoever tells it.
func (f *Fact) Says(other *Fact) bool {
	texts := [2][]byte{}
	for i, one := range []Fact{*f, *other} {
		one.Order = Order{}
		text, err := json.Marshal(&one)
		if err != nil {
			return false
		}
		texts[i] = text
	}
	return f.SameTime(other) && bytes.Equal(texts[0], texts[1])
}
