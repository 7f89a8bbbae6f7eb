package onvy

import (
	"time"

	"github.com/oapi-codegen/nullable"
	"github.com/oapi-codegen/runtime/types"

	"github.com/onvy-health/onvy-go/gen"
)

// The models are those generated from the contract. Optional fields are
// pointers, which new makes of a value: new("Avery"), new(int32(3600)).
type (
	// User is a user of the project.
	User = gen.User
	// UserCreate is a new user. Only the id is needed.
	UserCreate = gen.UserCreate
	// UserReplace is what a user becomes as a whole.
	UserReplace = gen.UserReplace
	// UserUpdate is a change. Fields are absent (the zero value: left as it
	// is), null (see [Null]: cleared) or a value (see [Set]).
	UserUpdate = gen.UserUpdate
	// UserList is one page of users.
	UserList = gen.UserList
	// Pagination says which page it is and which is next.
	Pagination = gen.Pagination

	// Gender is male, female or other.
	Gender = gen.Gender
	// MeasurementUnit is what the user likes to read: metric or imperial.
	MeasurementUnit = gen.MeasurementUnit
	// Thresholds are training thresholds.
	Thresholds = gen.Thresholds
	// Location is where the user is, in degrees (WGS 84).
	Location = gen.Location
	// CoachConfig has the settings of the coach.
	CoachConfig = gen.CoachConfig
	// DataSync is how far the import from one provider is.
	DataSync = gen.DataSync
	// Date is a day without a time; see [NewDate].
	Date = types.Date
)

// The values that the contract names.
const (
	GenderFemale = gen.GenderFemale
	GenderMale   = gen.GenderMale
	GenderOther  = gen.GenderOther

	MeasurementUnitImperial = gen.MeasurementUnitImperial
	MeasurementUnitMetric   = gen.MeasurementUnitMetric
)

// Set makes a field of a [UserUpdate] that sets the value v.
func Set[T any](v T) nullable.Nullable[T] { return nullable.NewNullableWithValue(v) }

// Null makes a field of a [UserUpdate] that clears what is there.
func Null[T any]() nullable.Nullable[T] { return nullable.NewNullNullable[T]() }

// NewDate makes the date of a day: NewDate(1990, time.April, 23).
func NewDate(year int, month time.Month, day int) Date {
	return Date{Time: time.Date(year, month, day, 0, 0, 0, 0, time.UTC)}
}
