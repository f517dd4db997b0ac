package widgetapi

import (
	"errors"
	"net/url"
	"strings"
)

// originPattern is one entry of a key's list: scheme, host and port exactly, or
// with a leading "*." exactly one more label.
type originPattern struct {
	scheme, host, port string
	label              bool // host was "*." + host
}

// allows says whether a browser's Origin header is on the list. The comparison
// is of the header's bytes: browsers send lower case, the punycode form and no
// default port, so anything else was not written by a browser on that site.
func allows(list []string, origin string) bool {
	for _, entry := range list {
		if p, err := parseOriginPattern(entry); err == nil && p.matches(origin) {
			return true
		}
	}
	return false
}

// publicOrigin is our own, where mailed links lead; "" without server.public_url.
func publicOrigin(cfg Config) string {
	u, err := url.Parse(cfg.Server.PublicURL)
	if err != nil || u.Host == "" {
		return ""
	}
	p, err := parseOriginPattern(u.Scheme + "://" + u.Host)
	if err != nil {
		return ""
	}
	return p.String()
}

func (p originPattern) matches(origin string) bool {
	rest, ok := strings.CutPrefix(origin, p.scheme+"://")
	if !ok {
		return false
	}
	if p.port != "" {
		if rest, ok = strings.CutSuffix(rest, ":"+p.port); !ok {
			return false
		}
	}
	if !p.label {
		return rest == p.host
	}
	label, ok := strings.CutSuffix(rest, "."+p.host)
	return ok && isLabel(label)
}

// isLabel is true for one DNS label in the form browsers send.
func isLabel(s string) bool {
	if s == "" || len(s) > 63 {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// parseOriginPattern reads an entry of a key's list. Upper case and a default
// port are brought to the form a browser sends.
func parseOriginPattern(s string) (originPattern, error) {
	scheme, rest, ok := strings.Cut(strings.ToLower(s), "://")
	if !ok || (scheme != "http" && scheme != "https") {
		return originPattern{}, errors.New("does not start with https:// or http://")
	}
	host, label := strings.CutPrefix(rest, "*.")
	if strings.Contains(host, "*") {
		return originPattern{}, errors.New(`has a "*" that is not the whole first label`)
	}
	u, err := url.Parse(scheme + "://" + host)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.ContainsAny(host, "/?#\\ ") {
		return originPattern{}, errors.New("is not scheme://host[:port]")
	}
	name := u.Hostname()
	if label && !strings.Contains(name, ".") {
		return originPattern{}, errors.New("would match a whole top-level domain")
	}
	if strings.HasSuffix(name, ".") {
		return originPattern{}, errors.New("ends in a dot")
	}
	for _, r := range name {
		if r > 0x7e {
			return originPattern{}, errors.New("has letters outside ASCII; write its xn-- form, which is what browsers send")
		}
	}
	if strings.Contains(name, ":") {
		name = "[" + name + "]"
	}
	port := u.Port()
	if (scheme == "https" && port == "443") || (scheme == "http" && port == "80") {
		port = ""
	}
	return originPattern{scheme: scheme, host: name, port: port, label: label}, nil
}

// Site is where the site of a widget key is: the one of its origins that page
// belongs to, or else its first, as the operator wrote it, with a slash. An entry
// for many hosts ("*.") names none. "" when there is none, or no such key.
func (c Config) Site(key, page string) string {
	k, known := c.key(key)
	if !known {
		return ""
	}
	var sites []string
	for _, entry := range k.Origins {
		p, err := parseOriginPattern(entry)
		if err != nil || p.label {
			continue
		}
		site := p.String() + "/"
		if strings.HasPrefix(page+"/", site) {
			return site
		}
		sites = append(sites, site)
	}
	return strings.Join(sites[:min(len(sites), 1)], "")
}

// String is the origin as browsers send it, of a pattern without "*.".
func (p originPattern) String() string {
	if p.port != "" {
		return p.scheme + "://" + p.host + ":" + p.port
	}
	return p.scheme + "://" + p.host
}
