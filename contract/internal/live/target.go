package live

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/run"
)

// checkTarget says what is wrong with a target, and returns its base URL.
func checkTarget(t *run.Target, allowProduction bool) (*url.URL, error) {
	base, err := url.Parse(strings.TrimSpace(t.BaseURL))
	switch {
	case err != nil:
		return nil, errors.New("contract: the base URL cannot be read; write it like https://staging.api.onvy.health")
	case base.Scheme != "http" && base.Scheme != "https", base.Host == "":
		return nil, fmt.Errorf("contract: the base URL %q has no http or https scheme and host; write it like https://staging.api.onvy.health", mask.URL(base))
	case base.User != nil:
		return nil, errors.New("contract: the base URL has credentials; give them as ONVY_CLIENT_ID and ONVY_CLIENT_SECRET")
	case base.RawQuery != "" || base.Fragment != "":
		return nil, errors.New("contract: the base URL has a query or a fragment; leave them out")
	case base.Scheme == "http" && !allowsHTTP(&t.Reach, base.Hostname()):
		return nil, fmt.Errorf("contract: the base URL sends secrets over plain http to %[1]s; use https, or say --allow-http %[1]s where nobody else is on the way", base.Hostname())
	case isProduction(base.Hostname()) && !allowProduction:
		return nil, fmt.Errorf("contract: %s is the production server, and the suite creates and deletes users; if you mean it, say --allow-production", base.Hostname())
	case t.Project.ID == "", t.Project.ClientID == "", t.Project.ClientSecret.IsZero():
		return nil, errors.New("contract: the target lacks a project id, a client id or a client secret")
	case t.Other != nil && (t.Other.ID == "" || t.Other.ClientID == "" || t.Other.ClientSecret.IsZero()):
		return nil, errors.New("contract: the second project lacks an id, a client id or a client secret")
	case t.Other != nil && t.Other.ID == t.Project.ID:
		return nil, errors.New("contract: the second project is the first one; the isolation cases need another")
	}
	for name, value := range map[string]string{"project id": t.Project.ID, "client id": t.Project.ClientID, "SDK client id": t.SDKClientID} {
		if !printableASCII.MatchString(value) {
			return nil, fmt.Errorf("contract: the %s has spaces or characters outside ASCII", name)
		}
	}
	if err := checkReach(&t.Reach); err != nil {
		return nil, err
	}
	base.Path, base.RawPath = strings.TrimRight(base.Path, "/"), strings.TrimRight(base.RawPath, "/")
	return base, nil
}

var printableASCII = regexp.MustCompile(`^[!-~]*$`)

func isProduction(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, ".")) // DNS has no case and takes a dot at the end
	return host == "api.onvy.health" || host == "production.api.onvy.health"
}

// owned are the headers that the suite tests, or that belong to the connection.
var owned = []string{
	"Authorization", "Accept", "Accept-Encoding", "Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding",
	"Host", "Connection", "Proxy-Connection", "Upgrade", "Te", "Trailer", "Expect", "Range", "If-Match", "If-None-Match",
}

// checkReach says what is wrong; it quotes no values, which may be secrets.
func checkReach(r *run.Reach) error {
	for _, host := range r.AllowHTTP {
		if host == "" || strings.ContainsAny(host, "/ @?#*") || strings.Contains(host, ":") && !strings.Contains(host, "::") {
			return fmt.Errorf("contract: %q is not a host; name one that plain http may be used for, without scheme and port", host)
		}
	}
	for _, f := range r.Header {
		switch name := http.CanonicalHeaderKey(f.Name); {
		case !httpguts.ValidHeaderFieldName(f.Name):
			return errors.New("contract: a header to send with every request has a name that HTTP does not allow")
		case slices.Contains(owned, name):
			return fmt.Errorf("contract: %s cannot be sent with every request: the suite tests it, or HTTP sets it", name)
		case !httpguts.ValidHeaderFieldValue(f.Value) || f.Value == "":
			return fmt.Errorf("contract: the value of the header %s is empty or has characters that HTTP does not allow", name)
		}
	}
	return nil
}

// allowsHTTP reports whether secrets may go to a host in plain text.
func allowsHTTP(r *run.Reach, host string) bool {
	return read.IsLoopback(host) || slices.ContainsFunc(r.AllowHTTP, func(allowed string) bool { return strings.EqualFold(allowed, host) })
}
