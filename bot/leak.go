package bot

import "strings"

// longRule is how long a sentence of the instructions must be, in bytes, so that
// a draft that has it repeats them: a shorter one may be said by chance.
const longRule = 40

// rulesOf are the sentences of the system prompt that are the same in every turn,
// as [plainly] makes them. A model that prints its instructions prints these.
func rulesOf(prompt string) []string {
	var rules []string
	for line := range strings.Lines(prompt) {
		rule, is := strings.CutPrefix(line, "- ")
		if !is || strings.Contains(rule, "{{") {
			continue
		}
		for sentence := range strings.SplitSeq(plainly(rule), ". ") {
			if len(sentence) >= longRule {
				rules = append(rules, strings.TrimSuffix(sentence, "."))
			}
		}
	}
	return rules
}

// plainly is a text in lower case, with single spaces and without the marks of
// Markdown.
func plainly(text string) string {
	text = strings.NewReplacer("*", "", "`", "", "> ", "").Replace(strings.ToLower(text))
	return strings.Join(strings.Fields(text), " ")
}

// leaks says that a draft repeats the bot's instructions: their reference, or one
// of their sentences word for word. Instructions that come back translated or
// coded are not recognised; what the policy restricts is not among them.
func (b *Bot) leaks(draft string) bool {
	if strings.Contains(draft, b.canary) {
		return true
	}
	draft = plainly(draft)
	for _, rule := range b.rules {
		if strings.Contains(draft, rule) {
			return true
		}
	}
	return false
}
