package escalation

import (
	"reflect"
	"strings"
	"testing"

	"github.com/handoff-bot/handoff/conversation"
)

// turn is one thing that happens in a test conversation: the visitor's line,
// what the turn knows, and what has to come out of it.
type turn struct {
	text    string
	finding Finding
	draft   string
	act     Act
	reason  string
}

var (
	known     = Finding{Searched: true, Best: 0.9, Floor: 0.3}
	notFound  = Finding{Searched: true, Best: 0.1, Floor: 0.3}
	complete  = Finding{Searched: true, Best: 0.9, Floor: 0.3, Final: true}
	modelDown = Finding{ModelDown: true}
)

// talk is a conversation as the bot would have it.
type talk struct {
	policy *Policy
	level  string
	state  conversation.State
	s      Situation
}

func (c *talk) says(u turn) Verdict {
	c.state.Seq++
	on := c.state.Seq
	c.state.LastVisitor.Seq = on
	c.s.Lines = append(c.s.Lines, Line{Seq: on, Role: conversation.Visitor, Text: u.text})
	c.s.Level, c.s.State, c.s.Finding, c.s.Draft = c.level, c.state, u.finding, u.draft
	v := c.policy.Judge(c.s)
	c.s.Past = append(c.s.Past, v.Decided(on, "trn", u.draft))
	c.state.Seq += 2
	c.s.Lines = append(c.s.Lines, Line{Seq: c.state.Seq, Role: conversation.Bot, Text: "Here is what I know."})
	c.state.Offer = 0
	if v.Act == Offer {
		c.state.Offer = c.state.Seq
		c.state.Offers++
	}
	if v.Act == Ask {
		c.state.Asks++
	}
	return v
}

func policyWith(t *testing.T, change func(*Config)) *Policy {
	t.Helper()
	c := Defaults()
	c.RestrictedTopics = []Topic{{
		Name: "Billing disputes", Phrases: []string{"charged twice", "refund", "chargeback"}, Channel: "C0BILLING",
		Priority: "high", Say: English("Let me bring in our billing team."),
	}}
	if change != nil {
		change(&c)
	}
	p, wrong := Compile(c)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	return p
}

const (
	order     = "My order 1234 arrived with a broken lamp"
	orderToo  = "The lamp of my order 1234 arrived broken"
	shipping  = "How long does shipping to Norway take?"
	sizes     = "Which sizes does the blue jacket come in?"
	wantHuman = "I want to talk to a human"
	furious   = "This is ridiculous, you are useless"
	grumble   = "hm, annoying"
	billing   = "You charged me twice for one order"
)

// The turns of the table.
func fine(text string) turn { return turn{text: text, finding: known, act: Answer} }

// seen is a turn that has a reason unless it comes to nothing.
func seen(text string, f Finding, a Act, reason string) turn {
	if a == Answer {
		reason = ""
	}
	return turn{text: text, finding: f, act: a, reason: reason}
}

func asks(a Act) turn               { return turn{text: wantHuman, act: a, reason: ReasonAsked} }
func blank(text string, a Act) turn { return seen(text, notFound, a, ReasonUnknown) }
func irate(text string, a Act) turn { return seen(text, known, a, ReasonFrustrated) }
func again(a Act) turn              { return seen(order, known, a, ReasonRepeated) }
func wants(a Act) turn {
	return seen(shipping, Finding{Wants: "needs the order system"}, a, ReasonUnknown)
}
func down(a Act) turn  { return seen(shipping, modelDown, a, ReasonModelDown) }
func over(a Act) turn  { return seen(shipping, Finding{OverBudget: true}, a, ReasonOverBudget) }
func topic(a Act) turn { return turn{text: billing, act: a, reason: ReasonTopic} }
func draft(a Act) turn {
	return turn{text: shipping, draft: "Shipping takes two days. We will also refund", act: a, reason: ReasonTopic}
}

type cells map[string][]turn

// byLevel is the table of levels, cell by cell, as conversations.
func byLevel() map[string]cells {
	table := map[string]cells{
		AIOnly: atAIOnly(), Quick: atQuick(), Balanced: atBalanced(), AIFirst: atAIFirst(),
		HumanOnly: {"anything": {{text: "hello", act: Escalate, reason: ReasonHumanOnly}}, "topic": {topic(Escalate)}},
	}
	for _, level := range []string{Quick, Balanced, AIFirst} {
		for name, turns := range (cells{
			"topic": {topic(Escalate)}, "topic in the draft": {draft(Escalate)},
			"model down": {down(Escalate)}, "over budget": {over(Escalate)}, "nothing": {fine(shipping), fine(sizes)},
			"is it a bot": {{text: "are you a human?", finding: notFound, act: Offer, reason: ReasonChallenge},
				{text: "are you a robot?", finding: notFound, act: Answer}},
		}) {
			table[level][name] = turns
		}
	}
	return table
}

func atAIOnly() cells {
	asksNobody := turn{text: wantHuman, act: Withhold, reason: ReasonAIOnly}
	return cells{
		"topic": {topic(Withhold), topic(Withhold)}, "topic in the draft": {draft(Withhold)},
		"model down": {down(Withhold)}, "over budget": {over(Withhold)},
		"asks": {asksNobody, asksNobody}, "irate": {irate(furious, Answer), irate(furious, Answer)},
		"unknown": {blank(shipping, Answer), blank(sizes, Answer)}, "again": {fine(order), again(Answer)}, "wants": {wants(Answer)},
		"is it a bot": {fine("are you a human?")},
	}
}

func atQuick() cells {
	return cells{
		"asks": {asks(Escalate)}, "irate": {irate(furious, Escalate)}, "a little": {irate(grumble, Answer)},
		"unknown": {blank(shipping, Escalate)}, "again": {fine(order), again(Escalate)}, "wants": {wants(Escalate)},
	}
}

func atBalanced() cells {
	return cells{
		"asks":                        {asks(Escalate)},
		"irate":                       {irate(furious, Offer), irate("you idiots", Escalate)},
		"irate, then rising":          {irate(furious, Offer), irate(grumble, Escalate)},
		"a little":                    {irate(grumble, Answer), irate(grumble, Answer)},
		"irate, calm, irate":          {irate(furious, Offer), fine(shipping), irate(furious, Escalate)},
		"unknown":                     {blank(shipping, Offer), blank(sizes, Escalate)},
		"unknown, not in a row":       {blank(shipping, Offer), fine(order), blank(sizes, Offer)},
		"unknown, a greeting between": {blank(shipping, Offer), blank("ok thanks", Answer), blank(sizes, Escalate)},
		"again":                       {fine(order), again(Offer), again(Escalate)},
		"again in other order":        {fine(order), seen(orderToo, known, Offer, ReasonRepeated)},
		"greeting again":              {fine("hello"), fine("hello")},
		"wants":                       {wants(Escalate)},
		"accepts":                     {blank(shipping, Offer), seen("yes please", notFound, Escalate, ReasonAsked)},
		"declines":                    {blank(shipping, Offer), seen("no thanks", notFound, Answer, "")},
		"the draft does not know":     {{text: shipping, draft: "I'm not sure about Norway.", finding: complete, act: Offer, reason: ReasonUnknown}},
		"the draft is not finished":   {{text: shipping, draft: "I'm not sure about Norway.", finding: known, act: Answer}},
		"the plain neighbour":         {{text: shipping, draft: "Refuelling the van and charging it takes a day.", finding: known, act: Answer}},
		"yes without an offer":        {fine("yes please")},
		"topic and asks":              {{text: "refund me and let me talk to a human", act: Escalate, reason: ReasonTopic}},
	}
}

func atAIFirst() cells {
	stated := seen(order, known, Escalate, ReasonAsked)
	return cells{
		"asks, stated when asked": {asks(Ask), stated},
		"asks, says nothing":      {asks(Ask), fine("ok"), stated},
		"asks twice":              {asks(Ask), asks(Escalate)},
		"stated before":           {fine(order), asks(Escalate)},
		"stated with it":          {seen("I want to talk to a human about the broken lamp in my order", known, Escalate, ReasonAsked)},
		"irate, stated before":    {fine(order), irate(furious, Offer), irate(furious, Escalate)},
		"irate before stating":    {irate(furious, Answer), irate(order, Offer), irate(furious, Escalate)},
		"unknown":                 {blank(shipping, Answer), blank(sizes, Offer), blank("Do you deliver to Sweden on Sundays?", Escalate)},
		"again":                   {fine(order), again(Answer), again(Offer), again(Escalate)},
		"wants":                   {wants(Offer)},
	}
}

func TestLevels(t *testing.T) {
	p := policyWith(t, nil)
	for level, cells := range byLevel() {
		for name, turns := range cells {
			t.Run(level+"/"+name, func(t *testing.T) {
				c := talk{policy: p, level: level}
				for i, u := range turns {
					v := c.says(u)
					if v.Act != u.act || v.Reason != u.reason {
						t.Fatalf("turn %d %q: %s because of %q (%s), want %s because of %q\n%+v",
							i+1, u.text, v.Act, v.Reason, v.Explain, u.act, u.reason, v.Signals)
					}
					replays(t, p, v, Line{Seq: c.s.State.Seq, Text: u.text}, u.draft)
				}
			})
		}
	}
}

// replays checks that the logged verdict gives the same verdict again, and that
// it explains itself.
func replays(t *testing.T, p *Policy, v Verdict, on Line, draft string) {
	t.Helper()
	logged := v.Decided(on.Seq, "trn", draft)
	again := Replay(p, logged)
	if got := again.Decided(on.Seq, "trn", draft); !reflect.DeepEqual(got, logged) {
		t.Errorf("replayed to\n%+v, want\n%+v", got, logged)
	}
	if v.Policy != p.Hash() || v.Detectors != DetectorsVersion || v.Explain == "" || len(v.Tried) == 0 {
		t.Errorf("it does not explain itself: %+v", v)
	}
	if v.Act != Answer && (v.Rule == "" || v.Reason == "") {
		t.Errorf("no rule or reason: %+v", v)
	}
}

func TestAskInWordsOff(t *testing.T) {
	p := policyWith(t, func(c *Config) { c.AskInWords = false })
	for level, want := range map[string][]Act{
		AIOnly: {Withhold, Withhold}, Quick: {Offer, Offer}, Balanced: {Offer, Offer}, AIFirst: {Ask, Offer}, HumanOnly: {Escalate},
	} {
		c := talk{policy: p, level: level}
		for i, act := range want {
			if v := c.says(turn{text: wantHuman}); v.Act != act {
				t.Errorf("%s, time %d: %s, want %s", level, i+1, v.Act, act)
			}
		}
	}
}

func TestBurstIsJudgedWhole(t *testing.T) {
	p := policyWith(t, nil)
	s := says(billing)
	s.Lines = append(s.Lines, Line{Seq: 3, Role: conversation.Visitor, Text: "hello?"})
	if v := p.Judge(s); v.Act != Escalate || v.Topic != "Billing disputes" {
		t.Errorf("the first line of a burst was passed over: %+v", v)
	}
	s.Past = []conversation.Decided{{On: 2, Act: "answer"}}
	if v := p.Judge(s); v.Act != Answer {
		t.Errorf("a line that was judged counts again: %+v", v)
	}
}

func TestSameEvidenceNeverOffersTwice(t *testing.T) {
	p := policyWith(t, nil)
	c := talk{policy: p, level: Balanced}
	if v := c.says(turn{text: furious}); v.Act != Offer {
		t.Fatal(v.Act)
	}
	if v := p.Judge(c.s); v.Act != Answer {
		t.Errorf("the same line offers again: %s, %s", v.Act, v.Explain)
	}
}

func TestOpenTopicEscalatesAgain(t *testing.T) {
	p := policyWith(t, nil)
	s := says("so what now")
	s.State.TopicOpen, s.State.Topic = true, "Billing disputes"
	v := p.Judge(s)
	if v.Act != Escalate || v.Topic != "Billing disputes" || v.Channel != "C0BILLING" ||
		v.Explain != "Restricted topic Billing disputes is still open" {
		t.Errorf("%+v", v)
	}
	replays(t, p, v, s.Lines[0], "")
}

func TestVerdictsExplain(t *testing.T) {
	p := policyWith(t, func(c *Config) {
		c.Rules = []Rule{{Name: "vip", When: `visitor.plan == "enterprise"`, Do: "escalate"}}
	})
	rows := []struct {
		s    Situation
		want string
	}{
		{says("Hm, you charged my card twice!"), "Restricted topic Billing disputes: “charged my card twice”"},
		{says("please let me talk to a human now"), "Asked for a person: “talk to a human”"},
		{Situation{Lines: says(shipping).Lines, Draft: "We can refund it."}, "Restricted topic Billing disputes in the bot's own answer: “refund”"},
		{Situation{Lines: says(shipping).Lines, Finding: notFound}, "No answer found: “How long does shipping to Norway take”"},
		{Situation{Lines: says(shipping).Lines, Finding: modelDown}, "The model cannot be reached"},
		{Situation{Lines: says(shipping).Lines, Finding: Finding{Wants: "order system"}}, "The bot itself asked for a person: order system"},
		{Situation{Lines: says(shipping).Lines, Visitor: map[string]any{"plan": "enterprise"}}, "Rule vip"},
		{says(shipping), "Nothing asks for a person"},
	}
	for _, row := range rows {
		v := p.Judge(row.s)
		if v.Explain != row.want {
			t.Errorf("got  %s\nwant %s", v.Explain, row.want)
		}
		var b strings.Builder
		if err := v.Print(&b, row.s.Lines); err != nil || !strings.Contains(b.String(), row.want) || !strings.Contains(b.String(), p.Hash()) {
			t.Errorf("printed %v:\n%s", err, b.String())
		}
	}
}

func TestTopicGoesWithTheVerdict(t *testing.T) {
	p := policyWith(t, func(c *Config) { c.RestrictedTopics[0].Level = AIOnly })
	if v := p.Judge(says(billing)); v.Act != Withhold || v.Topic != "Billing disputes" || v.Say != "" {
		t.Errorf("a topic's own level: %+v", v)
	}
	v := policyWith(t, nil).Judge(says(billing))
	if v.Channel != "C0BILLING" || v.Priority != "high" || v.Say != "Let me bring in our billing team." {
		t.Errorf("%+v", v)
	}
}

func TestButtonSpeaksTheVisitorsLanguage(t *testing.T) {
	p := policyWith(t, func(c *Config) { c.RestrictedTopics[0].Say = Text{"en": "One moment.", "de": "Moment."} })
	for locale, want := range map[string]string{"de-AT": "Moment.", "en": "One moment.", "": "One moment."} {
		if b := p.Button(Situation{Locale: locale, State: conversation.State{TopicOpen: true, Topic: "Billing disputes"}}); b.Say != want {
			t.Errorf("in %q: %q, want %q", locale, b.Say, want)
		}
	}
}

func TestButton(t *testing.T) {
	strict := policyWith(t, func(c *Config) { c.HumanButton = HumanButton{AfterAnswers: 2, Strict: true} })
	loose := policyWith(t, nil)
	rows := []struct {
		name   string
		p      *Policy
		level  string
		state  conversation.State
		reason string // "" when refused
		early  bool
	}{
		{"loose", loose, "", conversation.State{}, ReasonButton, false},
		{"strict, too early", strict, "", conversation.State{Answers: 1}, "", true},
		{"strict, enough", strict, "", conversation.State{Answers: 2}, ReasonButton, false},
		{"strict, but offered", strict, "", conversation.State{Offer: 7}, ReasonAsked, false},
		{"strict, but an open topic", strict, "", conversation.State{TopicOpen: true, Topic: "Billing disputes"}, ReasonButton, false},
		{"strict, but the model fails", strict, "", conversation.State{Failed: 1}, ReasonButton, false},
		{"ai_only", loose, AIOnly, conversation.State{Reference: "H-4F2K"}, "", false},
		{"human_only", strict, HumanOnly, conversation.State{}, ReasonButton, false},
	}
	for _, row := range rows {
		b := row.p.Button(Situation{Level: row.level, State: row.state})
		if b.Escalated.Reason != row.reason || b.Early != row.early || b.Nobody != (row.reason == "" && !row.early) {
			t.Errorf("%s: %+v", row.name, b)
		}
		if row.state.TopicOpen && (b.Escalated.Topic != "Billing disputes" || b.Escalated.Channel != "C0BILLING") {
			t.Errorf("%s: an open topic is kept: %+v", row.name, b.Escalated)
		}
	}
}
