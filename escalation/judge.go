package escalation

import (
	"fmt"
	"maps"
	"slices"

	"github.com/handoff-bot/handoff/conversation"
)

// Judge decides what to do in a situation: before the model is asked (no
// Draft), on the growing draft, and on the finished one (Finding.Final).
func (p *Policy) Judge(s Situation) Verdict { return p.weigh(s, nil) }

// weigh is Judge with what is known beside the words and the turn.
func (p *Policy) weigh(s Situation, known []conversation.Signal) Verdict {
	s = s.prepared()
	var seen []conversation.Signal
	for _, d := range p.detectors {
		seen = append(seen, d.Detect(s)...)
	}
	return p.conclude(s, seen, known)
}

// conclude adds to what the detectors have seen what the turn and the past know
// and which rules hold, and decides.
func (p *Policy) conclude(s Situation, seen, known []conversation.Signal) Verdict {
	on := s.judged()
	seen = append(seen, found(s, on.Seq)...)
	seen = append(seen, s.Finding.Triage.signals(on, p.topics)...)
	seen = unspent(seen, s.Past, on.Seq)
	seen = append(seen, trends(s, seen)...)
	seen = append(seen, known...)
	seen = append(seen, history(s.Past, on.Seq)...)
	held, failed := p.matchRules(s, seen)
	v := p.decide(p.Level(s.Level), append(seen, held...), s.Locale)
	v.Tried = append(v.Tried, failed...)
	v.Explain = explain(v, s)
	return v
}

// found turns what the turn knows beside the words into signals.
func found(s Situation, on conversation.Seq) []conversation.Signal {
	var signals []conversation.Signal
	add := func(name string, is bool) {
		if is {
			signals = append(signals, conversation.Signal{Name: name, Value: 1, Seq: on})
		}
	}
	add(SignalDown, s.Finding.ModelDown)
	add(SignalBudget, s.Finding.OverBudget)
	add(SignalWants, s.Finding.Wants != "")
	add(SignalTopicOpen+":"+s.State.Topic, s.State.TopicOpen)
	add(SignalTakenUp, s.TakenUp)
	return signals
}

// matchRules evaluates the rules; failed lists those that could not be.
// A rule whose condition holds without what the triage model says goes on holding
// with it; one that holds only with it is the model's.
func (p *Policy) matchRules(s Situation, seen []conversation.Signal) (held []conversation.Signal, failed []string) {
	if len(p.rules) == 0 {
		return nil, nil
	}
	held, failed = p.holding(newRuleEnv(s, ownOnly(seen)), s.judged().Seq)
	if !byModel(seen) {
		return held, failed
	}
	also, _ := p.holding(newRuleEnv(s, seen), s.judged().Seq)
	own := evidence{signals: held}
	for _, rule := range also {
		if rule.By = ByModel; !own.has(rule.Name) {
			held = append(held, rule)
		}
	}
	return held, failed
}

// holding are the rules whose condition holds, as signals on a line.
func (p *Policy) holding(env ruleEnv, on conversation.Seq) (held []conversation.Signal, failed []string) {
	for _, r := range p.rules {
		yes, err := r.holds(env)
		if err != nil {
			failed = append(failed, fmt.Sprintf("rule %s: skipped: %v", r.Name, err))
			continue
		}
		if yes {
			held = append(held, conversation.Signal{Name: SignalRule + ":" + r.Name, Value: 1, Seq: on})
		}
	}
	return held, failed
}

func newRuleEnv(s Situation, seen []conversation.Signal) ruleEnv {
	e := evidence{signals: seen}
	value := func(name string) float64 { return e.strongest(name).Value }
	env := ruleEnv{
		Visitor: s.Visitor,
		Page:    rulePage{URL: s.Page.URL, Path: pathOf(s.Page.URL), Title: s.Page.Title, Referrer: s.Page.Referrer},
		Conversation: ruleConversation{
			Turns: len(s.Lines), Answers: s.State.Answers, Offers: s.State.Offers,
		},
		Signals: ruleSignals{
			AsksPerson: value(SignalAsks), AcceptsOffer: value(SignalAccepts), BotChallenge: value(SignalChallenge),
			RestrictedTopic: value(SignalTopic), Frustration: value(SignalFrustrated),
			FrustrationTrend: max(value(SignalFrustrated), value(SignalTrend)), CannotAnswer: value(SignalCannot),
			RepeatedQuestion: value(SignalRepeated), BotRepeats: value(SignalLoop), ModelWants: value(SignalWants), ModelDown: value(SignalDown),
			OverBudget: value(SignalBudget),
		},
		Topics: e.topicNames(),
	}
	env.Visitor, env.Verified, env.Events = oneMap(s.Visitor, s.Verified), oneMap(s.Verified), s.Events
	for _, l := range s.Lines {
		if l.Role == conversation.Visitor {
			env.Conversation.UnresolvedTurns++
		}
	}
	return env
}

// decide is policy × signals: it looks at nothing else, so a logged verdict can
// be replayed. level is the one that holds before the rules are looked at. What
// the triage model says may strengthen a verdict and never weakens it: when it
// would, such as by a rule that lowers the level, it does not count.
func (p *Policy) decide(level string, signals []conversation.Signal, locale string) Verdict {
	v := p.decideAll(level, signals, locale)
	if !byModel(signals) {
		return v
	}
	own := p.decideAll(level, ownOnly(signals), locale)
	if strength[own.Act] <= strength[v.Act] {
		if own.Notify && !v.Notify {
			v.Notify, v.NotifyRules = true, own.NotifyRules
		}
		return v
	}
	own.Signals = signals
	own.Tried = append(own.Tried, "triage: would weaken the verdict, and does not count")
	return own
}

func (p *Policy) decideAll(level string, signals []conversation.Signal, locale string) Verdict {
	v := Verdict{Act: Answer, Level: level, Signals: signals, Policy: p.hash, Detectors: DetectorsVersion}
	matched := p.matched(signals)
	for i := len(matched) - 1; i >= 0; i-- {
		if matched[i].Level != "" {
			v.Level = matched[i].Level
		}
	}
	e := evidence{level: v.Level, signals: signals}
	v = p.byLevel(v, e)
	v = p.byRules(v, e, matched)
	v = takenUp(v, e)
	v = byButton(v, e)
	return p.dress(v, e, matched, locale)
}

// takenUp: a wait for people has just ended without them, so bringing them in for
// a line of that time would only let the visitor wait again. She is asked whether
// she wants that. What only people may answer goes to them all the same.
func takenUp(v Verdict, e evidence) Verdict {
	stays := v.Reason == ReasonTopic || v.Reason == ReasonPromise || v.Level == HumanOnly
	if e.has(SignalTakenUp) && !stays && (v.Act == Escalate || v.Act == Ask) {
		v.Tried = append(v.Tried, fmt.Sprintf("taken up: %s becomes %s", v.Act, Offer))
		v.Act = Offer
	}
	return v
}

// byLevel walks the table of levels.
func (p *Policy) byLevel(v Verdict, e evidence) Verdict {
	for _, r := range p.levels {
		n := r.turn(e)
		act, seen := r.step(p.rowLevel(r, e), n)
		if !seen {
			if r.steps[v.Level] != nil {
				v.Tried = append(v.Tried, r.name+": no")
			}
			continue
		}
		if act == Escalate && !p.config.AskInWords && inWords(r, e) {
			act = Offer
		}
		v.Tried = append(v.Tried, fmt.Sprintf("%s: time %d: %s", r.name, n, act))
		if strength[act] > strength[v.Act] {
			v.Act, v.Rule, v.Reason = act, "level/"+r.name, r.reason
		}
	}
	if v.Act == Withhold && v.Reason == ReasonAsked {
		v.Reason = ReasonAIOnly
	}
	return v
}

// inWords says that a row stands for her asking in words, which only shows the
// button when ask_in_words is off: she asks, or the model has understood her so.
// Accepting an offer is not that, it answers a question of ours.
func inWords(r row, e evidence) bool {
	return r.name == rowAsked && !e.has(SignalAccepts) || r.name == rowWants
}

// rowLevel is the level that holds for a row: a restricted topic may have its
// own.
func (p *Policy) rowLevel(r row, e evidence) string {
	if r.reason == ReasonTopic {
		for _, name := range e.topicNames() {
			if own := p.topics[name].Level; own != "" {
				return own
			}
		}
	}
	return e.level
}

// matched are the rules whose condition holds, in order.
func (p *Policy) matched(signals []conversation.Signal) []rule {
	e := evidence{signals: signals}
	return slices.DeleteFunc(slices.Clone(p.rules), func(r rule) bool { return !e.has(SignalRule + ":" + r.Name) })
}

// byRules lets the rules do what they say. At ai_only they do nothing. Offers
// and notices of a rule come once between two hand backs.
func (p *Policy) byRules(v Verdict, e evidence, matched []rule) Verdict {
	for _, r := range p.rules {
		if !e.has(SignalRule + ":" + r.Name) {
			v.Tried = append(v.Tried, "rule "+r.Name+": no")
		}
	}
	for _, r := range matched {
		again := e.has(signalBefore + SignalRule + ":" + r.Name)
		act := Answer
		switch {
		case r.Do == "" || v.Level == AIOnly || again && r.Do != DoEscalate:
		case r.Do == DoNotify:
			v.Notify, v.NotifyRules = true, append(v.NotifyRules, r.Name)
		case r.Do == DoOffer:
			act = Offer
		case r.Do == DoEscalate:
			act = Escalate
		}
		v.Tried = append(v.Tried, fmt.Sprintf("rule %s: yes: %s", r.Name, act))
		if strength[act] > strength[v.Act] {
			v.Act, v.Rule, v.Reason = act, "rule/"+r.Name, ReasonRule
		}
	}
	return v
}

// dress adds what goes with the verdict: topic, channel, priority, agents, tags,
// words. Rules come first, in order, then the topic; of who may claim it the
// topic comes first, because that is who may know.
func (p *Policy) dress(v Verdict, e evidence, matched []rule, locale string) Verdict {
	var say Text
	for _, r := range matched {
		v.Priority, v.Channel = either(v.Priority, r.Priority), either(v.Channel, r.Channel)
		if len(v.Agents) == 0 {
			v.Agents = r.Agents
		}
		if len(say) == 0 && (v.Act == Escalate || v.Rule == "rule/"+r.Name) {
			say = r.Say
		}
		for _, tag := range r.Tags {
			if !slices.Contains(v.Tags, tag) {
				v.Tags = append(v.Tags, tag)
			}
		}
	}
	if names := e.topicNames(); len(names) > 0 && (v.Act == Escalate || v.Act == Withhold) {
		v.Topic = names[0]
		t := p.topics[v.Topic]
		v.Priority, v.Channel = either(v.Priority, t.Priority), either(v.Channel, t.Channel)
		if len(t.Agents) > 0 {
			v.Agents = t.Agents
		}
		if len(say) == 0 && v.Act == Escalate {
			say = t.Say
		}
		if v.Reason == ReasonTopic {
			v.Rule = "topic/" + v.Topic
		}
	}
	v.Say = say.In(locale)
	return v
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Replay decides again from what was logged: policy × signals. With the policy
// of the verdict it gives the same act, reason, topic, priority, channel and
// tags; with another one it says what that policy would have done. What an
// expression of a rule read is not logged, only whether it held, so a rule that
// is new in the other policy counts as not holding.
func Replay(p *Policy, d conversation.Decided) Verdict {
	v := p.decide(d.Level, d.Signals, "")
	v.Explain = d.Explain
	return v
}

// oneMap is one map of what is known of a visitor; what comes later wins.
func oneMap(said ...map[string]any) map[string]any {
	out := map[string]any{}
	for _, m := range said {
		maps.Copy(out, m)
	}
	return out
}

// maxEvents is how many of the visitor's events the rules see.
const maxEvents = 20

// Remember adds what the visitor did to the names of what she did before, and
// forgets the oldest beyond twenty.
func Remember(events []string, name string) []string {
	events = append(slices.Clone(events), name)
	return events[max(0, len(events)-maxEvents):]
}
