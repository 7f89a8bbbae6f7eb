// Package recording reads and writes recorded exchanges with the ONVY Health
// API, and takes out of them what is personal or secret.
//
// # Reading
//
// [Open] reads a file, or standard input for "-"; [NewReader] reads a stream.
// Three formats are told apart by their content, gzip and zstd are unpacked:
//
//   - HAR 1.2, as browsers, Playwright, mitmproxy and other proxies write it;
//   - cassettes of go-vcr v4, YAML or JSON;
//   - newline-delimited JSON, one exchange a line, as in [ExchangeSchema].
//
// Entries come one at a time, and memory does not grow with the file:
//
//	r, err := recording.Open("session.har.gz")
//	if err != nil {
//		return err
//	}
//	defer r.Close()
//	for entry, err := range r.All() {
//		if broken, ok := errors.AsType[*recording.EntryError](err); ok {
//			log.Print(broken) // this entry only; the rest still comes
//			continue
//		}
//		if err != nil {
//			return err // nothing more comes: the file is cut, or no recording
//		}
//		check(entry.Exchange)
//	}
//
// Bodies are the bytes that the server sent, as far as the format can say. A
// HAR is UTF-8 text: a body that is not has to be in base64 there. Text with
// invalid UTF-8 or half a surrogate pair in it cannot be what any server sent,
// so that entry is reported as broken rather than guessed at.
//
// # Writing
//
// [Create] writes a HAR next to its final place and moves it there on Close.
package recording
