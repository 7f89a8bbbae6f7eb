package coverage

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"
)

// version is that of the JSON form of Counts.
const version = 1

// Counts is what one or more runs have hit. The zero value has hit nothing.
type Counts struct {
	Version int    `json:"version"`
	Spec    string `json:"spec"` // SHA-256 of openapi.yaml
	// Points has the hits by the id of a point. What is in bodies is hit or not:
	// its number is of the runs that saw it, not of the bodies.
	Points map[string]int `json:"points"`
}

// ErrOtherSpec is the error of Merge for counts of another spec, whose points
// are other points.
var ErrOtherSpec = errors.New("coverage: the counts are of another openapi.yaml")

// Merge adds the hits of another run. Merging is commutative and associative.
func (c *Counts) Merge(other *Counts) error {
	switch {
	case other == nil || len(other.Points) == 0 && other.Spec == "":
		return nil
	case c.Spec != "" && c.Spec != other.Spec:
		return ErrOtherSpec
	}
	c.Version, c.Spec = version, other.Spec
	if c.Points == nil {
		c.Points = make(map[string]int, len(other.Points))
	}
	for id, n := range other.Points {
		c.Points[id] += n
	}
	return nil
}

// Clone returns a copy that shares nothing.
func (c *Counts) Clone() *Counts {
	if c == nil {
		return nil
	}
	return &Counts{Version: c.Version, Spec: c.Spec, Points: maps.Clone(c.Points)}
}

// Read reads the JSON form of counts. It also takes a whole JSON report, of
// which it reads the part about coverage.
func Read(r io.Reader) (*Counts, error) {
	var file struct {
		Counts
		Coverage *Counts `json:"coverage"`
	}
	dec := json.NewDecoder(r)
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("coverage: not a JSON file of counts: %w", err)
	}
	c := &file.Counts
	if file.Coverage != nil {
		c = file.Coverage
	}
	switch {
	case c.Points == nil:
		return nil, errors.New("coverage: the file has no points; it takes a report of --json or the file of --cover")
	case c.Version != version:
		return nil, fmt.Errorf("coverage: the file is of version %d; this program reads version %d", c.Version, version)
	}
	return c, nil
}

// Write writes the JSON form.
func (c *Counts) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(c); err != nil {
		return fmt.Errorf("coverage: %w", err)
	}
	return nil
}

// Answers are the statuses that an operation gave to a credential, in order.
func (c *Counts) Answers(operation string, credential Credential) []Answer {
	if c == nil {
		return nil
	}
	prefix := answerID(operation, credential)
	var all []Answer
	for status := 100; status < 600; status++ {
		if n := c.Points[prefix+strconv.Itoa(status)]; n > 0 {
			all = append(all, Answer{status, n})
		}
	}
	return all
}

// Closed reports whether another run has done what a line of a [Gap] misses.
func (c *Counts) Closed(line string) bool {
	if c == nil {
		return false
	}
	if op, ok := strings.CutSuffix(line, ": no 2xx answer"); ok {
		for id, n := range c.Points {
			if n > 0 && strings.HasPrefix(id, op+" 2") && strings.HasSuffix(id, " "+string(KindStatus)) {
				return true
			}
		}
		return false
	}
	op, name, _ := strings.Cut(strings.TrimSuffix(line, " was never sent"), ": ")
	for _, kind := range []Kind{KindProperty, KindParameter, KindEnum} {
		if c.Points[(&Point{Operation: op, Place: placeRequest, Kind: kind, Name: name}).ID()] > 0 {
			return true
		}
	}
	return false
}

// Hits is how often a point was hit.
func (c *Counts) Hits(p *Point) int {
	if c == nil {
		return 0
	}
	return c.Points[p.ID()]
}
