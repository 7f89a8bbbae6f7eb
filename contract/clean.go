package contract

import (
	"context"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/live"
)

// Clean deletes the users that crashed runs left on the target: those in the
// ledgers, and no others. A ledger in which nothing is left is removed.
func Clean(ctx context.Context, spec *Spec, t Target, o Options) (Cleaned, error) {
	return live.Clean(ctx, spec.spec, t, o)
}

// CleanOlder deletes the users that killed runs on other machines left on the
// target, whose ledgers are gone with their machines. A user is deleted only if
// its id has the form that this suite gives, and both the time in the id and
// created_at are older than age. Unless remove is set, it deletes nothing and
// counts.
//
// Runs that take longer than age would lose their users to it: a day is a good
// age.
func CleanOlder(ctx context.Context, spec *Spec, t Target, o Options, age time.Duration, remove bool) (Swept, error) {
	return live.CleanOlder(ctx, spec.spec, t, o, age, remove)
}
