package handofftest

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/handoff-bot/handoff/internal/fakesmtp"
)

// mails is what the mail server takes and does:
//
//	mail to ADDRESS SUBJECT [TEXT …]  (the next mail, with each TEXT in it)
//	mail never TEXT                   (no mail so far holds TEXT)
//	mail count N                      (so many mails so far, and no other for a while)
//	mail down | up
//	mail stop                         (one click in the mail program on the last mail)
//	mail fails STAGE CODE             (hello, mail, rcpt, data; 0 cuts the line)
//	mail refused N                    (waits until that has happened so often)
//	mail mends
func mails(_ *testscript.TestScript, s *story, args []string) error {
	if s.house.Mail == nil {
		return fmt.Errorf("the story was started without mail")
	}
	if err := need(args, 1, "mail VERB …"); err != nil {
		return err
	}
	verb, rest := args[0], args[1:]
	switch verb {
	case "to":
		return s.nextMail(rest)
	case "never":
		return s.neverMailed(strings.Join(rest, " "))
	case "count":
		return s.countMails(rest)
	case "stop":
		return s.stopMails()
	case "down":
		s.house.Mail.Stop()
	case "up":
		s.house.Mail.Start()
	case "fails":
		return s.mailFails(rest)
	case "refused":
		return s.refusedMails(rest)
	case "mends":
		s.house.Mail.Mend()
	default:
		return fmt.Errorf("unknown verb %q", verb)
	}
	return nil
}

func (s *story) nextMail(args []string) error {
	if err := need(args, 2, "mail to ADDRESS SUBJECT [TEXT …]"); err != nil {
		return err
	}
	s.read++
	m := s.house.Mail.Wait(s.read, Patience)[s.read-1]
	l, err := m.Letter()
	if err != nil {
		return err
	}
	s.letter = l
	if to := strings.Join(m.To, ","); to != args[0] || !strings.Contains(l.Subject, args[1]) {
		return fmt.Errorf("the next mail is to %s: %s", to, l.Subject)
	}
	for _, want := range args[2:] {
		if !strings.Contains(l.Text, want) {
			return fmt.Errorf("the mail lacks %q:\n%s", want, l.Text)
		}
	}
	return nil
}

func (s *story) neverMailed(text string) error {
	for _, m := range s.house.Mail.Box() {
		l, err := m.Letter()
		if err != nil {
			return err
		}
		if strings.Contains(l.Subject+l.Text+l.HTML, text) {
			return fmt.Errorf("a mail holds it: %s\n%s", l.Subject, l.Text)
		}
	}
	return nil
}

func (s *story) countMails(args []string) error {
	if err := need(args, 1, "mail count N"); err != nil {
		return err
	}
	time.Sleep(300 * time.Millisecond) // that something does not come has no event
	if got := strconv.Itoa(len(s.house.Mail.Box())); got != args[0] {
		return fmt.Errorf("%s mails so far", got)
	}
	return nil
}

// stopMails does what a mail program does at "unsubscribe": RFC 8058.
func (s *story) stopMails() error {
	where := strings.Trim(s.letter.Header.Get("List-Unsubscribe"), "<>")
	if how := s.letter.Header.Get("List-Unsubscribe-Post"); how != "List-Unsubscribe=One-Click" {
		return fmt.Errorf("the way out is %q, by %q", where, how)
	}
	_, path, _ := strings.Cut(where, "/unsubscribe")
	resp, err := http.PostForm(s.house.URL+"/unsubscribe"+path, url.Values{"List-Unsubscribe": {"One-Click"}}) //nolint:noctx // ends with the house
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("POST %s: %s", where, resp.Status)
	}
	return nil
}

func (s *story) refusedMails(args []string) error {
	if err := need(args, 1, "mail refused N"); err != nil {
		return err
	}
	want, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	for until := time.Now().Add(Patience); s.house.Mail.Met() < want; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			return fmt.Errorf("the mail server has refused %d times", s.house.Mail.Met())
		}
	}
	return nil
}

func (s *story) mailFails(args []string) error {
	if err := need(args, 2, "mail fails STAGE CODE"); err != nil {
		return err
	}
	code, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	s.house.Mail.Fail(fakesmtp.Fault{At: fakesmtp.Stage(args[0]), Code: code, Cut: code == 0})
	return nil
}
