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
	Title:  "A valid request MUST succeed with the documented status code.",
	Breaks: "400 for a name in Greek",
	Holds:  "201",
}

// OperationRefusalStatus is the rule for those that are not.
var OperationRefusalStatus = &rule.Rule{
	ID: "operation/refusal-status", Kind: rule.KindProbe, Level: rule.Violation, Source: "openapi.yaml",
	Title:  "A refused request MUST get the status code that HTTP has for it (400, 401, 404, 409 …).",
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
