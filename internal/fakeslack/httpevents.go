package fakeslack

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// pace is how long an HTTP delivery may hold up the next one: a busy app gets many
// at once, roughly in order.
const pace = 5 * time.Millisecond

func (p *post) use(d HTTPDoor) {
	p.door = d
	p.client = d.Client
	if p.client == nil {
		p.client = &http.Client{
			Transport:     &http.Transport{DisableKeepAlives: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
}

// UseHTTP sends everything from now on to these URLs; an empty door goes back
// to Socket Mode.
func (s *Server) UseHTTP(d HTTPDoor) {
	s.do(func() { s.post.use(d) })
}

// request is one signed request, ready to send.
type request struct {
	url, kind string
	body      []byte
	header    http.Header
}

// httpRequest builds the request of a delivery. The caller holds mu.
func (s *Server) httpRequest(d *delivery) request {
	door := s.post.door
	r := request{url: door.Events, kind: "application/json", body: d.payload, header: http.Header{}}
	switch d.kind {
	case kindInteraction:
		r.url, r.kind = cmp.Or(door.Interactions, door.Events), "application/x-www-form-urlencoded"
		r.body = []byte(url.Values{"payload": {string(d.payload)}}.Encode())
	case kindCommand:
		r.url, r.kind = cmp.Or(door.Commands, door.Events), "application/x-www-form-urlencoded"
		r.body = []byte(commandForm(d.payload))
	}
	if d.attempt > 1 {
		r.header.Set("X-Slack-Retry-Num", strconv.Itoa(d.attempt-1))
		r.header.Set("X-Slack-Retry-Reason", d.reason)
	}
	r.header.Set("Content-Type", r.kind)
	r.header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	s.sign(&r, d.forge)
	return r
}

func commandForm(payload []byte) string {
	var fields map[string]string
	_ = json.Unmarshal(payload, &fields)
	form := url.Values{}
	for k, v := range fields {
		form.Set(k, v)
	}
	return form.Encode()
}

// sign adds timestamp and signature, spoiled when a forgery says so.
func (s *Server) sign(r *request, f *Forge) {
	how := Forgery(-1)
	if f != nil {
		how = f.How
	}
	at := s.opts.Now()
	if how == ClockAhead {
		at = at.Add(299 * time.Second)
	}
	secret := s.opts.SigningSecret
	if how == SignatureWrong {
		secret += "x"
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "v0:%s:%s", stamp, r.body)
	sum := hex.EncodeToString(mac.Sum(nil))
	r.header.Set("X-Slack-Request-Timestamp", stamp)
	switch how {
	case SignatureMissing:
	case SignatureV1:
		r.header.Set("X-Slack-Signature", "v1="+sum)
	default:
		r.header.Set("X-Slack-Signature", "v0="+sum)
	}
	if how == BodyAltered && len(r.body) > 0 {
		r.body = bytes.Clone(r.body)
		r.body[len(r.body)-1] ^= 1
	}
}

// sendHTTP starts one attempt. The caller holds mu, which is given up while
// the answer is awaited for a moment, so that deliveries keep their order when
// the app is quick and do not pile up when it is not.
func (s *Server) sendHTTP(ctx context.Context, d *delivery) {
	r := s.httpRequest(d)
	client, attempt := s.post.client, d.attempt
	times := 1
	if d.forge != nil && d.forge.How == Replayed {
		times = 2
	}
	done := make(chan struct{})
	s.post.wg.Add(1)
	// One goroutine per attempt; Run waits for it.
	go func() {
		defer s.post.wg.Done()
		defer close(done)
		for range times {
			res := s.exchange(ctx, client, r)
			s.mu.Lock()
			if d.waiting && d.attempt == attempt {
				s.answered(d, res)
			}
			s.mu.Unlock()
		}
	}()
	s.mu.Unlock()
	timer := time.NewTimer(pace)
	select {
	case <-done:
	case <-timer.C:
	case <-ctx.Done():
	}
	timer.Stop()
	s.mu.Lock()
}

// outcome is what the app answered.
type outcome struct {
	status  int
	body    []byte
	noRetry bool
	reason  string // why there is no answer
}

func (s *Server) exchange(ctx context.Context, client *http.Client, r request) outcome {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Delay(ackTimeout))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(r.body))
	if err != nil {
		return outcome{reason: "unknown_error"}
	}
	req.Header = r.header.Clone()
	res, err := client.Do(req)
	if err != nil {
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			return outcome{reason: "http_timeout"}
		}
		return outcome{reason: "connection_failed"}
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return outcome{reason: "http_timeout"}
	}
	return outcome{status: res.StatusCode, body: body, noRetry: res.Header.Get("X-Slack-No-Retry") == "1"}
}

// answered accepts or retries. The caller holds mu.
func (s *Server) answered(d *delivery, o outcome) {
	switch {
	case o.reason != "":
		s.failed(d, o.reason)
	case o.status >= 200 && o.status < 300:
		s.finish(d, o.body, true)
	case o.noRetry:
		d.reason = "http_error"
		s.finish(d, nil, false)
	case o.status >= 300 && o.status < 400:
		s.failed(d, "too_many_redirects")
	default:
		s.failed(d, "http_error")
	}
}

// VerifyURL sends the url_verification handshake to the Events URL and returns
// an error unless the challenge comes back.
func (s *Server) VerifyURL(ctx context.Context) error {
	challenge := strings.ToLower(rand.Text())
	body, err := json.Marshal(map[string]string{"token": "verification-token", "challenge": challenge, "type": "url_verification"})
	if err != nil {
		return fmt.Errorf("encode the challenge: %w", err)
	}
	s.mu.Lock()
	r := request{url: s.post.door.Events, body: body, header: http.Header{"Content-Type": {"application/json"}}}
	s.sign(&r, nil)
	client := s.post.client
	s.mu.Unlock()
	res := s.exchange(ctx, client, r)
	var echoed struct {
		Challenge string `json:"challenge"`
	}
	_ = json.Unmarshal(res.body, &echoed)
	if res.status != http.StatusOK || echoed.Challenge != challenge && strings.TrimSpace(string(res.body)) != challenge {
		return fmt.Errorf("verify %s: status %d %s, the challenge did not come back", r.url, res.status, res.reason)
	}
	return nil
}
