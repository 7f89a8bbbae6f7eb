package traffic

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

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/report"
)

// Proxy is what a running proxy has gathered.
type Proxy struct {
	App      *console.App
	Spec     *contract.Spec
	Upstream *url.URL
	Strict   bool
	HAR      *HAR                     // nil for none
	Watch    func(*contract.Exchange) // for the timeline of the page; nil for none

	mu        sync.Mutex
	exchanges int
	findings  []contract.Finding
	unmatched int
	unjudged  map[string]int // exchanges that could not be judged whole, by the reason
}

// Serve serves until ctx ends, and returns what it has found.
func (p *Proxy) Serve(ctx context.Context, addr string) (*contract.Report, error) {
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
	p.App.Note("Passing http://%s on to %s. Ctrl-C ends it and shows the report.", l.Addr(), p.Upstream)
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return nil, err
	}
	<-drained
	return p.report(started), nil
}

// handler passes requests on and observes them.
func (p *Proxy) handler() http.Handler {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true // the client gets what the server sends
	observed := contract.Observe(p.Spec, withPath{p.Upstream.Path, transport}, p.see)
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: p.Upstream.Scheme, Host: p.Upstream.Host})
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
	p    *Proxy
}

func (t counting) RoundTrip(r *http.Request) (*http.Response, error) {
	if !t.p.Spec.Matches(&contract.Exchange{Request: contract.Request{Method: r.Method, URL: r.URL.String()}}) {
		t.p.mu.Lock()
		t.p.unmatched++
		t.p.mu.Unlock()
	}
	return t.base.RoundTrip(r)
}

// see takes an exchange in; it is called once at a time.
func (p *Proxy) see(x *contract.Exchange, findings []contract.Finding) {
	p.HAR.Write(x)
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range findings {
		findings[i].Exchange = p.place()
	}
	p.exchanges++
	if p.Watch != nil {
		named := *x
		named.Name = p.place()
		p.Watch(&named)
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
		p.App.Note("%s", strings.TrimSpace(report.Line(&contract.Cause{Findings: []*contract.Finding{&p.findings[known+i]}})))
	}
}

// place names the last exchange: by its entry in the recording, as a replay
// does, or by how many came before it.
func (p *Proxy) place() string {
	if i := p.HAR.Last(); i >= 0 {
		return fmt.Sprintf("%s#%d", filepath.Base(p.HAR.name), i)
	}
	return fmt.Sprintf("proxy#%d", p.exchanges)
}

func (p *Proxy) report(started time.Time) *contract.Report {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := &contract.Report{
		Version: contract.ReportVersion, Kind: contract.Recordings, Target: p.Upstream.String(), Started: started, Duration: time.Since(started), Spec: p.Spec.SHA256(), Strict: p.Strict,
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
		r.Summary.Unmatched = map[string]int{p.Upstream.Host: p.unmatched}
	}
	r.Tally()
	switch failing := r.Summary.Violations > 0 || p.Strict && len(p.findings) > 0; {
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
