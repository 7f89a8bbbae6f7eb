package onvy

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/onvy-health/onvy-go/internal/safetext"
)

// logAttempt writes the line of one attempt: what was asked for in the words of the
// contract, and what came of it. Nothing in it is from a path, a query or a
// body.
func logAttempt(ctx context.Context, logger *slog.Logger, op *operation, method string, a *answer, err error, attempt int, took time.Duration) {
	attrs := []slog.Attr{
		slog.String("operation", op.name),
		slog.String("method", method),
		slog.String("route", op.route),
		slog.Int("attempt", attempt),
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", describe(err)))
	} else {
		attrs = append(attrs, slog.Int("status", a.status))
		if id := safetext.RequestID(a.header); id != "" {
			attrs = append(attrs, slog.String("request_id", id))
		}
	}
	attrs = append(attrs, slog.Duration("duration", took))
	logger.LogAttrs(ctx, slog.LevelDebug, "onvy request", attrs...)
}

// warn writes that something failed of which no caller learns. The error of a
// callback is the program's own, so only its kind is told.
func warn(logger *slog.Logger, message string, err error) {
	if logger == nil {
		return
	}
	text := describe(err)
	if e, ok := errors.AsType[*Error](err); ok {
		text = e.Error()
	}
	logger.LogAttrs(context.Background(), slog.LevelWarn, message, slog.String("error", text))
}
