package client

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http/httputil"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// tap is a connection that keeps what is read from it.
type tap struct {
	net.Conn
	mu     sync.Mutex
	read   bytes.Buffer
	ended  bool // by the server
	once   sync.Once
	closed chan struct{}
}

// tapLimit is how much of an answer is kept beside its body.
const tapLimit = read.MaxBody + 1<<20

// linger is how long after an answer the connection is watched for more.
const linger = 10 * time.Millisecond

func newTap(conn net.Conn) *tap { return &tap{Conn: conn, closed: make(chan struct{})} }

func (t *tap) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	t.mu.Lock()
	t.ended = t.ended || err == io.EOF
	if t.read.Len() < tapLimit {
		t.read.Write(p[:n])
	}
	t.mu.Unlock()
	return n, err
}

// Close reads what the server has sent behind the answer before it closes the
// connection. The server was asked to close it, and so this rarely waits.
func (t *tap) Close() error {
	var err error
	t.once.Do(func() {
		t.mu.Lock()
		room := t.read.Len() < tapLimit
		t.mu.Unlock()
		if room && t.Conn.SetReadDeadline(time.Now().Add(linger)) == nil {
			rest, _ := io.ReadAll(io.LimitReader(t.Conn, 64<<10)) // a deadline is the usual end
			t.mu.Lock()
			t.read.Write(rest)
			t.mu.Unlock()
		}
		err = t.Conn.Close()
		close(t.closed)
	})
	return err
}

// wait returns when the connection is closed; net/http does that on its own
// once it has seen the end of the answer.
func (t *tap) wait() {
	select {
	case <-t.closed:
	case <-time.After(10 * linger):
		_ = t.Close()
	}
}

// cutShort tells whether the server closed the connection in the middle of the
// header. The half line that is left looks like a malformed one.
func (t *tap) cutShort() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _, complete := cutHead(t.read.Bytes())
	return t.ended && t.read.Len() > 0 && !complete
}

// into writes what the connection saw into the exchange: the header as it was
// sent, and what followed the answer. Where net/http refused the answer, it
// gives what can be read of it.
func (t *tap) into(x *wire.Exchange) {
	t.mu.Lock()
	raw := bytes.Clone(t.read.Bytes())
	t.mu.Unlock()
	head, rest, ok := cutHead(raw)
	if !ok {
		return
	}
	proto, status, reason, header := parseHead(head)
	if x.Response == nil {
		if status == 0 {
			return
		}
		x.Response = &wire.Response{Proto: proto, Status: status, Reason: reason, Body: rest}
	} else if s := x.Response.Status; (s == 204 || s == 304) && x.Request.Method != "HEAD" {
		x.Response.Body = rest // which net/http drops
	} else if !x.Response.Truncated {
		x.Response.Extra = extra(x, header, rest)
	}
	x.Response.Header = header
}

// cutHead cuts the last header block off the front: what precedes it are
// interim answers (1xx).
func cutHead(raw []byte) (head, rest []byte, ok bool) {
	for {
		head, rest, ok = bytes.Cut(raw, []byte("\r\n\r\n"))
		if !ok {
			head, rest, ok = bytes.Cut(raw, []byte("\n\n"))
		}
		if !ok {
			return nil, nil, false
		}
		if _, status, _, _ := parseHead(head); status/100 != 1 || status == 101 {
			return head, rest, true
		}
		raw = rest
	}
}

// parseHead reads a header block without tidying it. A folded line becomes a
// field without a name.
func parseHead(head []byte) (proto string, status int, reason string, header wire.Header) {
	for i, line := range strings.Split(string(head), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if i == 0 {
			var code string
			proto, code, _ = strings.Cut(line, " ")
			code, reason, _ = strings.Cut(code, " ")
			status, _ = strconv.Atoi(code)
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		header = append(header, wire.Field{Name: name, Value: strings.Trim(value, " \t")})
	}
	return proto, status, reason, header
}

// extra is what follows the end of the answer.
func extra(x *wire.Exchange, header wire.Header, rest []byte) []byte {
	switch length, err := strconv.Atoi(header.Get("Content-Length")); {
	case x.Request.Method == "HEAD":
		return rest
	case strings.EqualFold(header.Get("Transfer-Encoding"), "chunked"):
		buffered := bufio.NewReader(bytes.NewReader(rest))
		if _, err := io.Copy(io.Discard, httputil.NewChunkedReader(buffered)); err != nil {
			return nil // said elsewhere
		}
		for { // the trailer
			line, err := buffered.ReadString('\n')
			if err != nil || strings.TrimSpace(line) == "" {
				break
			}
		}
		left, _ := io.ReadAll(buffered) // of memory
		return left
	case err == nil && length >= 0 && length < len(rest):
		return rest[length:]
	}
	return nil
}
