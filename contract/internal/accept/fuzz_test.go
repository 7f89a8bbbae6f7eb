package accept

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/internal/accept/mutant"
	"github.com/onvy-health/onvy-go/gen"
)

// everyKeyword has what the matcher supports and openapi.yaml does not use.
const everyKeyword = `{type: object, required: [id, kind], properties: {
	id: {type: string, minLength: 2, maxLength: 3},
	kind: {nullable: true, allOf: [{type: string, enum: [a, "b\"", "ü"]}]},
	code: {type: string, pattern: '^[A-Z]+\d?$', nullable: true},
	data: {type: string, format: byte},
	secret: {type: string, writeOnly: true},
	share: {type: number, minimum: 0, exclusiveMinimum: true, maximum: 1, exclusiveMaximum: true},
	small: {type: integer, format: int32, minimum: -3, maximum: 3, exclusiveMaximum: true},
	days: {type: array, minItems: 1, maxItems: 3, items: {type: string, format: date}},
	none: {type: object},
	tree: {$ref: '#/components/schemas/Tree'}}}`

const everyKeywordBody = `{"id":"id","kind":"b\"","code":"AB7","data":"U3dhZw==","share":5e-1,"small":-3,` +
	`"days":["2024-02-29"],"none":{},"tree":{"leaf":1,"left":{"leaf":2,"left":null},"more":[{"leaf":3},{}]}}`

// fuzzTarget is a schema, a body that is fine, and what a client reads it into.
type fuzzTarget struct {
	name    string
	schema  *openapi3.SchemaRef
	matcher *Matcher
	body    []byte
	model   reflect.Type
}

// fuzzTargets are the examples of all responses, a page of users, and the
// schema with every keyword. Their order is fixed.
func fuzzTargets(t testing.TB) []fuzzTarget {
	doc := mutant.LoadSpec(t)
	models := map[string]any{"User": gen.User{}, "UserList": gen.UserList{}, "Token": gen.Token{},
		"OAuthError": gen.OAuthError{}, "Error": gen.Error{}}
	var targets []fuzzTarget
	add := func(name string, schema *openapi3.SchemaRef, body []byte, model any) {
		m := Compile(schema)
		require.NotNil(t, m, name)
		require.True(t, m.Accepts(body), name)
		targets = append(targets, fuzzTarget{name, schema, m, body, reflect.TypeOf(model)})
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Components.Responses)) {
		for _, media := range doc.Components.Responses[name].Value.Content {
			model := models[media.Schema.Ref[len("#/components/schemas/"):]]
			require.NotNil(t, model, media.Schema.Ref)
			for _, title := range slices.Sorted(maps.Keys(media.Examples)) {
				body, err := json.Marshal(media.Examples[title].Value.Value)
				require.NoError(t, err)
				add(name+" "+title, media.Schema, body, model)
			}
		}
	}
	add("full users", doc.Components.Schemas["UserList"], mutant.UserList(2), gen.UserList{})
	add("every keyword", parseSchema(t, everyKeyword), []byte(everyKeywordBody), map[string]any{})
	return targets
}

// FuzzAcceptsImpliesKinAccepts holds the matcher and kin-openapi together: the
// matcher must not accept what kin-openapi refuses, what has a property or a
// name too many, or what a client cannot read.
//
//	go test -fuzz=FuzzAcceptsImpliesKinAccepts -run='^$' ./contract/internal/accept
func FuzzAcceptsImpliesKinAccepts(f *testing.F) {
	targets := fuzzTargets(f)
	random := rand.New(rand.NewPCG(1, 2))
	for i, target := range targets {
		f.Add(uint8(i), target.body, []byte(nil))
		for range 4 {
			f.Add(uint8(i), target.body, mutant.RandomEdits(random))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, body, edits []byte) {
		target := &targets[int(which)%len(targets)]
		if err := target.contradiction(body); err != nil {
			t.Fatalf("%s: %v\n%q", target.name, err, body)
		}
		changed := mutant.Mutate(body, edits)
		if changed == nil { // not JSON: start from the example
			changed = mutant.Mutate(target.body, edits)
		}
		if err := target.contradiction(changed); err != nil {
			t.Fatalf("%s: %v\n%q", target.name, err, changed)
		}
	})
}

// The fuzz test would hold as well if the matcher accepted nothing.
func TestMutantsAreAcceptedAndRefused(t *testing.T) {
	targets := fuzzTargets(t)
	random := rand.New(rand.NewPCG(3, 4))
	for i := range targets {
		target := &targets[i]
		accepted, refused := 0, 0
		for range 400 {
			mutant := mutant.Mutate(target.body, mutant.RandomEdits(random))
			require.NoError(t, target.contradiction(mutant), "%s: %s", target.name, mutant)
			if target.matcher.Accepts(mutant) {
				accepted++
			} else {
				refused++
			}
		}
		require.Greater(t, accepted, 20, target.name)
		require.Greater(t, refused, 100, target.name)
	}
}

// contradiction tells what is wrong with a body that the matcher accepts. It
// uses nothing of the matcher's: not jsontext, not the compiled schema.
func (f *fuzzTarget) contradiction(body []byte) error {
	if !f.matcher.Accepts(body) {
		return nil
	}
	if !utf8.Valid(body) || !json.Valid(body) {
		return errors.New("not JSON in UTF-8")
	}
	if err := mutant.KinVerdict(f.schema.Value, body); err != nil {
		return fmt.Errorf("kin-openapi: %w", err)
	}
	tokens := json.NewDecoder(bytes.NewReader(body))
	tokens.UseNumber()
	if err := walkTokens(tokens, f.schema.Value); err != nil {
		return err
	}
	if _, err := tokens.Token(); err != io.EOF {
		return errors.New("something behind the value")
	}
	if err := json.Unmarshal(body, reflect.New(f.model).Interface()); err != nil {
		return fmt.Errorf("the client: %w", err)
	}
	return nil
}

// walkTokens reads a value token by token beside its schema.
func walkTokens(tokens *json.Decoder, s *openapi3.Schema) error {
	for len(s.AllOf) == 1 {
		s = s.AllOf[0].Value
	}
	first, err := tokens.Token()
	if err != nil {
		return err
	}
	switch first := first.(type) {
	case json.Number:
		if f, err := first.Float64(); err != nil || math.IsInf(f, 0) {
			return fmt.Errorf("%s is no float64", first)
		}
		if !s.Type.Is("integer") {
			return nil
		}
		n, err := strconv.ParseInt(first.String(), 10, 64)
		if err != nil || int64(float64(n)) != n || s.Format == "int32" && int64(int32(n)) != n {
			return fmt.Errorf("%s is no integer for every client", first)
		}
	case json.Delim:
		seen := map[string]bool{}
		for tokens.More() {
			next := s.Items
			if first == '{' {
				name, err := tokens.Token()
				if err != nil {
					return err
				}
				next = s.Properties[name.(string)]
				if next == nil || next.Value.WriteOnly || seen[name.(string)] {
					return fmt.Errorf("%q is not documented, or there twice", name)
				}
				seen[name.(string)] = true
			}
			if err := walkTokens(tokens, next.Value); err != nil {
				return err
			}
		}
		_, err := tokens.Token()
		return err
	}
	return nil
}
