package webhook

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// The patience with the other side: a step of the connection, and the whole.
const (
	stepPatience = 5 * time.Second
	patience     = 15 * time.Second
)

var errInside = errors.New("the address is not a public one; a network of your own has to be listed in webhooks.allow")

// client calls target and nothing else.
func client(target *url.URL, allow []netip.Prefix) *http.Client {
	dialer := &net.Dialer{Timeout: stepPatience, Control: control(target, allow)}
	return &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, // a proxy would dial for us, past the guard
			TLSHandshakeTimeout: stepPatience, ResponseHeaderTimeout: patience, IdleConnTimeout: 30 * time.Second, MaxIdleConnsPerHost: 2,
		},
	}
}

// control looks at each address that is about to be dialled.
func control(target *url.URL, allow []netip.Prefix) func(network, address string, _ syscall.RawConn) error {
	if isLoopback(target.Hostname()) {
		allow = append(slices.Clone(allow), netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"))
	}
	guard := ssrf.New(ssrf.WithPorts(port(target)))
	return func(network, address string, c syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("dial %s: %w", address, err)
		}
		if slices.ContainsFunc(allow, func(p netip.Prefix) bool { return p.Contains(at.Addr().Unmap()) }) {
			return nil
		}
		if target.Scheme != "https" || guard.Safe(network, address, c) != nil {
			return errInside
		}
		return nil
	}
}

// port is the one the operator named.
func port(u *url.URL) uint16 {
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	switch {
	case err == nil:
		return uint16(n)
	case u.Scheme == "http":
		return 80
	}
	return 443
}
