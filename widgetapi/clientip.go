package widgetapi

import (
	"net/http"
	"net/netip"
	"strings"
)

// clientIP is the address limits count by: the peer, or behind a trusted proxy
// the right-most address of X-Forwarded-For that is not one. Everything to the
// left of it was written by a stranger.
func clientIP(r *http.Request, trusted []string) netip.Addr {
	peer := parseHop(r.RemoteAddr)
	proxies := parsePrefixes(trusted)
	if !contains(proxies, peer) {
		return peer
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := parseHop(strings.TrimSpace(hops[i]))
		if !hop.IsValid() {
			return peer
		}
		if peer = hop; !contains(proxies, hop) {
			return hop
		}
	}
	return peer
}

func parsePrefixes(cidrs []string) []netip.Prefix {
	var out []netip.Prefix
	for _, c := range cidrs {
		if p, err := netip.ParsePrefix(c); err == nil {
			out = append(out, p)
		}
	}
	return out
}

func contains(prefixes []netip.Prefix, a netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// parseHop reads "1.2.3.4", "1.2.3.4:56", "::1" and "[::1]:56"; the zero Addr
// when it is none of them.
func parseHop(s string) netip.Addr {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	a, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

// network is what counts as one client: an IPv4 address, or the /64 that one
// IPv6 customer has.
func network(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
