package uitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"github.com/handoff-bot/handoff/internal/fakeslack"
)

// later moves the clock of a page that was visited with it, and has it drawn again.
func (v *tab) later(d time.Duration) {
	v.Helper()
	v.js(fmt.Sprintf("(window.skew+=%d,document.dispatchEvent(new Event('visibilitychange')),0)", d.Milliseconds()))
}

// waits brings a visitor into the queue.
func (v *tab) waits() {
	v.Helper()
	v.open()
	v.say("I want to talk to a person")
	v.until("Handoff.state().conversation.phase === 'waiting'")
}

// placed tells her place in line until the tab shows it: it goes only to streams that
// are open. Comes after unplaced.
func (r *rig) placed(v *tab, position int, wait, shown string) {
	r.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		r.place(position, wait)
		for again := time.Now().Add(2 * time.Second); time.Now().Before(again); time.Sleep(15 * time.Millisecond) {
			if value[bool](v, "!!("+shown+")") {
				return
			}
		}
	}
	v.until(shown)
}

// unplaced keeps from the tab what the product says of its place in line: a place of
// a check that comes after it would read as further back.
func (r *rig) unplaced() {
	r.wire.events(func(e event) []event {
		if e.Kind == "queue" {
			return nil
		}
		return []event{e}
	})
}

// place tells her place in line, as the product does.
func (r *rig) place(position int, wait string) {
	r.Helper()
	data := fmt.Sprintf(`{"position":%d}`, position)
	if wait != "" {
		data = fmt.Sprintf(`{"position":%d,"wait":%s}`, position, wait)
	}
	r.wire.inject(event{Kind: "queue", Data: data})
}

func TestUI065_APersonIsOfferedAfterTwoAnswersAndInTheMenuFromTheStart(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.open()
	v.menu()
	v.until("all('[role=menuitem]')[0]?.innerText === 'Talk to a person'")
	v.keys(escape)
	v.say("how long does it take")
	v.reads("visitor: how long", "bot: ")
	v.until("all('.dock [data-handoff=human]').length === 0")
	v.say("and what does it cost")
	v.reads("bot: ", "visitor: and what", "bot: ")
	v.until("all('.dock [data-handoff=human]')[0]?.innerText === 'Talk to a person'")
	v.clean()
}

func TestUI066_APersonIsAskedForOnce(t *testing.T) {
	r := start(t, setup{})
	r.unplaced()
	v := r.visit(desktop)
	v.open()
	v.menu()
	v.until("q('human')")
	v.js("(()=>{const b=q('human');b.click();b.click();return 0})()")
	v.until("Handoff.state().conversation.phase === 'waiting'")
	v.until("!q('banner').hidden")
	r.wire.listening()
	r.placed(v, 2, "[2,5]", "q('banner').innerText.includes('2nd in line') && q('banner').innerText.includes('2–5 min')")
	v.fill("still writing")
	v.until("!q('composer').disabled && !q('send').disabled")
	if got := len(r.wire.asked("POST /escalate")); got != 1 {
		t.Errorf("requests: got %d, want 1", got)
	}
	v.clean()
}

func TestUI069_TheLineIsToldCalmly(t *testing.T) {
	r := start(t, setup{})
	r.unplaced()
	v := r.visit(desktop, clock)
	v.waits()
	v.js("(window.said=[],new MutationObserver(()=>said.push(q('announcer').textContent)).observe(q('announcer'),{childList:true}),0)")
	r.wire.listening()
	r.placed(v, 4, "[2,5]", "q('banner').innerText.includes('4th in line')")
	r.placed(v, 3, "[2,5]", "q('banner').innerText.includes('3rd in line')")
	r.placed(v, 4, "[2,5]", "q('banner').innerText.includes('4th in line') && q('banner').innerText.includes('has joined')")
	if got := value[[]string](v, "said.filter(s=>s.includes('in line'))"); len(got) > 1 {
		t.Errorf("said within 30 s: %q, want one at most", got)
	}
	v.later(31 * time.Second)
	v.until("said.at(-1)?.includes('4th in line')")
	v.clean()
}

func TestUI070_AWaitThatIsTooLongIsSaid(t *testing.T) {
	r := start(t, setup{})
	r.unplaced()
	v := r.visit(desktop, clock)
	v.waits()
	r.wire.listening()
	r.placed(v, 2, "[2,5]", "q('banner').innerText.includes('2–5 min')")
	v.later(6 * time.Minute)
	v.until("q('contact')?.offsetParent && q('contact').innerText.includes('longer than usual') && all('[name=email]')[0].offsetParent")
	v.until("!q('banner').innerText.includes('min')")
	v.clean()
}

func TestUI071_AClaimShowsWhoAnswers(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.waits()
	v.until("q('panel').innerText.includes('Waiting') || q('panel').innerText.includes('in line')")
	r.maya.claims()
	v.reads("system: You're now chatting with Maya.")
	v.until("all('.who h2')[0].innerText === 'Maya' && all('.head .avatar.person').length === 1 && !all('.who')[0].innerText.includes('AI')")
	v.until("getComputedStyle(all('.ai')[0]).display === 'none'")
	v.hide(true)
	r.maya.says("I am on it")
	v.until("document.title.startsWith('(1) Acme')")
	v.clean()
}

func TestUI072_WhoAnswersIsAlwaysSaid(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.waits()
	r.maya.claims()
	v.reads("system: You're now chatting with Maya.")
	r.maya.transfersTo(r.agent("sam"))
	v.reads("system: Sam has taken over from Maya.")
	v.until("all('.who h2')[0].innerText === 'Sam'")
	r.agent("sam").releases()
	v.reads("system: Sam has left; the team has been asked again.")
	r.maya.claims()
	v.until("all('.who h2')[0].innerText === 'Maya'")
	r.maya.handsBack()
	v.reads("system: Maya has left; the assistant is back.")
	v.until("all('.who p')[0].innerText === 'AI assistant'")
	v.say("what does it cost")
	v.until("all('.lines .row.bot .tag').length === 2 && log().at(-1).who === 'bot'")
	v.clean()
}

func TestUI073_AClaimWhileOfflineIsShownInItsPlace(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.waits()
	v.offline(true)
	r.maya.claims()
	r.maya.says("Here I am")
	r.maya.sees("Here I am")
	v.offline(false)
	v.reads("visitor: I want to talk", "system: ", "system: You're now chatting with Maya.", "agent: Here I am")
	v.clean()
}

func TestUI074_CancellingGoesBackToTheBotAndTellsTheTeam(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.waits()
	channel, ts := r.maya.thread()
	v.click("cancel")
	v.reads("system: You are back with the assistant.")
	v.until("Handoff.state().conversation.phase === 'bot' && q('banner').hidden")
	r.maya.must(r.house.Slack.WaitFor(t.Context(), func(st *fakeslack.State) bool {
		card, _ := st.Message(channel, ts)
		return !strings.Contains(card.Visible(), "Claim")
	}))
	v.clean()
}

func TestUI075_OutOfHoursIsSaidInHerOwnTime(t *testing.T) {
	open := time.Now().UTC().AddDate(0, 0, 3)
	open = time.Date(open.Year(), open.Month(), open.Day(), 9, 0, 0, 0, time.UTC)
	r := start(t, setup{config: fmt.Sprintf("handoff: {level: balanced, hours: {timezone: UTC, open: {%s: \"09:00-17:00\"}}}", strings.ToLower(open.Format("Mon")))})
	for _, zone := range []string{"Asia/Kolkata", "America/New_York", "Europe/Berlin"} {
		there, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		v := r.stranger(desktop.in(func(s *screen) { s.zone, s.locale = zone, "en-US" }))
		v.open()
		v.say("I want to talk to a person")
		v.until("q('contact')?.offsetParent")
		want := "The team is back " + open.In(there).Format("Monday at 03:04 PM") + " (your time)."
		if got := strings.ReplaceAll(value[string](v, "all('[data-handoff=contact] p')[0].innerText"), "\u202f", " "); !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", zone, got, want)
		}
	}
}

func TestUI076_WhoTypesIsShownForSixSeconds(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop, clock)
	v.waits()
	r.maya.claims()
	v.until("Handoff.state().conversation.phase === 'agent'")
	r.wire.listening()
	typing := func(role string, ms int) {
		r.wire.inject(event{Kind: "typing", Data: fmt.Sprintf(`{"from":{"role":%q,"name":"Maya"},"expires_in_ms":%d}`, role, ms)})
	}
	const shown = "all('[data-role=typing]')[0]?.offsetParent && all('[data-role=typing]')[0].innerText.includes('Maya is typing')"
	v.js("(window.typed=0,Handoff.on('typing',()=>typed++),0)")
	typing("agent", 60_000)
	v.until(shown)
	v.later(6100 * time.Millisecond)
	v.until("!(" + shown + ")")
	typing("bot", 6000)
	typing("agent", 0)
	r.maya.says("done")
	v.reads("agent: done")
	v.until("!(" + shown + ")")
	v.until("typed === 1")
	v.clean()
}

func TestUI077_AClosedChatIsReopenedOrLeft(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	v.waits()
	r.maya.claims()
	r.maya.says("Solved it")
	v.reads("system: You're now chatting with Maya.", "agent: Solved it")
	r.maya.presses("Close", "outcome=solved")
	v.until("q('rating')?.offsetParent && q('new')?.offsetParent && q('composer').placeholder === 'Still not solved? Write here to reopen'")
	v.until("(([a,b])=>Math.abs(b.top-a.bottom-16)<1)(['legend','.scores'].map(s=>q('rating').querySelector(s).getBoundingClientRect()))")
	v.shot("closed")
	v.say("one more thing")
	v.until("Handoff.state().conversation.phase === 'waiting' && !q('rating').offsetParent")
	r.maya.claims()
	v.until("Handoff.state().conversation.phase === 'agent'")
	r.maya.closes()
	v.until("Handoff.state().conversation.phase === 'closed'")
	r.wire.reply("POST /messages", 409, `{"error":{"code":"conversation_closed","message":"closed","locale":"en","request_id":"r"}}`, 1, "Content-Type: application/json")
	v.say("too late")
	v.until("!q('composer').offsetParent && q('new')?.offsetParent")
	v.click("new")
	v.until("q('composer').offsetParent && q('composer').value === 'too late' && log().length === 1")
	v.js("(q('composer').value='',q('menu').click(),0)")
	v.click("history")
	v.click("chat")
	v.reads("visitor: one more thing")
	v.clean()
}

func TestUI078_ARatingIsGivenByKeysOnce(t *testing.T) {
	r := start(t, setup{})
	v := r.visit(desktop)
	closed := func() {
		t.Helper()
		v.say("I want to talk to a person")
		v.until("Handoff.state().conversation.phase === 'waiting'")
		r.maya.at(value[string](v, "storage().conversation.reference")).claims()
		r.maya.at(value[string](v, "storage().conversation.reference")).says("Solved it")
		v.until("log().at(-1).text === 'Solved it'")
		r.maya.at(value[string](v, "storage().conversation.reference")).presses("Close", "outcome=solved")
		v.until("q('rating')?.offsetParent")
	}
	v.open()
	closed()
	v.js("void all('[name=score]')[0].focus()")
	v.keys(kb.ArrowRight)
	v.keys(kb.ArrowRight)
	v.until("all('[name=score]')[2].checked")
	v.keys(kb.Tab)
	v.keys("Fine")
	v.keys(kb.Tab)
	v.keys("\r")
	v.until("all('[data-handoff=rating] .done')[0].offsetParent && !all('[data-handoff=rating] form')[0].offsetParent")
	if got := len(r.wire.asked("POST /rating")); got != 1 {
		t.Errorf("requests: got %d, want 1", got)
	}
	v.click("new")
	closed()
	v.js("void all('[data-handoff=rating] .quiet')[0].click()")
	v.until("!q('rating').offsetParent")
	v.reload()
	v.until("Handoff?.state?.().conversation.phase === 'closed' && q('composer')?.offsetParent")
	v.until("!q('rating')?.offsetParent")
	v.clean()
}
