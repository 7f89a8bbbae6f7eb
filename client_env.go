package onvy

import (
	"fmt"
	"os"
	"strings"
)

// FromEnv returns a client with the server credentials in the environment:
//
//	ONVY_PROJECT_ID, ONVY_CLIENT_ID, ONVY_CLIENT_SECRET  needed
//	ONVY_BASE_URL                                        the production server if it is empty or missing
//
// An error names what is missing. The options come after the environment, and so
// have the last word.
func FromEnv(opts ...Option) (*Client, error) {
	var missing []string
	get := func(name string) string {
		value := os.Getenv(name)
		if strings.TrimSpace(value) == "" {
			missing = append(missing, name)
		}
		return value
	}
	creds := ServerCredentials{
		ProjectID:    get("ONVY_PROJECT_ID"),
		ClientID:     get("ONVY_CLIENT_ID"),
		ClientSecret: NewSecret(get("ONVY_CLIENT_SECRET")),
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("onvy: FromEnv: set %s in the environment", strings.Join(missing, ", "))
	}
	base := WithBaseURL(strings.TrimSpace(os.Getenv("ONVY_BASE_URL")))
	return NewClient(creds, append([]Option{base}, opts...)...)
}
