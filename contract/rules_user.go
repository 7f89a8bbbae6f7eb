package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// userChecks look at each user in an answer by itself, and at others of a
// resource: there the rules have its name, as in "meals/id".
var userChecks = []exchangeCheck{
	exchangeRule("users/id", Violation, "quickstart", "A user has the id that was asked for, to the letter.",
		"User_123 for user_123", "ids with spaces, slashes and letters of any script",
		checkUsersID),
	exchangeRule("users/timestamps", Violation, "users/create-a-new-user", "A user is created before it is updated, and neither is ahead of now.",
		"updated_at before created_at; created_at tomorrow", "both equal",
		checkUsersTimestamps),
	exchangeRule("users/default", Violation, "users/create-a-new-user", "A field that was not given has its documented default.",
		"a create without measurement_unit gives imperial", "a create without it gives metric, or leaves it out",
		checkDefaults),
}

func checkUsersID(c *call, r *Rule) {
	want, ok := c.requestID()
	users := c.outline().users
	if !ok || len(users) == 0 || c.does(spec.List, spec.Delete) || !utf8.ValidString(want) || c.wrongAt("/id") { // JSON has no such text
		return
	}
	switch got := users[0].id; {
	case got == nil, string(got) == want:
	case strings.EqualFold(string(got), want):
		c.of(r, Finding{Pointer: pointer(c.resource().Key), Message: "the id is in another case than it was given"})
	default:
		c.of(r, Finding{Pointer: pointer(c.resource().Key), Message: "the id is another than the one asked for"})
	}
}

func checkUsersTimestamps(c *call, r *Rule) {
	users := c.outline().users
	if len(users) == 0 {
		return
	}
	now := c.x.end()
	for i := range users {
		created, updated := users[i].created, users[i].updated
		if created.ok && updated.ok && created.Sub(updated.Time) >= time.Second {
			c.of(r, Finding{Pointer: c.one(c.resource().Updated), Message: c.resource().Updated + " is before " + c.resource().Created})
		}
		if now.IsZero() {
			continue
		}
		if created.ok && created.Sub(now) > 5*time.Minute || updated.ok && updated.Sub(now) > 5*time.Minute {
			c.of(r, Finding{Level: Assumption, Pointer: c.one(c.resource().Updated), Message: "a timestamp is in the future"})
		}
	}
}

func checkDefaults(c *call, r *Rule) {
	if !c.does(spec.Create) || !c.ok() || !c.sentKnown() || c.resource() == nil {
		return
	}
	for _, f := range c.resource().Fields {
		if _, given := c.requestObject()[f.Name]; given || f.Default == nil || f.Assigned {
			continue
		}
		if value, known := c.shows(f.Name); known && value != nil && !sameValue(value, f.Default) {
			c.of(r, Finding{Pointer: pointer(f.Name), Message: fmt.Sprintf("the default is not %v", f.Default), Spec: f.Place})
		}
	}
}

// sameValue compares a value of a body with one of the spec: as numbers where
// both are.
func sameValue(value, documented any) bool {
	a, isNumber := float(value)
	b, known := float(documented)
	if isNumber && known {
		return a == b
	}
	x, err := json.Marshal(value)
	y, err2 := json.Marshal(documented)
	return err == nil && err2 == nil && bytes.Equal(x, y)
}
