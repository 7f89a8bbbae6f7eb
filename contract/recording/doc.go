// Package recording reads and writes recorded exchanges with the ONVY Health
// API, and takes out of them what is personal or secret.
//
// # Reading
//
// [Open] reads a file, or standard input for "-"; [NewReader] reads a stream.
// Three formats are told apart by their content, gzip, zlib and zstd are unpacked:
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
// [Create] writes a HAR 1.2 next to its final place, redacted, and Close moves
// it there:
//
//	redactor, err := recording.NewRedactor(onvy.Spec)
//	...
//	w, err := recording.Create("session.har", recording.Meta{RecordedAt: time.Now()}, redactor)
//	if err != nil {
//		return err
//	}
//	defer w.Abort() // nothing, after Close
//	...
//	w.Write(exchange)
//	...
//	return w.Close()
//
// [CreatePlain] and [WriteLine] write exchanges as they are.
//
// # Redacting
//
// A [Redactor] replaces what is personal or secret by pseudonyms of the same
// form; [Redactor.RedactFile] does it for a recording that exists. What a value
// is, openapi.yaml says with x-onvy-sensitive:
//
//	token      stays a JWT with the same times and scopes, signed with TestKey, if it is one
//	secret     letters for letters, digits for digits
//	cursor     stays base64 of JSON if it is that, with the same ids in it
//	identity   letters for letters, digits for digits: of ids, everywhere in URLs, too
//	name       the same, in the same script; capitals stay capitals
//	date       a valid date for a valid one, of the same era
//	place      digits for digits; a latitude or longitude within the bounds of WGS 84
//	health     digits for digits; 172.5 and 172.50 stay the same number
//	text       of a sentence, the words that are not in openapi.yaml, as of every text
//	none       nothing; it stays
//
// A leaf without a mark, and without an enum or a pattern, is redacted: numbers
// as health, times as dates, booleans to false, texts as text.
//
// Equal values have equal pseudonyms and different ones different ones, within
// one Redactor; those of two cannot be matched. Everything else stays as it was
// sent, mistakes included: spaces, order, repeated names, escapes, bytes that
// are not UTF-8, an end that is missing. So the rules find the same in the
// redacted recording.
//
// It fails closed. What openapi.yaml does not mention is redacted; of texts,
// only words of openapi.yaml and of common error messages stay; a body that is
// not text is blanked. Values are learned where they are marked, and replaced
// wherever else they turn up, in capitals or not; and what is written is
// searched for each of them, under JSON, URL and HTML escapes and base64. An
// entry with one in it is mended before anybody can see it; if it cannot be, it
// is left out and counted.
//
// What stays: the hosts of the API, times of day, statuses, sizes and the order
// of things; the names of members and header fields, as far as they are plain
// words; whether a value was there, and its length. A value of less than five
// bytes is replaced where it is marked, and not looked for elsewhere.
package recording
