package gatewaylog

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"time"

	"github.com/onvy-health/onvy-go/contract"
)

// object is a JSON object with its names in order.
func object(fields map[string]any) string {
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err) // of plain values
	}
	return string(text)
}

// show is a user as the server shows it.
func (l *Log) show(id string, fields map[string]any, u *user) string {
	all := maps.Clone(fields)
	all["id"] = id
	all["created_at"] = u.created.Format("2006-01-02T15:04:05.000Z")
	all["updated_at"] = u.updated.Format("2006-01-02T15:04:05.000Z")
	return object(all)
}

// make makes an exchange whose work was done now.
func (l *Log) make(method, path, sent string, status int, answer string) *contract.Exchange {
	before, after := time.Duration(1+l.rand.IntN(30))*time.Millisecond, time.Duration(1+l.rand.IntN(30))*time.Millisecond
	x := &contract.Exchange{
		Started: l.now.Add(-before), Duration: before + after,
		Request: contract.Request{Method: method, URL: "https://api.onvy.health" + path, Body: []byte(sent), Header: contract.Header{{Name: "Authorization", Value: "Bearer " + l.token}}},
		Response: &contract.Response{Proto: "HTTP/1.1", Status: status, Body: []byte(answer), Header: contract.Header{
			{Name: "Date", Value: l.now.Format("Mon, 02 Jan 2006 15:04:05 GMT")},
		}},
	}
	if sent != "" {
		x.Request.Header = append(x.Request.Header, contract.Field{Name: "Content-Type", Value: "application/json"})
	}
	if answer != "" {
		x.Response.Header = append(x.Response.Header, contract.Field{Name: "Content-Type", Value: "application/json"})
	}
	return x
}

// WriteLine writes one line.
func WriteLine(w io.Writer, x *contract.Exchange) error {
	headers := func(h contract.Header) (all [][2]string) {
		for _, f := range h {
			all = append(all, [2]string{f.Name, f.Value})
		}
		return all
	}
	line := map[string]any{
		"started": x.Started.Format(time.RFC3339Nano), "duration_ms": float64(x.Duration) / 1e6,
		"request":  map[string]any{"method": x.Request.Method, "url": x.Request.URL, "headers": headers(x.Request.Header), "body": string(x.Request.Body)},
		"response": map[string]any{"status": x.Response.Status, "headers": headers(x.Response.Header), "body": string(x.Response.Body)},
	}
	text, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("gatewaylog: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}
