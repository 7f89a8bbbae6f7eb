package redact

import (
	"regexp"
	"strings"
)

// technical are fields of which the values are numbers and words of protocols.
// Such a value stays as it is where it has nothing else in it; of any other
// only known words do.
var technical = set(`accept accept-encoding accept-language accept-ranges access-control-allow-credentials
	access-control-allow-headers access-control-allow-methods access-control-expose-headers access-control-max-age age allow
	cache-control connection content-encoding content-language content-length content-type dnt expect keep-alive pragma
	ratelimit ratelimit-limit ratelimit-policy ratelimit-remaining ratelimit-reset retry-after sec-fetch-dest sec-fetch-mode
	sec-fetch-site strict-transport-security te trailer transfer-encoding upgrade vary x-content-type-options
	x-frame-options x-ratelimit-limit x-ratelimit-remaining x-ratelimit-reset x-xss-protection`)

// protocol are the words of such fields that no text of an API has.
var protocol = set(`age bytes ch csv continue cors deflate document dnt event fetch flate formdata h2c immutable includesubdomains
	inline json5 latin1 ld max mime mode modified multipart navigate nosniff patch pdf policy preload prefers q remaining reset revalidate s
	sameorigin self site soap stream trailers ua urlencoded vnd websocket window windows w yaml zip zstd lz4 ratelimit limit quota
	us ascii iso utf8 utf16 utf32 x authenticate disposition get head post put patch delete options link sec dest via etag
	if match none stale unmodified since expect depth warning burst default user agent hal cbor msgpack avif webp apng`)

var (
	fieldWord = regexp.MustCompile(`[A-Za-z0-9\x80-\xff]+`)
	// counted are numbers that such fields may have of any size, by the name
	// before them; a name that is not here may be anybody's.
	counted = regexp.MustCompile(`(?i)\b(s-maxage|max-age|max|timeout|stale-while-revalidate|stale-if-error|window|limit|remaining|reset|w|q|r|t)=("?)\d{1,10}\b`)
	counts  = regexp.MustCompile(`^\d{1,10}(\.\d{1,3})?$`)
	charset = regexp.MustCompile(`(?i)\b(iso-8859-\d{1,2}|windows-125\d|utf-?\d{1,2}(le|be)?)\b`)
	// languages are tags of two letters, with a script or a region or without.
	languages = regexp.MustCompile(`^ *(\*|[a-z]{2}(-(Hans|Hant|Latn|Cyrl|Arab))?(-([A-Z]{2}|\d{3}))?)( *; *q=[01](\.\d{0,3})?)?( *, *(\*|[a-z]{2}(-(Hans|Hant|Latn|Cyrl|Arab))?(-([A-Z]{2}|\d{3}))?)( *; *q=[01](\.\d{0,3})?)?)* *$`)
)

// harmless reports whether a value of such a field has only words and numbers
// in it that such fields have.
func (r *headers) harmless(name, v string) bool {
	switch {
	case len(v) > 400 || !r.Draft && !r.learned.Full && !r.learned.Clean(v):
		return false
	case name == "accept-language" || name == "content-language":
		return languages.MatchString(v)
	case counts.MatchString(v):
		return true
	}
	v = charset.ReplaceAllString(counted.ReplaceAllString(v, "$1="), "")
	if codes.MatchString(v) {
		return false
	}
	for _, w := range fieldWord.FindAllString(v, -1) {
		if !r.stays(w) && !protocol[strings.ToLower(w)] && !fieldWords[strings.ToLower(w)] {
			return false
		}
	}
	return true
}

// fieldWords are the words that the names of such fields are made of, for Vary.
var fieldWords = func() map[string]bool {
	words := map[string]bool{}
	for name := range technical {
		for w := range strings.SplitSeq(name, "-") {
			words[w] = true
		}
	}
	return words
}()
