package slackbridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"github.com/handoff-bot/handoff/slackbridge/draw"
	"github.com/handoff-bot/handoff/slackbridge/webapi"
)

// Around is what [Bridge.Check] has to be told, because Slack does not know it.
type Around struct {
	// Channels are further ones, which the policy names.
	Channels []string
	// Running says that this installation's server is up, with its own sockets.
	Running bool
	// Shared says that further processes of the installation may be up elsewhere.
	Shared bool
}

// own is how many sockets a running server holds.
func (a Around) own() int {
	if a.Running {
		return socketCount
	}
	return 0
}

// maxClockOff is how far the clocks may be apart. A request of Slack's that is
// more than a minute ahead of our clock is refused, and one that is five minutes
// behind it: at a minute it is time to say so.
const maxClockOff = time.Minute

// checkClock compares our time with the Date of Slack's answer.
func (b *Bridge) checkClock(date string) Finding {
	f := Finding{OK: true, Name: "clock"}
	at, err := http.ParseTime(date)
	if err != nil {
		f.Message = "Slack did not say what time it is."
		return f
	}
	off := b.Now().Sub(at).Round(time.Second)
	if off.Abs() <= maxClockOff {
		f.Message = "The clock agrees with Slack's."
		return f
	}
	where := "ahead of"
	if off < 0 {
		where = "behind"
	}
	f.OK, f.Message = false, fmt.Sprintf("The clock is %v %s Slack's, and signed requests whose time is off are refused.", off.Abs(), where)
	f.Mend = "Set the clock, and keep it set by NTP (timedatectl set-ntp true)."
	return f
}

// checkSockets opens the socket that Slack offers at url, reads how many there
// are, and leaves. An envelope that Slack may send here meanwhile is not
// acknowledged, so Slack delivers it again.
func (b *Bridge) checkSockets(ctx context.Context, url string, around Around) Finding {
	f := Finding{Name: "sockets"}
	n, err := b.countSockets(ctx, url)
	if err != nil {
		f.Message = "Slack's socket cannot be reached: " + err.Error()
		f.Mend = "Let outgoing connections to wss://*.slack.com through the firewall."
		return f
	}
	others := n - 1 - around.own()
	switch {
	case others <= 0:
		f.OK, f.Message = true, "Nobody else listens to this Slack app."
	case around.Shared:
		f.OK = true
		f.Message = fmt.Sprintf("Sockets of this Slack app that are not this server's: %d. Every other node of the installation holds %d.", others, socketCount)
		f.Mend = "If that is more than your nodes hold, somebody else uses the same app token: stop it, or give it an app of its own."
	default:
		f.Message = fmt.Sprintf("Somebody else listens to this Slack app, and takes a part of what the agents do. Sockets that are not ours: %d.", others)
		f.Mend = "Stop the other installation that uses the same app token, or give it an app of its own. After a crash Slack counts our own old sockets for a minute: look again then."
	}
	return f
}

// helloBytes bounds the first frame of a socket.
const helloBytes = 64 << 10

// countSockets returns how many sockets the app has, this one included.
func (b *Bridge) countSockets(ctx context.Context, url string) (int, error) {
	conn, resp, err := b.Dialer.DialContext(ctx, url, nil)
	if resp != nil {
		defer resp.Body.Close() //nolint:errcheck // of a handshake; there is nothing in it
	}
	if err != nil {
		return 0, errors.New("no connection") // the address holds a ticket
	}
	defer conn.Close() //nolint:errcheck // it has told what it was asked
	conn.SetReadLimit(helloBytes)
	if err := conn.SetReadDeadline(time.Now().Add(webapi.CallTimeout)); err != nil {
		return 0, fmt.Errorf("set a deadline: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	var hello struct {
		Type           string `json:"type"`
		NumConnections int    `json:"num_connections"`
	}
	if err := conn.ReadJSON(&hello); err != nil {
		return 0, errors.New("no greeting")
	}
	hangUp(conn)
	if hello.Type != "hello" {
		return 0, fmt.Errorf("a greeting of the type %q", draw.Clip(hello.Type, 40))
	}
	return hello.NumConnections, nil
}

// hangUp ends a socket with a word and waits until Slack has ended it, too, so that
// the next count does not find it.
func hangUp(conn *websocket.Conn) {
	const most = time.Second
	until := time.Now().Add(most)
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	if conn.WriteControl(websocket.CloseMessage, bye, until) != nil || conn.NetConn().SetReadDeadline(until) != nil {
		return
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(conn.NetConn(), helloBytes)) // to its end; the caller closes it in any case
}
