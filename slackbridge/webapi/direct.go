package webapi

import (
	"net"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// CallTimeout bounds one call, and the opening of a socket.
	CallTimeout = 10 * time.Second
	dialTimeout = 5 * time.Second
)

// DirectHTTP calls Slack and nobody else: a proxy named in the environment is
// not used, and a redirect is an answer, not an order. Slack's API does not
// redirect, and a call that follows takes the token along.
func DirectHTTP() *http.Client {
	return &http.Client{
		Timeout:       CallTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
			TLSHandshakeTimeout: dialTimeout,
			IdleConnTimeout:     90 * time.Second,
			MaxIdleConnsPerHost: 8,
			ForceAttemptHTTP2:   true,
		},
	}
}

// DirectDialer opens sockets as directClient makes calls.
func DirectDialer() *websocket.Dialer { return &websocket.Dialer{HandshakeTimeout: CallTimeout} }
