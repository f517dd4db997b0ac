package escalation

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/handoff-bot/handoff/conversation"
)

// explain says in one line why.
func explain(v Verdict, s Situation) string {
	e := evidence{level: v.Level, signals: v.Signals}
	if v.Rule == ruleButton {
		return explainButton(v, e)
	}
	say, ok := reasons[v.Reason]
	if !ok {
		return "Nothing asks for a person"
	}
	return say(v, e, s)
}

// reasons has the words for each reason of a verdict.
var reasons = map[string]func(Verdict, evidence, Situation) string{
	ReasonTopic: func(v Verdict, e evidence, s Situation) string {
		sig := e.strongest(SignalTopic + ":" + v.Topic)
		switch {
		case sig.Value == 0:
			return "Restricted topic " + v.Topic + " is still open"
		case sig.Seq == 0:
			return "Restricted topic " + v.Topic + " in the bot's own answer" + quote(sig, s)
		}
		return "Restricted topic " + v.Topic + seenBy(sig) + quote(sig, s)
	},
	ReasonPromise: promised,
	ReasonAsked:   asked,
	ReasonAIOnly:  asked,
	ReasonFrustrated: func(v Verdict, e evidence, s Situation) string {
		sig := e.strongest(SignalFrustrated)
		if sig.Value == 0 {
			return "Frustrated before, and the problem is known now"
		}
		over, before := "", times(len(e.clear(signalBefore+SignalFrustrated)))
		if t := trendOf(s, v.Signals, true); sig.Value < ClearSign && t.lines > 1 {
			sig.Value, over = t.value, " over "+lineCount(t.lines)
		}
		return fmt.Sprintf("Frustration %.2f%s%s%s%s", sig.Value, over, seenBy(sig), before, quote(sig, s))
	},
	ReasonUnknown: func(v Verdict, e evidence, s Situation) string {
		if v.Rule == "level/"+rowWants {
			return "The bot itself asked for a person" + colon(s.Finding.Wants)
		}
		sig := e.strongest(SignalCannot)
		said := "No answer found"
		if sig.Seq == 0 {
			said = "The bot says that it does not know"
		}
		return said + times(len(e.with(signalBefore+SignalCannot))) + quote(sig, s) + e.parts()
	},
	ReasonRepeated: func(_ Verdict, e evidence, s Situation) string {
		before := times(e.repeated() - 1)
		if !e.has(SignalRepeated) {
			return "The bot said the same again" + before + quote(e.strongest(SignalLoop), s)
		}
		return "Asked the same again" + before + quote(e.strongest(SignalRepeated), s)
	},
	ReasonChallenge: func(_ Verdict, e evidence, s Situation) string {
		return "Asked whether this is a machine" + quote(e.strongest(SignalChallenge), s)
	},
	ReasonRule:       func(v Verdict, _ evidence, _ Situation) string { return "Rule " + strings.TrimPrefix(v.Rule, "rule/") },
	ReasonModelDown:  func(Verdict, evidence, Situation) string { return "The model cannot be reached" },
	ReasonOverBudget: func(Verdict, evidence, Situation) string { return "The budget for the model is spent" },
	ReasonHumanOnly:  func(Verdict, evidence, Situation) string { return "Every conversation goes to a person" },
}

func asked(_ Verdict, e evidence, s Situation) string {
	if sig := e.strongest(SignalAccepts); sig.Value > 0 {
		return "Accepted the offer of a person" + quote(sig, s)
	}
	if sig := e.strongest(SignalAsks); sig.Value > 0 {
		return "Asked for a person" + seenBy(sig) + times(len(e.with(signalBefore+SignalAsks))) + quote(sig, s)
	}
	return "Asked for a person, and has said what it is about" + quote(e.strongest(SignalStated), s)
}

// promised says what the bot was about to do, in its own words.
func promised(_ Verdict, e evidence, s Situation) string {
	sig := e.strongest(SignalPromise)
	for _, kind := range promiseKinds() {
		if sig.Name == SignalPromise+":"+kind[0] {
			return "The bot was about to " + kind[1] + quote(sig, s)
		}
	}
	return "The bot was about to promise what the team decides" + quote(sig, s)
}

// lineCount says in words how many lines, from one to twelve.
func lineCount(n int) string {
	names := strings.Fields("no one two three four five six seven eight nine ten eleven twelve")
	return names[min(n, len(names)-1)] + " lines"
}

// seenBy names who saw something, when it is not the policy itself.
func seenBy(sig conversation.Signal) string {
	if sig.By == ByModel {
		return ", as the triage model understands it"
	}
	return ""
}

// parts is what the number of [SignalCannot] is made of, when that is more than
// one thing.
func (e evidence) parts() string {
	var list []string
	for _, name := range []string{SignalSaysUnsure, SignalNoPassage, SignalToolFailed, SignalDoubts} {
		if sig := e.strongest(name); sig.Value > 0 {
			list = append(list, fmt.Sprintf("%s %.2f", strings.ReplaceAll(name, "_", " "), sig.Value))
		}
	}
	if len(list) < 2 {
		return ""
	}
	return fmt.Sprintf(" (%.2f: %s)", e.strongest(SignalCannot).Value, strings.Join(list, ", "))
}

func times(before int) string {
	if before == 0 {
		return ""
	}
	return fmt.Sprintf(", time %d", before+1)
}

func colon(words string) string {
	if words == "" {
		return ""
	}
	return ": " + short(words)
}

// quote is the evidence in the speaker's own words, “…”.
func quote(sig conversation.Signal, s Situation) string {
	text := s.Draft
	if sig.Seq != 0 {
		text = ""
		for _, l := range s.Lines {
			if l.Seq == sig.Seq {
				text = l.Text
			}
		}
	}
	if cut := cutOut(text, sig); cut != "" {
		return ": “" + short(cut) + "”"
	}
	return ""
}

// cutOut is the evidence's part of a text, "" when it does not fit any more.
func cutOut(text string, sig conversation.Signal) string {
	if sig.From < 0 || sig.To > len(text) || sig.From >= sig.To {
		return ""
	}
	return text[sig.From:sig.To]
}

// quoteRunes is how much of the evidence one line quotes.
const quoteRunes = 80

func short(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= quoteRunes {
		return text
	}
	return string([]rune(text)[:quoteRunes-1]) + "…"
}

// Print writes the verdict and its evidence for people; lines are those it was
// computed from.
func (v Verdict) Print(w io.Writer, lines []Line) error {
	var b strings.Builder
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-10s %s\n", name, value)
		}
	}
	row("verdict", string(v.Act))
	row("why", v.Explain)
	row("rule", v.Rule)
	row("reason", v.Reason)
	row("topic", v.Topic)
	row("level", v.Level)
	row("priority", v.Priority)
	row("channel", v.Channel)
	row("agents", strings.Join(v.Agents, ", "))
	row("tags", strings.Join(v.Tags, ", "))
	row("says", v.Say)
	if v.Notify {
		row("notify", "one line in Slack")
	}
	for i, sig := range v.Signals {
		name := ""
		if i == 0 {
			name = "signals"
		}
		fmt.Fprintf(&b, "%-10s %-32s %.2f%s%s\n", name, sig.Name, sig.Value, quote(sig, Situation{Lines: lines}), seenBy(sig))
	}
	for i, tried := range v.Tried {
		name := ""
		if i == 0 {
			name = "tried"
		}
		fmt.Fprintf(&b, "%-10s %s\n", name, tried)
	}
	row("policy", v.Policy)
	row("detectors", v.Detectors)
	_, err := io.WriteString(w, b.String())
	return err
}
