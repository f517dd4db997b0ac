package uitest

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// event is one event of a stream. ID is empty for an ephemeral one.
type event struct{ Kind, ID, Data string }

// seq is the number of a durable event, 0 for an ephemeral one.
func (e event) seq() int {
	n, _ := strconv.Atoi(e.ID)
	return n
}

// made is an event with data from Go; seq 0 makes an ephemeral one.
func made(kind string, seq int, data map[string]any) event {
	e := event{Kind: kind}
	if seq > 0 {
		e.ID = strconv.Itoa(seq)
		data["seq"] = seq
	}
	raw, err := json.Marshal(data)
	if err != nil {
		panic(err)
	}
	e.Data = string(raw)
	return e
}

// pipe is one open stream to the browser.
type pipe struct {
	mu   sync.Mutex
	out  http.ResponseWriter
	from io.Closer
	gone bool
	torn bool // the next event breaks off in its middle
	cut  bool // broken by the wire, not by an end
}

func (p *pipe) write(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return
	}
	_, _ = io.WriteString(p.out, text)
	_ = http.NewResponseController(p.out).Flush()
}

func (p *pipe) send(e event) {
	text := "event: " + e.Kind + "\n"
	if e.ID != "" {
		text += "id: " + e.ID + "\n"
	}
	text += "data: " + e.Data + "\n\n"
	p.mu.Lock()
	torn := p.torn
	p.mu.Unlock()
	if torn {
		p.write(text[:len(text)/2])
		p.snap()
		return
	}
	p.write(text)
}

// tear lets the next event break off in its middle, and the stream with it; false
// when that was so already.
func (p *pipe) tear() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.torn || p.gone
	p.torn = true
	return !was
}

// snap breaks the stream off here; false when it was broken already.
func (p *pipe) snap() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return false
	}
	p.cut, p.gone = true, true
	_ = p.from.Close()
	return true
}

// close ends the stream here and says whether the wire had broken it.
func (p *pipe) close() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone = true
	_ = p.from.Close()
	return p.cut
}

// events rewrites the event stream from now on: what f returns is sent in place of
// each event, none swallows it, several in any order. nil ends that.
func (w *wire) events(f func(event) []event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.edit = f
}

// inject sends an event into every open stream, as if the product had.
func (w *wire) inject(e event) {
	for _, p := range w.open() {
		p.send(e)
	}
}

// cut ends every open stream in the middle.
func (w *wire) cut() {
	for _, p := range w.open() {
		p.snap()
	}
}

// streams is how many streams are open.
func (w *wire) streams() int { return len(w.open()) }

// drops is how many streams and requests the wire has broken so far.
func (w *wire) drops() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.broken
}

// connections is how many streams were opened so far.
func (w *wire) connections() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.served
}

// listening waits until a stream is open.
func (w *wire) listening() {
	w.t.Helper()
	eventually(w.t, "an open stream", func() bool { return w.streams() > 0 })
}

func (w *wire) open() []*pipe {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []*pipe
	for p := range w.pipes {
		out = append(out, p)
	}
	return out
}

// pump passes a stream on until one of its ends goes away.
func (w *wire) pump(out http.ResponseWriter, in io.ReadCloser) {
	p := &pipe{out: out, from: in}
	w.mu.Lock()
	w.pipes[p] = true
	w.served++
	w.mu.Unlock()
	defer func() {
		cut := p.close()
		w.mu.Lock()
		delete(w.pipes, p)
		if cut {
			w.broken++
		}
		w.mu.Unlock()
	}()
	p.write(": wire\n\n")
	lines := bufio.NewReader(in)
	var e event
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		line = strings.TrimRight(line, "\r\n")
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "" && e.Data != "":
			w.pass(p, e)
			e = event{}
		case name == "":
			p.write(line + "\n")
		case name == "event":
			e.Kind = value
		case name == "id":
			e.ID = value
		case name == "data":
			e.Data += value
		}
	}
}

func (w *wire) pass(p *pipe, e event) {
	w.mu.Lock()
	edit := w.edit
	w.mu.Unlock()
	if edit == nil {
		p.send(e)
		return
	}
	for _, e := range edit(e) {
		p.send(e)
	}
}
