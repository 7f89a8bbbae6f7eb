package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report"
)

func (a *app) proxyCommand() *cobra.Command {
	var upstream, addr, record string
	var remote, strict bool
	var output outputFlags
	cmd := &cobra.Command{
		Use:   "proxy --upstream URL",
		Short: "Check the traffic of any client, as a reverse proxy",
		Long: `Passes requests on to a server and checks the exchanges on the way. Point a client
at the proxy instead of the server. Findings are shown when they are first seen,
and the report when the proxy ends, with Ctrl-C. With --record the exchanges are
written as a HAR too, without persons and secrets.`,
		Example: indented("onvy-contract proxy --upstream https://staging.api.onvy.health --record session.har"),
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			to, err := parseUpstream(upstream)
			if err != nil {
				return err
			}
			if err := checkAddress(addr, remote); err != nil {
				return err
			}
			if itself(to, addr) {
				return errors.New("--upstream: the upstream is this proxy itself; name the server, or another --addr")
			}
			spec, err := a.spec()
			if err != nil {
				return err
			}
			var har *har
			if cmd.Flags().Changed("record") {
				if err := oneOutput(cmd, []string{record}); err != nil {
					return err
				}
				if har, err = a.create(record, spec); err != nil {
					return fmt.Errorf("--record: %w", err)
				}
				defer har.discard()
			}
			out, err := output.open(a)
			if err != nil {
				return err
			}
			defer out.discard()
			r, err := a.proxy(cmd.Context(), &proxy{app: a, spec: spec, upstream: to, strict: strict, har: har, watch: output.page.watching(nil)}, addr)
			if err != nil {
				return err
			}
			return har.finish(out.finish(r))
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&upstream, "upstream", "", "base `URL` of the server")
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "listen on this `ADDRESS`; port 0 is any free one")
	cmd.Flags().BoolVar(&remote, "allow-remote", false, "allow an address that other machines can reach")
	cmd.Flags().StringVar(&record, "record", "", "write the exchanges to `FILE`, redacted")
	cmd.Flags().BoolVar(&strict, "strict", false, "let assumptions and drift fail too")
	output.register(cmd.Flags())
	return cmd
}

// parseUpstream reads a base URL. Its errors do not quote it: it could hold
// credentials.
func parseUpstream(text string) (*url.URL, error) {
	if text == "" {
		return nil, errors.New("no server is named; say --upstream https://staging.api.onvy.health, for example")
	}
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Host == "", u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("--upstream: the URL has no http or https scheme and host; write it like https://staging.api.onvy.health")
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, errors.New("--upstream: the URL has credentials, a query or a fragment; leave them out, the client sends what is needed")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, errors.New("--upstream: tokens and health data would go over plain http; use https")
	}
	u.Path = strings.TrimRight(u.Path, "/")
	return u, nil
}

// itself reports whether a proxy at an address would pass requests on to itself.
func itself(upstream *url.URL, addr string) bool {
	host, port, err := net.SplitHostPort(addr)
	at := upstream.Port()
	if at == "" {
		at = map[string]string{"http": "80", "https": "443"}[upstream.Scheme]
	}
	return err == nil && port == at && port != "0" && (host == upstream.Hostname() || isLoopback(upstream.Hostname()) && (host == "" || isLoopback(host) || net.ParseIP(host).IsUnspecified()))
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// proxy is what a running proxy has gathered.
type proxy struct {
	app      *app
	spec     *contract.Spec
	upstream *url.URL
	strict   bool
	har      *har
	watch    func(*contract.Exchange) // for the timeline of the page; nil for none

	mu        sync.Mutex
	exchanges int
	findings  []contract.Finding
	unmatched int
	unjudged  map[string]int // exchanges that could not be judged whole, by the reason
}

// proxy serves until ctx ends, and returns what it has found.
func (a *app) proxy(ctx context.Context, p *proxy, addr string) (*contract.Report, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("--addr: %w", err)
	}
	started := time.Now()
	server := &http.Server{Handler: p.handler(), ReadHeaderTimeout: 30 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	drained := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(drained)
		// What is under way may end, for a while.
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(grace) // what has not ended by then is cut off
		_ = server.Close()
	})
	a.note("Passing http://%s on to %s. Ctrl-C ends it and shows the report.", l.Addr(), p.upstream)
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return nil, err
	}
	<-drained
	return p.report(started), nil
}

// handler passes requests on and observes them.
func (p *proxy) handler() http.Handler {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true // the client gets what the server sends
	observed := contract.Observe(p.spec, withPath{p.upstream.Path, transport}, p.see)
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: p.upstream.Scheme, Host: p.upstream.Host})
		},
		Transport: counting{observed, p},
		ErrorLog:  log.New(io.Discard, "", 0), // a finding says it
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, `{"error":"bad_gateway","message":"onvy-contract: the server did not answer"}`)
		},
	}
}

// withPath puts the path of the base URL before that of requests. It is below
// the observer, which knows paths as openapi.yaml has them.
type withPath struct {
	path string
	base http.RoundTripper
}

func (t withPath) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.path != "" {
		r = r.Clone(r.Context())
		raw := t.path + r.URL.EscapedPath()
		r.URL.Path, r.URL.RawPath = t.path+r.URL.Path, raw
	}
	return t.base.RoundTrip(r)
}

// counting counts the requests that the observer does not look at.
type counting struct {
	base http.RoundTripper
	p    *proxy
}

func (t counting) RoundTrip(r *http.Request) (*http.Response, error) {
	if !t.p.spec.Matches(&contract.Exchange{Request: contract.Request{Method: r.Method, URL: r.URL.String()}}) {
		t.p.mu.Lock()
		t.p.unmatched++
		t.p.mu.Unlock()
	}
	return t.base.RoundTrip(r)
}

// see takes an exchange in; it is called once at a time.
func (p *proxy) see(x *contract.Exchange, findings []contract.Finding) {
	p.har.write(x)
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range findings {
		findings[i].Exchange = p.place()
	}
	p.exchanges++
	if p.watch != nil {
		named := *x
		named.Name = p.place()
		p.watch(&named)
	}
	if why := contract.Unjudged(x); why != "" {
		if p.unjudged == nil {
			p.unjudged = make(map[string]int)
		}
		p.unjudged[why]++
	}
	known := len(p.findings)
	p.findings = contract.Fold(append(p.findings, findings...))
	for i := range p.findings[known:] {
		p.app.note("%s", strings.TrimSpace(report.Line(&contract.Cause{Findings: []*contract.Finding{&p.findings[known+i]}})))
	}
}

// place names the last exchange: by its entry in the recording, as a replay
// does, or by how many came before it.
func (p *proxy) place() string {
	if i := p.har.last(); i >= 0 {
		return fmt.Sprintf("%s#%d", filepath.Base(p.har.name), i)
	}
	return fmt.Sprintf("proxy#%d", p.exchanges)
}

func (p *proxy) report(started time.Time) *contract.Report {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := &contract.Report{
		Version: contract.ReportVersion, Kind: contract.Recordings, Target: p.upstream.String(), Started: started, Duration: time.Since(started), Spec: p.spec.SHA256(), Strict: p.strict,
		Findings: p.findings,
	}
	o := contract.Outcome{Case: "proxy", Status: contract.Pass, Duration: r.Duration, Exchanges: p.exchanges, Findings: p.findings}
	r.Summary.Exchanges, r.Summary.Unjudged = p.exchanges, p.unjudged
	for _, rule := range contract.Rules() {
		if rule.Kind != contract.KindProbe {
			r.Summary.Rules++
		}
	}
	if p.unmatched > 0 {
		r.Summary.Unmatched = map[string]int{p.upstream.Host: p.unmatched}
	}
	r.Tally()
	switch failing := r.Summary.Violations > 0 || p.strict && len(p.findings) > 0; {
	case p.exchanges == 0:
		o.Status, o.Reason = contract.NotRun, "no request was one of this API"
		r.Summary.NotRun++
	case failing:
		o.Status = contract.Fail
		r.Summary.Failed++
	default:
		r.Summary.Passed++
	}
	r.Outcomes = []contract.Outcome{o}
	return r
}
