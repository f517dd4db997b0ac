package uitest

import (
	"encoding/json"
	"testing"
)

func TestUI032_ASentLineIsShownAtOnceWithItsState(t *testing.T) {
	r := start(t, setup{})
	r.hangs() // an answer would take the receipt away
	v := r.visit(desktop)
	v.open()
	release := r.wire.hold("POST /messages")
	v.say("where is my parcel")
	v.until("log().at(-1).text === 'where is my parcel' && all('.own .note').at(-1)?.innerText === 'Sending'")
	eventually(t, "the request", func() bool { return len(r.wire.asked("POST /messages")) == 1 })
	release()
	v.until("all('.note').some(e => e.innerText === 'Sent')")
	v.reads("visitor: where is my parcel")
	var body struct {
		ClientID string `json:"client_id"`
	}
	if err := json.Unmarshal([]byte(r.wire.asked("POST /messages")[0].Body), &body); err != nil || body.ClientID == "" {
		t.Errorf("the request names no client_id: %v", err)
	}
	v.clean()
}

func TestUI036_ALostAnswerIsNotSentTwice(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.open()
	v.say("hello")
	v.reads("visitor: hello", "bot: ")
	// The stream must not settle the line before its answer is lost.
	r.wire.events(func(event) []event { return nil })
	r.wire.lose("POST /messages", 1)
	v.say("only once")
	v.until("q('retry')")
	r.wire.events(nil)
	v.click("retry")
	v.reads("visitor: hello", "bot: ", "visitor: only once")
	v.until("!q('retry') && all('.unsent').length === 0")
	if got := len(r.wire.asked("POST /messages")); got != 3 {
		t.Errorf("requests: got %d, want 3", got)
	}
	v.clean()
}
