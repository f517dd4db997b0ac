package main

import (
	"fmt"
	"testing"

	"github.com/handoff-bot/handoff/internal/browsertest"
)

// TestBrowserShift is the shift of a support agent, in a real browser: once at a
// desk and once with a phone, without a slash command. The visitors use the real
// widget. Each step is looked at from both sides.
func TestBrowserShift(t *testing.T) {
	browsertest.Need(t)
	both(t, func(t *testing.T, phone bool, shots string) {
		shop, staff := startDemo(t)
		browser := newBrowser(t, withMouse(!phone)...)
		anna, maya := browser.stranger(shop), sit(browser, staff, phone, shots)
		maya.comesOnDuty()
		maya.claimsAnna(anna)
		maya.writesToAnna(anna)
		maya.changesHerLine(anna)
		maya.repliesByForm(anna)
		maya.sendsAFile(anna)
		maya.handsBackAnna(anna)

		ben := browser.stranger(shop)
		maya.takesOverBen(ben)
		maya.searchesAndFilters()
		maya.passesBenOn(ben)
		maya.passesBenToPriya(ben)

		maya.closesAnna(anna)
		maya.approvesWhatAnnaAsked()
		eve := browser.stranger(shop)
		maya.marksEve(eve)

		cleo := browser.stranger(shop)
		maya.marksCleo(cleo)
		maya.blocksCleo(cleo)
		maya.goesOffDuty(browser.stranger(shop))
	})
}

// comesOnDuty uses the switch of the Home, both ways.
func (d *desk) comesOnDuty() {
	d.Helper()
	d.inbox("You are on duty", "Now: 0 waiting")
	d.tap(at("button-handoff_duty_off"))
	d.shows(at("home"), "You are off duty")
	d.tap(at("button-handoff_duty_on"))
	d.shows(at("home"), "You are on duty")
	d.sound("01-home")
}

// claimsAnna finds her in the inbox, opens her chat from there, and claims it on
// the card.
func (d *desk) claimsAnna(anna *page) {
	d.Helper()
	anna.say("I was charged twice, I want my money back")
	anna.reads("visitor: I was charged twice", "system: ")
	d.inbox("Waiting (1)", "charged twice")
	d.sound("02-waiting")
	d.inRow("charged twice", "Open")
	d.shows("#main", "Waiting since")
	d.sound("03-card")
	d.card("C0BILLING", "charged twice")
	d.tap(thread + at("button-handoff_claim"))
	anna.reads("system: You're now chatting with Maya.")
	d.shows(thread, "has this chat")
}

// writesToAnna sends the first reply and keeps a note inside.
func (d *desk) writesToAnna(anna *page) {
	d.Helper()
	d.writes("Hello Anna, I can see both charges.")
	anna.reads("agent: Hello Anna, I can see both charges.")
	d.writes(";; she has called before")
	d.until("the note stays inside", `[...document.querySelectorAll('[data-testid="thread"] article')].some(m=>m.innerText.includes('she has called before')&&m.querySelector('[data-testid="reaction-lock"]'))`)
	anna.say("Thank you, when does the correction arrive?")
	d.shows(thread, "when does the correction arrive?")
	d.sound("04-thread")
	anna.until("the note is not hers", `!log().some(l=>l.text.includes('called before'))`)
}

// changesHerLine edits a line and deletes another.
func (d *desk) changesHerLine(anna *page) {
	d.Helper()
	d.writes("The correction stands on your next statement, within two weeks.")
	anna.reads("agent: The correction stands on your next statement, within two weeks.")
	d.messageMenu("The correction stands on your next statement, within two weeks.")
	d.sound("05-message-menu")
	d.taps(".menu", "Edit message")
	d.until("the field", `document.querySelector('[data-testid="edit-field"]')`)
	d.js(`document.querySelector('[data-testid="edit-field"]').select()`)
	d.enter(at("edit-field"), "The correction stands on your next statement, within two days.")
	d.tap(at("edit-save"))
	anna.reads("agent: The correction stands on your next statement, within two days.")
	anna.until("the old words are gone", `!log().some(l=>l.text.includes('two weeks'))`)
	d.writes("Oops, wrong window")
	anna.reads("agent: Oops, wrong window")
	d.messageMenu("Oops, wrong window")
	d.taps(".menu", "Delete message")
	anna.until("the line is gone", `!log().some(l=>l.text.includes('wrong window'))`)
	anna.shot(d.shots + "06-visitor")
}

// repliesByForm sends a canned reply.
func (d *desk) repliesByForm(anna *page) {
	d.Helper()
	d.tap(thread + at("button-handoff_reply"))
	d.shows(at("modal"), "when does the correction arrive?")
	d.picksOf("handoff_canned", "Anything else")
	d.until("the canned reply in the field", `document.querySelector('[data-testid="field-reply"]')?.value.includes('anything else')`)
	d.sound("07-reply")
	d.submits()
	anna.reads("agent: Is there anything else I can help you with?")
}

// sendsAFile attaches a file to a line.
func (d *desk) sendsAFile(anna *page) {
	d.Helper()
	d.until("the file is chosen", `(()=>{const i=document.querySelector('[data-testid="thread-file"]');const t=new DataTransfer();t.items.add(new File(['Refund: 12.00 EUR'],'refund.txt',{type:'text/plain'}));i.files=t.files;i.dispatchEvent(new Event('change'));return true})()`)
	d.shows(thread, "refund.txt")
	anna.until("the file", `q('panel').innerText.includes('refund.txt')`)
}

// handsBackAnna gives the chat to the AI, takes that back, and gives it again.
func (d *desk) handsBackAnna(anna *page) {
	d.Helper()
	d.tap(thread + at("button-handoff_handback"))
	d.until("the form", `document.querySelector('[data-testid="field-instruction"]')`)
	d.fill("instruction", "Tell her about shipping")
	d.sound("08-hand-back")
	d.submits()
	anna.reads("system: Maya has left; the assistant is back.")
	d.undoes("You handed this chat back")
	d.shows(thread, "undid")
	anna.until("Maya is back", `q('panel').innerText.includes('Maya')`)
	d.tap(thread + at("button-handoff_handback"))
	d.submits()
	anna.until("the assistant is back", `log().filter(l=>l.who==='system').at(-1).text.includes('assistant is back')`)
	anna.say("How long does shipping take?")
	anna.until("the assistant answers", `log().some(l=>l.who==='bot'&&l.sources>0)`)
}

// takesOverBen watches the AI, sees what he writes meanwhile, and steps in.
func (d *desk) takesOverBen(ben *page) {
	d.Helper()
	ben.say("Which size of pack fits me?")
	ben.until("an answer of the AI", `log().some(l=>l.who==='bot'&&l.sources>0)`)
	d.inbox("With the AI right now", "Which size of pack")
	d.sound("09-with-the-ai")
	d.inRow("Which size of pack", "Watch")
	d.shows(at("modal"), "Which size of pack", "the AI has this chat")
	ben.say("And how do I measure my back?")
	d.shows(at("modal"), "And how do I measure my back?")
	d.sound("09-watch")
	d.taps(at("modal"), "Take over")
	d.shows(at("modal"), "you have this chat")
	d.tap(at("modal-close"))
	ben.until("Maya is there", `q('panel').innerText.includes('Maya')`)
	d.card("C0SUPPORT", "Which size of pack")
	d.writes("Hi Ben, how tall are you?")
	ben.reads("agent: Hi Ben, how tall are you?")
}

// searchesAndFilters finds a chat by the words of a note, and narrows the lists.
func (d *desk) searchesAndFilters() {
	d.Helper()
	d.inbox("measure my back", "How long does shipping take?")
	d.tap(at("button-handoff_home_search"))
	d.until("the form", `document.querySelector('[data-testid="field-words"]')`)
	d.fill("words", "CALLED before")
	d.tap(at("modal-submit"))
	d.shows(at("modal"), "1 chat", "How long does shipping take?")
	d.sound("10-search")
	d.tap(at("modal-close"))
	d.picksOf("handoff_home_topic", "Billing disputes")
	d.lacks(at("home"), "measure my back")
	d.shows(at("home"), "How long does shipping take?")
	d.sound("10-filter")
	d.tap(at("button-handoff_home_all"))
	d.shows(at("home"), "measure my back", "Any topic")
}

// passesBenOn transfers the chat to another channel with a note.
func (d *desk) passesBenOn(ben *page) {
	d.Helper()
	d.card("C0SUPPORT", "Which size of pack")
	d.tap(thread + at("button-handoff_transfer"))
	d.until("the form", `document.querySelector('[data-testid="field-place"]')`)
	d.picksOf("place", "billing")
	d.fill("note", "wants an invoice")
	d.sound("10-transfer")
	d.submits()
	ben.reads("system: passed on to a colleague")
	d.shows(thread, "goes on in another channel")
	d.card("C0BILLING", "Which size of pack")
	d.shows(thread, "wants an invoice")
	d.tap(thread + at("button-handoff_claim"))
	ben.until("Maya again", `log().filter(l=>l.who==='system').at(-1).text.includes('Maya')`)
	ben.until("the note is not his", `!log().some(l=>l.text.includes('invoice'))`)
}

// passesBenToPriya transfers the chat to a person, and takes it over again.
func (d *desk) passesBenToPriya(ben *page) {
	d.Helper()
	d.tap(thread + at("button-handoff_transfer"))
	d.until("the form", `document.querySelector('[data-testid="field-agent"]')`)
	d.picksOf("agent", "Priya")
	d.fill("note", "knows the invoices")
	d.sound("10-transfer-to-priya")
	d.submits()
	ben.until("Priya is there", `q('panel').innerText.includes('Priya')`)
	d.shows(thread, "knows the invoices")
	d.sound("10-with-priya")
	d.tap(thread + at("button-handoff_takeover"))
	ben.until("Maya once more", `log().filter(l=>l.who==='system').at(-1).text.includes('Maya')`)
	ben.until("neither note is his", `!log().some(l=>l.text.includes('invoice'))`)
}

// closesAnna takes the chat over again and closes it with a reason; Why? tells
// what asked for a person.
func (d *desk) closesAnna(anna *page) {
	d.Helper()
	d.card("C0BILLING", "charged twice")
	d.chooses("Why?")
	d.shows(at("modal"), "Billing disputes")
	d.sound("11-why")
	d.tap(at("modal-close"))
	d.tap(thread + at("button-handoff_close"))
	d.until("the form", `document.querySelector('[data-testid="field-recap"]')`)
	d.tap(at("field-outcome") + ` input[value="follow_up"]`)
	d.fill("note", "the bank is slow")
	d.sound("12-close")
	d.submits()
	anna.reads("system: Maya has closed")
	d.shows(thread, "the bank is slow")
	d.undoes("You closed this chat")
	anna.until("open again", `q('composer')?.offsetParent`)
	d.tap(thread + at("button-handoff_close"))
	d.submits()
	anna.until("the rating", `q('rating')?.offsetParent`)
}

// approvesWhatAnnaAsked keeps what the closed thread proposes as knowledge.
func (d *desk) approvesWhatAnnaAsked() {
	d.Helper()
	d.shows(thread, "Worth keeping as knowledge?", "when does the correction arrive?", "The correction stands on your next statement")
	d.sound("12-learn")
	d.tap(thread + at("button-handoff_learn_approve"))
	d.shows(thread, "approved this answer")
	d.until("the proposal has no buttons any more", fmt.Sprintf(`!document.querySelector(%q)`, thread+at("button-handoff_learn_approve")))
	d.sound("12-learned")
}

// marksEve is about a chat that nobody was asked for: the AI knows what was learned
// and answers her, she goes, and in the Home Maya says that a person was needed.
func (d *desk) marksEve(eve *page) {
	d.Helper()
	eve.say("When does a correction arrive on my statement?")
	eve.until("an answer from what was learned", `log().some(l=>l.who==='bot'&&l.sources>0&&l.text.includes('next statement'))`)
	eve.click("menu")
	eve.click("end")
	eve.reads("system: You have closed this chat.")
	d.inbox("Closed (2)", "arrive on my statement")
	d.inRow("arrive on my statement", "Should have escalated…")
	d.shows(at("modal"), "Which line should have brought a person?")
	d.picksOf("line", "arrive on my statement")
	d.picksOf("saw", "Topic: Billing disputes")
	d.fill("phrase", "correction statement")
	d.sound("12-missed")
	d.tap(at("modal-submit"))
	d.shows(at("modal"), "No phrase of Billing disputes saw this line.", `"correction statement"`)
	d.sound("12-mend")
	d.tap(at("modal-close"))
}

// marksCleo says that nobody had to be asked.
func (d *desk) marksCleo(cleo *page) {
	d.Helper()
	cleo.say("My lawyer says hello")
	cleo.until("she waits", `log().some(l=>l.who==='system')`)
	d.card("C0SUPPORT", "My lawyer says hello")
	d.chooses("Wrong escalation…")
	d.until("the form", `document.querySelector('[data-testid="field-note"]')`)
	d.fill("note", "she only says hello")
	d.sound("13-wrong")
	d.tap(at("modal-submit"))
	d.shows(at("modal"), `"lawyer"`, "of Legal issues caught it.")
	d.sound("13-mend")
	d.tap(at("modal-close"))
	d.shows(thread, "she only says hello")
}

// blocksCleo blocks her, and lifts it in the Home.
func (d *desk) blocksCleo(cleo *page) {
	d.Helper()
	d.chooses("Block…")
	d.until("the form", `document.querySelector('[data-testid="field-reason"]')`)
	d.fill("reason", "insults")
	d.submits()
	cleo.until("the end", `q('panel').innerText.includes("can't write here")||q('panel').innerText.includes('ended')`)
	d.inbox("Blocked visitors (1)", "insults")
	d.sound("14-blocked")
	d.tap(at("button-handoff_lift"))
	d.lacks(at("home"), "insults")
}

// goesOffDuty decides about the chats that are left.
func (d *desk) goesOffDuty(dora *page) {
	d.Helper()
	dora.say("I want to close my account")
	dora.until("she waits", `log().some(l=>l.who==='system')`)
	d.inbox("close my account")
	d.inRow("close my account", "Claim")
	dora.until("Maya is there", `q('panel').innerText.includes('Maya')`)
	d.inbox("Mine (2)")
	d.tap(at("button-handoff_duty_off"))
	d.shows(at("modal"), "Your chats (2)")
	d.sound("15-off-duty")
	d.picksOf("all", "Release all")
	d.fill("note", "both wait for an answer")
	d.submits()
	dora.until("she waits again", `!q('panel').innerText.includes('Maya')||log().at(-1).text.includes('away')`)
	d.inbox("You are off duty", "Waiting (2)")
	d.sound("16-gone")
}
