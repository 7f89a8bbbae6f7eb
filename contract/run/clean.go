package run

import (
	"time"
)

// Cleaned says what Clean did.
type Cleaned struct {
	Deleted int // users that were deleted, or were gone already
	Left    int // users of this target that could not be deleted
	Others  int // users of other targets, left alone
}

// Swept says what CleanOlder found and did.
type Swept struct {
	Found   int       // users that runs of this suite created, old enough
	Younger int       // users that runs created since
	Deleted int       // 0 for a dry run
	Oldest  time.Time // when the oldest of those found was created
}
