package escalation

import "testing"

// TestNotation proves each mark of the notation in which languages are written.
func TestNotation(t *testing.T) {
	const text = `
[class role]
agent~ *berater berat* customer_service 真人客服 !agend
[class barrier]
about
[plain]
talk ..1 <role>
[ends]
^. <role> .$
[optional]
my? <role> please
`
	l, err := parseLanguage("test", text)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		section, text string
		want          bool
	}{
		{"plain", "talk agent", true},
		{"plain", "talk to agent", true},
		{"plain", "talk to an agent", false},
		{"plain", "talk about agent", false},
		{"plain", "talk. Agent", false},
		{"plain", "talk to agnet", true},
		{"plain", "talk to agend", false},
		{"plain", "talk zu Kundenberater", true},
		{"plain", "talk zu Beratung", true},
		{"plain", "talk to customer service", true},
		{"plain", "talk 真人客服", true},
		{"ends", "hello. agent! now", true},
		{"ends", "hello agent", false},
		{"optional", "my agent please", true},
		{"optional", "agent please", true},
	} {
		if got := len(newScan(l, words(row.text)).find(row.section)) > 0; got != row.want {
			t.Errorf("[%s] in %q: %v, want %v", row.section, row.text, got, row.want)
		}
	}
	for _, wrong := range []string{"[ask]\n..x", "[ask]\n<nobody>"} {
		if _, err := parseLanguage("test", wrong); err == nil {
			t.Errorf("%q parses", wrong)
		}
	}
}
