package html

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
)

func TestEveryLawIsDrawn(t *testing.T) {
	for _, rule := range contract.Rules() {
		if rule.Kind == contract.KindHistory {
			require.NotEmpty(t, turnsOf(rule.ID), rule.ID)
		}
	}
}
