package conversation

import (
	"cmp"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// never are the notices that are said as they are.
var never = []Notice{NoticeRecap}

var (
	placePattern = regexp.MustCompile(`\{\w+\}`)
	// Straight quotes, and a space where French has a narrow one.
	illSet = regexp.MustCompile(`["']| [:;?!]`)
	// A name or a code without the isolate that keeps its direction.
	bare = regexp.MustCompile(`(^|[^\x{2068}])\{(who|agent|from|team|zone|ref|code)\}`)
)

func placesOf(text string) []string {
	found := placePattern.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestEachLanguageSaysEachSentence(t *testing.T) {
	if got, want := strings.Join(Languages(), " "), "ar de en es fr he it ja nl pl pt zh"; got != want {
		t.Fatalf("languages: got %s, want %s", got, want)
	}
	all := map[string]bool{}
	for _, sentences := range catalogues() {
		for key := range sentences {
			all[key] = true
		}
	}
	for n := range notices {
		if all[string(n)] = true; slices.Contains(never, n) {
			delete(all, string(n))
		}
	}
	for tag, sentences := range catalogues() {
		raw, err := words.ReadFile("words/" + tag + ".json")
		if err != nil || json.Unmarshal(raw, &map[string]string{}) != nil {
			t.Errorf("%s: the file does not read: %v", tag, err)
		}
		for _, key := range slices.Sorted(maps.Keys(all)) {
			said, english := sentences[key], notices[Notice(key)]
			switch {
			case strings.TrimSpace(said) == "":
				t.Errorf("%s lacks %q", tag, key)
			case strings.ContainsAny(said, "!！"):
				t.Errorf("%s: %q shouts: %s", tag, key, said)
			case illSet.MatchString(said):
				t.Errorf("%s: %q is not set as the language is: %s", tag, key, said)
			case SpeechIn(tag).Direction() == "rtl" && bare.MatchString(said):
				t.Errorf("%s: %q does not keep a name or a code in its own direction: %s", tag, key, said)
			case english != "" && said == english:
				t.Errorf("%s: %q is not translated", tag, key)
			case english != "" && !slices.Equal(placesOf(said), placesOf(english)):
				t.Errorf("%s: %q has the places %v, want %v", tag, key, placesOf(said), placesOf(english))
			}
		}
		if got := len(strings.Split(sentences["weekdays"], ",")); got != 7 {
			t.Errorf("%s: got %d weekdays, want 7", tag, got)
		}
	}
}

// Every sentence that Go or a page of ours says by its key is there; those said by
// a key that is put together are looked for where that is done.
func TestEachKeyInTheCodeIsThere(t *testing.T) {
	literal := regexp.MustCompile(`\.Say\(?\s?"([\w.]+)",? "`)
	found := 0
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() && (e.Name() == "node_modules" || e.Name() == ".git") {
			return cmp.Or(err, filepath.SkipDir)
		}
		if ext := filepath.Ext(path); ext != ".go" && ext != ".html" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		raw, err := os.ReadFile(path)
		for _, key := range literal.FindAllStringSubmatch(string(raw), -1) {
			found++
			for tag, sentences := range catalogues() {
				if sentences[key[1]] == "" {
					t.Errorf("%s: %s lacks %q", path, tag, key[1])
				}
			}
		}
		return err
	})
	if err != nil || found < 20 {
		t.Errorf("got %d sentences, %v", found, err)
	}
}

func TestSpeechIn(t *testing.T) {
	for _, c := range []struct {
		locales []string
		tag     string
		closed  string
	}{
		{nil, "en", "x"},
		{[]string{"de-AT"}, "de-AT", "Dieser Chat ist wieder offen."},
		{[]string{"sv", "pt_BR", "de"}, "pt_BR", "Este chat está aberto de novo."},
		{[]string{"sv", "en-GB", "de"}, "en-GB", "x"},
	} {
		s := SpeechIn(c.locales...)
		if s.Tag() != c.tag || s.Say("reopened", "x") != c.closed {
			t.Errorf("%v: got %s, %q, want %s, %q", c.locales, s.Tag(), s.Say("reopened", "x"), c.tag, c.closed)
		}
	}
}

// A line is stored in English and read in her language; what the operator wrote
// stays as it is.
func TestALineInHerLanguage(t *testing.T) {
	de := SpeechIn("de")
	for _, c := range []struct {
		notice     Notice
		text, want string
	}{
		{NoticeClaimed, NoticeClaimed.Say("agent", "Maya").Text, "Sie sprechen jetzt mit Maya."},
		{NoticeClaimed, NoticeClaimed.Say("agent", "").Text, "Sie sprechen jetzt mit jemand aus dem Team."},
		{NoticeTakenOver, NoticeTakenOver.Say("agent", "Sam", "from", "Maya Ó").Text, "Sam hat von Maya Ó übernommen."},
		{NoticeAway, NoticeAway.Say("ref", "H-4F2K").Text + " The team is back Monday at 09:00 (Europe/Berlin).",
			"Gerade ist niemand vom Team da. Hinterlassen Sie eine Adresse, dann antworten wir dort. Ihre Vorgangsnummer ist H-4F2K. Das Team ist Montag um 09:00 wieder da (Europe/Berlin)."},
		{NoticeIdleWarning, NoticeIdleWarning.Say("when", "in 1 hour").Text, "Sind Sie noch da? Dieser Chat endet in 1 Std., wenn Sie nichts schreiben."},
		{NoticeSuggest, "Call us at 1234.", "Call us at 1234."},
		{NoticeEscalated, "Ein Moment, die Kollegin kommt.", "Ein Moment, die Kollegin kommt."},
		{NoticeEscalated, NoticeEscalated.Say().Text + " By the way.", NoticeEscalated.Say().Text + " By the way."},
		{"unheard_of", "What is this?", "What is this?"},
		{NoticeRecap, "All done.", "All done."},
	} {
		if got := de.Line(c.notice, c.text); got != c.want {
			t.Errorf("%s %q:\n got %q\nwant %q", c.notice, c.text, got, c.want)
		}
		if got := SpeechIn("en").Line(c.notice, c.text); got != c.text {
			t.Errorf("%s in English: got %q, want %q", c.notice, got, c.text)
		}
	}
	for text, want := range map[string]string{
		"today at 09:00": "heute um 09:00", "tomorrow at 14:30": "morgen um 14:30", "Monday, 4 January at 09:00": "Montag, 4.1., um 09:00",
		"in 6 minutes": "in 6 Min.", "whenever": "whenever", "Someday at 09:00": "Someday at 09:00",
	} {
		if got := de.when(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// Each notice reads back from what it says, whatever stands in its places.
func TestEachNoticeReadsBack(t *testing.T) {
	for n := range notices {
		if slices.Contains(never, n) {
			continue
		}
		text := n.Say("agent", "Maya {ref}", "from", "O. from B.", "ref", "H-4F2K", "when", "in 6 minutes").Text
		if got := SpeechIn("fr").Line(n, text); got == text || placePattern.MatchString(strings.ReplaceAll(got, "Maya {ref}", "")) {
			t.Errorf("%s: %q is not read back: %q", n, text, got)
		}
	}
}

// The bot names the button as the widget labels it.
func TestTheBotNamesTheButton(t *testing.T) {
	label := regexp.MustCompile(`talkToPerson: '(.+)',`)
	for tag, sentences := range catalogues() {
		raw, err := os.ReadFile("../widget/src/strings/" + tag + ".ts")
		if err != nil {
			t.Fatal(err)
		}
		found := label.FindSubmatch(raw)
		if found == nil || !strings.Contains(sentences["bot.show"], string(found[1])) {
			t.Errorf("%s: the button is %q, the bot says %q", tag, found, sentences["bot.show"])
		}
	}
}
