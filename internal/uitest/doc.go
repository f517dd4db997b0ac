// Package uitest holds the checks of the widget: what a visitor sees and does, in
// a real browser, against the real product. It has test files only.
//
// Between the browser and the product stands a wire, a proxy that a check can
// bend; behind it a whole [handofftest.House] with its own database, its scripted
// model and its Slack; before it a site, a page of another origin under the
// strictest policy that we promise to survive. A check reads like this:
//
//	// A server that fails loses nothing: the bubble stays, with Retry.
//	func TestUI035_AFailedSendStaysAndIsSentOnce(t *testing.T) {
//		r := start(t, setup{})            // product, wire and site, on loopback
//		v := r.visit(desktop)             // a tab on the site
//		v.open()
//		r.wire.fail("POST /messages", 500, 1)
//		v.say("where is my parcel")       // types and presses Enter
//		v.until("q('retry')")             // waits for an expression of the page
//		v.click("retry")
//		v.reads("visitor: where is my parcel", "bot: ")
//		if got := len(r.wire.asked("POST /messages")); got != 2 {
//			t.Errorf("requests: got %d, want 2", got)
//		}
//		v.clean()                         // no policy violation, no error on the page
//	}
//
// Its name is TestUI, the number of the check in three digits, and what it shows.
// TestEveryCheckIsThere knows the numbers: who adds a check takes its number out
// of its file in testdata/open. All checks run in parallel in one Chromium, each in a browser context,
// with a House, of its own.
//
// What there is:
//
//   - start(t, setup{site, widget, key, config, house}): attributes, scripts, styles,
//     policy and HTML of the site; YAML of the installation.
//   - r.visit(screen): desktop, phone and their dark, forced, still (reduced motion)
//     variants, with a time zone or language; a second visit shares the first
//     one's storage, as two tabs do; r.stranger(screen) shares nothing.
//   - a tab: open, say, fill, keys, click (by hook), press (by mouse or finger), js,
//     until, reads, offline, throttle, hide, reload, goTo, back, clean, shot. In
//     expressions q(hook) and all(selector) find elements of the widget, log()
//     is its lines as [{who, text}].
//   - the model: r.says, r.streams, r.hangs.
//   - Slack: r.maya.claims(), says, edits, deletes, transfers, releases, handsBack,
//     closes; r.agent("sam").
//   - r.wire: fail, reply, lose, refuse, hold, cut, down, up, events (rewrites the
//     event stream), inject, asked, streams.
//
// TestEngines runs some of the checks again in Firefox and in WebKit, one after another
// in one process each; its table says which, and what they confirm there. Such a check
// may do what page can, no more: no do, and no visitor beside a stranger. It runs on
// Linux, when HANDOFF_TEST_ENGINES is set.
//
// Rules: no sleeps, wait with until or eventually; no bar in milliseconds that a
// busy machine can miss. Without Chromium the checks are skipped. With -shots DIR a
// failed check leaves its screenshot, and shot(name) takes one.
package uitest
