package gen

import (
	"fmt"
	"io"
	"log/slog"
)

// The models that hold a token or a secret do not print it, neither with fmt
// nor with slog. As JSON they are what the API needs, the secret included.

const hidden = "[secret]"

func printHidden(f fmt.State, name string) { _, _ = io.WriteString(f, "gen."+name+"{"+hidden+"}") }

// Format implements fmt.Formatter for every verb.
func (t Token) Format(f fmt.State, verb rune) { printHidden(f, "Token") }

// Format implements fmt.Formatter for every verb.
func (t SDKTokenRequest) Format(f fmt.State, verb rune) { printHidden(f, "SDKTokenRequest") }

// Format implements fmt.Formatter for every verb.
func (t SDKExchange) Format(f fmt.State, verb rune) { printHidden(f, "SDKExchange") }

// Format implements fmt.Formatter for every verb.
func (t SDKRefresh) Format(f fmt.State, verb rune) { printHidden(f, "SDKRefresh") }

// Format implements fmt.Formatter for every verb.
func (t OAuthTokenRequest) Format(f fmt.State, verb rune) { printHidden(f, "OAuthTokenRequest") }

// LogValue implements slog.LogValuer.
func (t Token) LogValue() slog.Value { return slog.StringValue(hidden) }

// LogValue implements slog.LogValuer.
func (t SDKTokenRequest) LogValue() slog.Value { return slog.StringValue(hidden) }

// LogValue implements slog.LogValuer.
func (t SDKExchange) LogValue() slog.Value { return slog.StringValue(hidden) }

// LogValue implements slog.LogValuer.
func (t SDKRefresh) LogValue() slog.Value { return slog.StringValue(hidden) }

// LogValue implements slog.LogValuer.
func (t OAuthTokenRequest) LogValue() slog.Value { return slog.StringValue(hidden) }
