package recording_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
)

func ExampleReader_All() {
	r, err := recording.NewReader(strings.NewReader(
		`{"log":{"entries":[
			{"request":{"method":"GET","url":"https://api.onvy.health/users?limit=1"},"response":{"status":200,"content":{"text":"{}"}}},
			{"request":{"method":"GET"}}
		]}}`), "session.har")
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	for entry, err := range r.All() {
		if broken, ok := errors.AsType[*recording.EntryError](err); ok {
			fmt.Println(broken) // this entry only
			continue
		}
		if err != nil {
			log.Fatal(err) // nothing more comes
		}
		x := entry.Exchange
		fmt.Println(x.Name, x.Request.Method, x.Response.Status, string(x.Response.Body))
	}
	// Output:
	// session.har#0 GET 200 {}
	// recording: session.har: entry 1: not an exchange: its request has no method or no URL
}

func ExampleRedactor_RedactFile() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	in, out := filepath.Join(dir, "in.ndjson"), filepath.Join(dir, "out.har")
	line := `{"request":{"method":"GET","url":"https://api.onvy.health/users/avery_1990"},` +
		`"response":{"status":200,"body":"{\"id\":\"avery_1990\",\"firstname\":\"Avery\",\"language\":\"en\"}"}}` + "\n"
	if err := os.WriteFile(in, []byte(line), 0o600); err != nil {
		log.Fatal(err)
	}
	redactor, err := recording.NewRedactor(onvy.Spec)
	if err != nil {
		log.Fatal(err)
	}
	stats, err := redactor.RedactFile(context.Background(), in, out)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(stats.Entries, "entry,", stats.Learned, "values learned")
	data, err := os.ReadFile(out)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Contains(string(data), "avery_1990"), strings.Contains(string(data), "Avery"))
	// Output:
	// 1 entry, 2 values learned
	// false false
}

func ExampleRedactor_Exchange() {
	redactor, err := recording.NewRedactor(onvy.Spec)
	if err != nil {
		log.Fatal(err)
	}
	x := redactor.Exchange(&contract.Exchange{
		Request:  contract.Request{Method: "GET", URL: "https://api.onvy.health/users/avery_1990"},
		Response: &contract.Response{Status: 404, Body: []byte(`{"error":"not_found","message":"no user avery_1990"}`)},
	})
	id := strings.TrimPrefix(x.Request.URL, "https://api.onvy.health/users/")
	fmt.Println(len(id), id != "avery_1990")
	fmt.Println(strings.ReplaceAll(string(x.Response.Body), id, "<the same>"))
	// Output:
	// 10 true
	// {"error":"not_found","message":"no user <the same>"}
}
