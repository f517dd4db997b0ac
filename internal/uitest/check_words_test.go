package uitest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// language is the built file of a language that is not English.
func language(t *testing.T, tag string) string {
	t.Helper()
	files, err := filepath.Glob("../../widget/dist/" + tag + "-*.js")
	if err != nil || len(files) != 1 {
		t.Fatalf("the file of %s: %v, %v", tag, files, err)
	}
	body, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// A file that lacks one string costs that string alone, and forms follow the
// language's own rules, in the launcher's name as in the server's lines.
func TestUI103_AMissingStringIsEnglishAndPluralFormsAreRight(t *testing.T) {
	for _, c := range []struct {
		tag, lacks, claimed string
		names               []string // of the launcher, with one line more each time
	}{
		{"pl", "Napisz wiadomość", "Rozmawiasz teraz z: Maya.", []string{
			"Otwórz czat, 1 nieprzeczytana wiadomość", "Otwórz czat, 2 nieprzeczytane wiadomości", "Otwórz czat, 3 nieprzeczytane wiadomości",
			"Otwórz czat, 4 nieprzeczytane wiadomości", "Otwórz czat, 5 nieprzeczytanych wiadomości",
		}},
		{"ar", "كتابة رسالة", "المحادثة الآن مع \u2068Maya\u2069.", []string{
			"فتح المحادثة، رسالة واحدة غير مقروءة", "فتح المحادثة، رسالتان غير مقروءتين", "فتح المحادثة، 3 رسائل غير مقروءة",
		}},
	} {
		t.Run(c.tag, func(t *testing.T) {
			r := start(t, setup{site: site{attrs: fmt.Sprintf("data-locale=%q", c.tag)}})
			lacking := regexp.MustCompile(`\w+:"`+c.lacks+`",`).ReplaceAllString(language(t, c.tag), "")
			r.wire.reply("GET /"+c.tag+".js", 200, lacking, 9, "Content-Type: text/javascript", "Access-Control-Allow-Origin: *")
			v := r.visit(desktop)
			v.open()
			v.until("q('composer').placeholder === 'Write a message' && q('send').title !== 'Send'")
			v.js("Handoff.escalate().then(() => 0)")
			r.maya.claims()
			v.until(fmt.Sprintf("log().some(line => line.text.includes(%q))", c.claimed))
			v.click("close")
			v.until("!q('panel').open")
			for i, name := range c.names {
				r.maya.says(fmt.Sprintf("line %d", i))
				v.until(fmt.Sprintf("q('launcher').ariaLabel.replace(/[٠-٩]/g, d => d.charCodeAt(0) - 0x660) === %q", name))
			}
			v.clean()
		})
	}
}

// Long words stay within the header, the chips and the buttons of a small phone.
func TestUI104_LongWordsDoNotOverflow(t *testing.T) {
	small := phone.in(func(s *screen) { s.width, s.height = 320, 640 })
	// What an element's words take, without the room for a finger around it.
	const over = "all('h2,.who p,button,.chip,.banner,label,h3').filter(e => e.closest('.panel')).filter(e => { const box = e.getBoundingClientRect(), words = document.createRange(); " +
		"words.selectNodeContents(e); const text = words.getBoundingClientRect(); return box.width > 1 && getComputedStyle(e).textOverflow !== 'ellipsis' && " +
		"(text.left < box.left - 1 || text.right > box.right + 1 || box.left < -1 || box.right > innerWidth + 1) }).map(e => e.innerText).join(' | ')"
	for _, tag := range []string{"de", "es", "fr", "it", "nl", "pl", "pt"} {
		t.Run(tag, func(t *testing.T) {
			r := start(t, setup{site: site{attrs: fmt.Sprintf("data-locale=%q", tag)}})
			v := r.visit(small)
			v.open()
			fits := func(where string) {
				t.Helper()
				if got := v.js(over); got != "" {
					t.Errorf("%s is too wide: %v", where, got)
				}
				if got := v.js("q('panel').scrollWidth - q('panel').clientWidth"); got != float64(0) {
					t.Errorf("%s scrolls sideways by %v px", where, got)
				}
			}
			fits("the greeting")
			v.say("Wo ist mein Paket?")
			v.until("log().length > 2")
			v.menu()
			v.until("q('human')?.getClientRects().length")
			fits("the menu")
			v.click("human")
			v.until("q('banner').getClientRects().length")
			fits("the wait")
			v.until("Handoff.state().conversation.phase === 'waiting'")
			v.menu()
			v.until("q('leave-email')")
			v.click("leave-email")
			v.until("q('contact')?.getClientRects().length")
			fits("the contact form")
			v.clean()
		})
	}
}
