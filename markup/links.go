package markup

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// maxQuery is how much of a query string or fragment a model's link may carry; a longer one could carry a secret.
const maxQuery = 64

// Links says which links of a Markdown source stay links. The others become their label as text.
// The zero value allows none.
type Links struct {
	// AllowHosts lists hosts, "docs.example.com", or whole domains, "*.example.com" (which includes example.com).
	AllowHosts []string
	// AllowAll allows every host. The rules about schemes and query strings still hold.
	AllowAll bool
	// Phones lets tel: links to a number stay links.
	Phones bool
}

// link returns the link as an inline node: a Link when it is allowed, otherwise its label as text.
func (l Links) link(address, label string, style Text) Inline {
	label = oneLine(label)
	u, ok := safeURL(address)
	if !ok || !l.allows(u) {
		return styled(label, style)
	}
	if len(u.RawQuery) > maxQuery {
		u.RawQuery, u.ForceQuery = "", false
	}
	if len(u.EscapedFragment()) > maxQuery {
		u.Fragment, u.RawFragment = "", ""
	}
	return newLink(u, label)
}

func (l Links) allows(u *url.URL) bool {
	if u.Scheme == "tel" {
		return l.Phones
	}
	host := linkHost(u)
	return l.AllowAll || slices.ContainsFunc(l.AllowHosts, func(entry string) bool {
		entry = strings.ToLower(strings.TrimSpace(entry))
		if domain, ok := strings.CutPrefix(entry, "*."); ok {
			return host == domain || strings.HasSuffix(host, "."+domain)
		}
		if u.Scheme == "mailto" {
			entry = strings.TrimPrefix(entry, "www.")
		}
		return host == entry
	})
}

// safeURL parses an address the way browsers would meet it and refuses what they would bend: anything but http,
// https, mailto and tel, control characters, spaces, backslashes, user names, hosts that are no host.
func safeURL(address string) (*url.URL, bool) {
	address = strings.TrimSpace(address)
	if address == "" || len(address) > 2048 || Clean(address) != address || strings.ContainsFunc(address, breaksURL) {
		return nil, false
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, false
	}
	switch u.Scheme {
	case "http", "https":
		return u, u.User == nil && u.Opaque == "" && normalizeHost(u)
	case "mailto":
		name, domain, ok := strings.Cut(u.Opaque, "@")
		u.RawQuery, u.Fragment = "", ""
		return u, ok && name != "" && isDomain(strings.ToLower(domain)) && !strings.ContainsAny(name, "%,;<>\"")
	case "tel":
		u.RawQuery, u.Fragment = "", ""
		return u, isPhone(u.Opaque)
	}
	return nil, false
}

// isPhone is true for a number as people dial it: digits, perhaps after a plus, with dots and dashes between.
func isPhone(s string) bool {
	digits := strings.NewReplacer("-", "", ".", "").Replace(strings.TrimPrefix(s, "+"))
	return len(digits) >= 3 && len(digits) <= 20 && strings.Trim(digits, "0123456789") == ""
}

func breaksURL(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\\' || r == '<' || r == '>' || r == '"' || r == '`'
}

// normalizeHost rewrites the host in lower case ASCII; false means that it is not a host name or address.
func normalizeHost(u *url.URL) bool {
	name, port := u.Hostname(), u.Port()
	if addr, err := netip.ParseAddr(name); err == nil {
		return addr.Zone() == ""
	}
	ascii, err := idna.Lookup.ToASCII(name)
	if err != nil || strings.Trim(ascii, ".") == "" {
		return false
	}
	u.Host = strings.ToLower(ascii)
	if port != "" {
		u.Host += ":" + port
	}
	return true
}

// linkHost is the host a link leads to, for mailto the domain of the address.
func linkHost(u *url.URL) string {
	if u.Scheme == "mailto" {
		_, domain, _ := strings.Cut(u.Opaque, "@")
		return strings.ToLower(domain)
	}
	return strings.TrimSuffix(u.Hostname(), ".")
}

func newLink(u *url.URL, label string) Link {
	l := Link{URL: u.String(), Label: label}
	if strings.TrimSpace(label) == "" {
		l.Label = strings.TrimPrefix(strings.TrimPrefix(l.URL, "mailto:"), "tel:")
	}
	if host := linkHost(u); looksElsewhere(l.Label, host) {
		l.Host = host
	}
	return l
}

// looksElsewhere is true when a word of the label reads like an address on another host than the given one.
func looksElsewhere(label, host string) bool {
	return slices.ContainsFunc(strings.Fields(label), func(word string) bool {
		claimed, ok := claimedHost(word)
		return ok && strings.TrimPrefix(claimed, "www.") != strings.TrimPrefix(host, "www.")
	})
}

// claimedHost is the host that a reader would take the word for, if any: "bank.com", "https://bank.com/login",
// "help@bank.com".
func claimedHost(word string) (string, bool) {
	word = dots.Replace(word)
	if !strings.Contains(word, ".") {
		return "", false
	}
	word = strings.ToLower(strings.Trim(word, ".,;:!?()[]{}<>'\"*_"))
	if _, after, ok := strings.Cut(word, "://"); ok {
		word = after
	}
	if i := strings.IndexAny(word, "/?#\\"); i >= 0 {
		word = word[:i]
	}
	if i := strings.LastIndexByte(word, '@'); i >= 0 {
		word = word[i+1:]
	}
	word, _, _ = strings.Cut(word, ":")
	if ascii, err := idna.Lookup.ToASCII(word); err == nil {
		word = ascii
	}
	return word, isDomain(word)
}

// dots maps what some scripts and keyboards write for a dot; browsers take each for one.
var dots = strings.NewReplacer("。", ".", "．", ".", "｡", ".")

// isDomain is true for two or more dotted labels of letters, digits and hyphens whose last one is not a number.
func isDomain(s string) bool {
	labels := strings.Split(s, ".")
	last := labels[len(labels)-1]
	if len(labels) < 2 || len(last) < 2 || strings.Trim(last, "0123456789") == "" {
		return false
	}
	return !slices.ContainsFunc(labels, func(l string) bool {
		return l == "" || strings.ContainsFunc(l, func(r rune) bool {
			return r != '-' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
		})
	})
}

// oneLine joins the words of s with single spaces.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// cleanLang is the name of a code block's language, or nothing if it is not a short plain word.
func cleanLang(lang string) string {
	if len(lang) > 32 || strings.ContainsFunc(lang, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("+-#._", r)
	}) {
		return ""
	}
	return lang
}
