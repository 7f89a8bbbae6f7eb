package onvy

import (
	"time"

	"github.com/oapi-codegen/nullable"
	"github.com/oapi-codegen/runtime/types"
)

// Date is a day without a time; see [NewDate].
type Date = types.Date

// Set makes a field of a [UserUpdate] that sets the value v.
func Set[T any](v T) nullable.Nullable[T] { return nullable.NewNullableWithValue(v) }

// Null makes a field of a [UserUpdate] that clears what is there.
func Null[T any]() nullable.Nullable[T] { return nullable.NewNullNullable[T]() }

// NewDate makes the date of a day: NewDate(1990, time.April, 23).
func NewDate(year int, month time.Month, day int) Date {
	return Date{Time: time.Date(year, month, day, 0, 0, 0, 0, time.UTC)}
}
