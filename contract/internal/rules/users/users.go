// Package users has the rules of each user in an answer by itself, and of each one of
// another resource: there the rules have its name, as in "meals/id".
package users

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
)

var ID = pass.NewRule(checkID, rule.Rule{
	ID: "users/id", Level: rule.Violation, Source: "quickstart",
	Title:  "The user in the answer MUST have the id that was asked for, to the letter.",
	Breaks: "User_123 for user_123",
	Holds:  "ids with spaces, slashes and letters of any script",
})

var Timestamps = pass.NewRule(checkTimestamps, rule.Rule{
	ID: "users/timestamps", Level: rule.Violation, Source: "users/create-a-new-user",
	Title:  "created_at MUST NOT be after updated_at, and neither in the future.",
	Breaks: "updated_at before created_at; created_at tomorrow",
	Holds:  "both equal",
})

var Default = pass.NewRule(checkDefaults, rule.Rule{
	ID: "users/default", Level: rule.Violation, Source: "users/create-a-new-user",
	Title:  "A field that was not given MUST have its documented default, if it is in the answer.",
	Breaks: "a create without measurement_unit gives imperial",
	Holds:  "a create without it gives metric, or leaves it out",
})

func checkID(c *pass.Call, r *rule.Rule) {
	want, ok := c.RequestID()
	users := c.Outline().Users
	if !ok || len(users) == 0 || c.Does(spec.List, spec.Delete) || !utf8.ValidString(want) || c.WrongAt("/id") { // JSON has no such text
		return
	}
	if read.Masked(want) || strings.HasPrefix(want, "{") && strings.HasSuffix(want, "}") { // of a log that has routes for paths
		return
	}
	switch got := users[0].ID; {
	case got == nil, string(got) == want:
	case strings.EqualFold(string(got), want):
		c.ReportOf(r, rule.Finding{Pointer: read.Pointer(c.Resource().Key), Message: "the id is in another case than it was given"})
	default:
		c.ReportOf(r, rule.Finding{Pointer: read.Pointer(c.Resource().Key), Message: "the id is another than the one asked for"})
	}
}

func checkTimestamps(c *pass.Call, r *rule.Rule) {
	users := c.Outline().Users
	if len(users) == 0 {
		return
	}
	now := c.Exchange.End()
	for i := range users {
		created, updated := users[i].Created, users[i].Updated
		if created.OK && updated.OK && created.Sub(updated.Time) >= time.Second {
			c.ReportOf(r, rule.Finding{Pointer: c.One(c.Resource().Updated), Message: c.Resource().Updated + " is before " + c.Resource().Created})
		}
		if now.IsZero() {
			continue
		}
		if created.OK && created.Sub(now) > 5*time.Minute || updated.OK && updated.Sub(now) > 5*time.Minute {
			if now = latest(now, c.Exchange.Response.Header.Get("Date")); created.Sub(now) <= 5*time.Minute && updated.Sub(now) <= 5*time.Minute {
				continue
			}
			c.ReportOf(r, rule.Finding{Level: rule.Assumption, Pointer: c.One(c.Resource().Updated), Message: "a timestamp is in the future"})
		}
	}
}

// latest is now by the clock of the recorder or that of the server, whichever is
// ahead: one that was set back makes no future.
func latest(now time.Time, date string) time.Time {
	if server, err := http.ParseTime(date); err == nil && server.After(now) {
		return server
	}
	return now
}

func checkDefaults(c *pass.Call, r *rule.Rule) {
	if !c.Does(spec.Create) || !c.OK() || !c.SentKnown() || c.Resource() == nil {
		return
	}
	for _, f := range c.Resource().Fields {
		if _, given := c.RequestObject()[f.Name]; given || f.Default == nil || f.Assigned {
			continue
		}
		if value, known := c.Shows(f.Name); known && value != nil && !sameValue(value, f.Default) {
			c.ReportOf(r, rule.Finding{Pointer: read.Pointer(f.Name), Message: fmt.Sprintf("the default is not %v", f.Default), Spec: f.Place})
		}
	}
}

// sameValue compares a value of a body with one of the spec: as numbers where
// both are.
func sameValue(value, documented any) bool {
	a, isNumber := read.Float(value)
	b, known := read.Float(documented)
	if isNumber && known {
		return a == b
	}
	x, err := json.Marshal(value)
	y, err2 := json.Marshal(documented)
	return err == nil && err2 == nil && bytes.Equal(x, y)
}
