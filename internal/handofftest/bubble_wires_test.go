package handofftest

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
)

// wires is a network without a network: hosts by name, connected by net.Pipe. A
// synctest bubble can tell that everybody on it waits; a TCP Accept would stop
// the bubble's clock.
type wires struct {
	mu    sync.Mutex
	hosts map[string]*wire
}

func newWires() *wires { return &wires{hosts: map[string]*wire{}} }

// listen opens a host. Closing the listener takes it off the network.
func (w *wires) listen(host string) *wire {
	w.mu.Lock()
	defer w.mu.Unlock()
	l := &wire{on: w, host: host, conns: make(chan net.Conn), done: make(chan struct{})}
	w.hosts[host] = l
	return l
}

// dialer dials hosts by name, as a client with this address.
func (w *wires) dialer(from string) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, fmt.Errorf("dial %s: %w", addr, err)
		}
		w.mu.Lock()
		l := w.hosts[host]
		w.mu.Unlock()
		refused := &net.OpError{Op: "dial", Net: network, Err: fmt.Errorf("nobody listens at %s", host)}
		if l == nil {
			return nil, refused
		}
		here, there := net.Pipe()
		select {
		case l.conns <- named{there, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(from + ":40000"))}:
			return here, nil
		case <-l.done:
			return nil, refused
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// wire is one host's listener.
type wire struct {
	on    *wires
	host  string
	conns chan net.Conn
	done  chan struct{}
}

func (l *wire) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *wire) Close() error {
	l.on.mu.Lock()
	defer l.on.mu.Unlock()
	if l.on.hosts[l.host] == l {
		delete(l.on.hosts, l.host)
		close(l.done)
	}
	return nil
}

func (l *wire) Addr() net.Addr { return hostname(l.host) }

// hostname is the address of a host on the wires.
type hostname string

func (hostname) Network() string  { return "pipe" }
func (h hostname) String() string { return strings.TrimSuffix(string(h), ":80") }

// named is a connection whose other end has an address.
type named struct {
	net.Conn
	remote net.Addr
}

func (c named) RemoteAddr() net.Addr { return c.remote }
