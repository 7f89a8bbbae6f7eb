package mask

import (
	"net/url"
)

// URL prints a URL without what may be secret in it.
func URL(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
}
