package onvy

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
)

// reconcile answers who a user belongs to when the answer to its creation was
// lost and the next said that the id is taken: to this call, if it is what this
// call sent. If that cannot be found out, the error is that of the question
// and not ErrConflict, which would be a guess.
func (s *UsersService) reconcile(ctx context.Context, sent UserCreate, conflict *Error, opts []CallOption) (*User, error) {
	found, err := s.Get(ctx, sent.ID, opts...)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, conflict
	case err != nil:
		return nil, err
	}
	var a, b any
	if remarshal(sent, &a) != nil || remarshal(found, &b) != nil || !within(a, b) {
		return nil, conflict
	}
	return found, nil
}

// within reports whether all that a has is in b; b may have more: defaults and
// what the server adds.
func within(a, b any) bool {
	object, ok := a.(map[string]any)
	if !ok {
		return reflect.DeepEqual(a, b)
	}
	other, ok := b.(map[string]any)
	for name, value := range object {
		got, there := other[name]
		ok = ok && there && within(value, got)
	}
	return ok
}

func remarshal(v any, into *any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}
