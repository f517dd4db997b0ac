package mail

import (
	"strings"
	"testing"
)

func TestConfig(t *testing.T) {
	const from = "Acme support <support@shop.example>"
	for _, c := range []struct{ smtp, from, key, message, mend string }{
		{"", "", "", "", ""},
		{"smtp://mail.shop.example", from, "", "", ""},
		{"smtp://u:p@mail.shop.example:587", "support@shop.example", "", "", ""},
		{"smtp://u:p%40%2F@mail.shop.example?starttls=required", from, "", "", ""},
		{"smtps://u:p@mail.shop.example:465", from, "", "", ""},
		{"smtp://127.0.0.1:25", from, "", "", ""},
		{"smtp://[::1]:25?starttls=off", from, "", "", ""},
		{"smtp://localhost:1025?starttls=off", from, "", "", ""},

		{"", from, "smtp", "is missing", "smtp://"},
		{"smtp://mail.shop.example", "", "from", "is missing", "support@example.com"},
		{"mail.shop.example:587", from, "smtp", "is not the address", "smtp://"},
		{"http://mail.shop.example", from, "smtp", "neither", "smtp://"},
		{"smtp://u:hunter2/x@mail.shop.example", from, "smtp", "is not the address", "%2F"},
		{"smtp://mail.shop.example/inbox", from, "smtp", "is not the address", "smtp://"},
		{"smtp://mail.shop.example:99999", from, "smtp", "port", "587"},
		{"smtp://hunter2@mail.shop.example", from, "smtp", "without a password", "user:password"},
		{"smtp://mail.shop.example?starttls=off", from, "smtp", "encryption off", "remove"},
		{"smtp://10.0.0.5:25?starttls=off", from, "smtp", "encryption off", "smtps"},
		{"smtp://127.0.0.1.example.com:25?starttls=off", from, "smtp", "encryption off", "remove"},
		{"smtp://mail.shop.example?starttls=maybe", from, "smtp", "options", "required"},
		{"smtp://mail.shop.example?tls=off", from, "smtp", `"tls"`, "starttls"},
		{"smtps://mail.shop.example?starttls=required", from, "smtp", "options", "smtps"},
		{"smtp://mail.shop.example", "Acme support", "from", "not an address", "write"},
		{"smtp://mail.shop.example", "a@b.example, c@d.example", "from", "not an address", "write"},
		{"smtp://mail.shop.example", "Acme\r\nBcc: x@evil.example <a@b.example>", "from", "not an address", "write"},
	} {
		got := (Config{SMTP: c.smtp, From: c.from}).Problems()
		if c.key == "" {
			if len(got) != 0 {
				t.Errorf("%q, %q: %+v", c.smtp, c.from, got)
			}
			continue
		}
		if len(got) != 1 || got[0].Key != c.key || !strings.Contains(got[0].Message, c.message) || !strings.Contains(got[0].Mend, c.mend) {
			t.Errorf("%q, %q: %+v, want %+v", c.smtp, c.from, got, c)
		}
		for _, p := range got {
			if strings.Contains(p.Message+p.Mend, "hunter2") {
				t.Errorf("the password is shown: %+v", p)
			}
		}
	}
}

// A way in clear is only ever one to this machine.
func TestClear(t *testing.T) {
	for smtp, want := range map[string]server{
		"smtp://mail.shop.example":                {host: "mail.shop.example", port: 587, starttls: true},
		"smtps://u:p@mail.shop.example":           {host: "mail.shop.example", port: 465, implicit: true, user: "u", pass: "p"},
		"smtp://localhost":                        {host: "localhost", port: 587},
		"smtp://127.0.0.1:25?starttls=required":   {host: "127.0.0.1", port: 25, starttls: true},
		"smtp://127.8.8.8:25":                     {host: "127.8.8.8", port: 25},
		"smtp://localhost.shop.example:25":        {host: "localhost.shop.example", port: 25, starttls: true},
		"smtp://0.0.0.0:25":                       {host: "0.0.0.0", port: 25, starttls: true},
		"smtp://[2001:db8::1]:25?starttls=requir": {},
	} {
		got, p := Config{SMTP: smtp}.server()
		if (p != nil) != (want == server{}) || p == nil && got != want {
			t.Errorf("%s: %+v, %v; want %+v", smtp, got, p, want)
		}
	}
}

func TestHeadline(t *testing.T) {
	for in, want := range map[string]string{
		"Billing disputes": "Billing disputes", "a\r\nBcc: x": "a Bcc: x", " a\t\u2028b ": "a b", "a\u202eb": "ab", strings.Repeat("x", 200): strings.Repeat("x", 119) + "…",
	} {
		if got := headline(in); got != want {
			t.Errorf("headline(%q) = %q, want %q", in, got, want)
		}
	}
}
