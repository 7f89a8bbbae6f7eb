package live

import (
	"fmt"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/ruleid"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// OperationWorks is the rule for requests that are valid.
var OperationWorks = &rule.Rule{
	ID: ruleid.OperationWorks, Kind: rule.KindProbe, Level: rule.Violation, Source: "openapi.yaml",
	Title:  "A valid request is carried out.",
	Breaks: "400 for a name in Greek",
	Holds:  "201",
}

// OperationRefusalStatus is the rule for those that are not.
var OperationRefusalStatus = &rule.Rule{
	ID: "operation/refusal-status", Kind: rule.KindProbe, Level: rule.Violation, Source: "openapi.yaml",
	Title:  "A refused request gets the status that HTTP has for it.",
	Breaks: "400 for a user that does not exist",
	Holds:  "404; 422 where 400 is expected",
}

func join(numbers []int) string {
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = fmt.Sprint(n)
	}
	return strings.Join(texts, " or ")
}
