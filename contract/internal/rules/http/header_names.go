package http

import (
	"net/http"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/wire"
)

// singletons are the headers that have one value and may stand once.
var singletons = []string{
	"Content-Type", "Content-Location", "Location", "Retry-After", "Date", "ETag",
	"Last-Modified", "Age", "Expires", "Server", "Access-Control-Allow-Origin",
}

// infrastructure are headers that proxies, gateways and frameworks add and
// that no API needs to document; a "-" at the end stands for any ending.
var infrastructure = []string{
	"Accept-Ranges", "Access-Control-", "Age", "Allow", "Alt-Svc", "Apigw-", "Cache-Control", "Cdn-",
	"Cf-", "Connection", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Length",
	"Content-Security-Policy", "Content-Type", "Cross-Origin-", "Date", "Etag", "Expect-Ct", "Expires", "Fly-",
	"Keep-Alive", "Last-Modified", "Link", "Nel", "Origin-Agent-Cluster", "Permissions-Policy", "Pragma",
	"Proxy-Connection", "Ratelimit", "Ratelimit-", "Referrer-Policy", "Report-To", "Reporting-Endpoints",
	"Retry-After", "Server", "Server-Timing", "Strict-Transport-Security", "Surrogate-", "Timing-Allow-Origin",
	"Traceparent", "Tracestate", "Trailer", "Transfer-Encoding", "Upgrade", "Vary", "Via", "Warning", "Www-Authenticate",
	"X-Amz-", "X-Amzn-", "X-Amz-Cf-", "X-Aspnet-", "X-B3-", "X-Cache", "X-Cache-", "X-Cloud-Trace-Context",
	"X-Content-Type-Options", "X-Correlation-Id", "X-Dns-Prefetch-Control", "X-Download-Options",
	"X-Envoy-", "X-Forwarded-", "X-Frame-Options", "X-Kong-", "X-Permitted-Cross-Domain-Policies",
	"X-Powered-By", "X-Process-Time", "X-Ratelimit-", "X-Request-Id", "X-Response-Time", "X-Robots-Tag", "X-Runtime", "X-Served-By",
	"X-Timer", "X-Trace-Id", "X-Varnish", "X-Vercel-", "X-Xss-Protection",
}

func isInfrastructure(name string) bool {
	name = http.CanonicalHeaderKey(name)
	return slices.ContainsFunc(infrastructure, func(known string) bool {
		return name == known || strings.HasSuffix(known, "-") && strings.HasPrefix(name, known)
	})
}

// balancerCookies are set by load balancers and firewalls in front of a server.
var balancerCookies = []string{"AWSALB", "__cf", "cf_", "GCLB", "ARRAffinity", "SERVERID", "INGRESSCOOKIE", "BIGipServer", "incap_ses", "visid_incap", "TS01"}

func isBalancerCookie(f wire.Field) bool {
	return strings.EqualFold(f.Name, "Set-Cookie") && slices.ContainsFunc(balancerCookies, func(name string) bool {
		return strings.HasPrefix(f.Value, name)
	})
}
